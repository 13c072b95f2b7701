"""Take in a sheet that came back: each answer becomes a decision of its reviewer, once."""

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.codebook.example_words import examples_in
from pipeline.decisions.decision import Drawn
from pipeline.decisions.showings import draws_for, has_seen
from pipeline.decisions.store import Store, open_store
from pipeline.errors import ReviewError
from pipeline.exchange.sheets.sheet import PackedExcerpts, Row, Sheet, SheetAnswer, read_sheet
from pipeline.runtime.plain_text import one_line, plain_words
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, empty_table, read_table


@dataclass(frozen=True)
class UnpackedSheet:
    """What came of a sheet."""

    reviewer: str
    added: int = 0
    changed: tuple[Row, ...] = ()
    """Rows whose answer is another than what the reviewer had said before."""
    unchanged: int = 0
    superseded: tuple[Row, ...] = ()
    """Rows of a sheet that was read in before, whose reviewer has said something else since."""
    blank: int = 0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_text(self) -> str:
        """Say in plain English what was taken in and what was not."""
        added = n_of(self.added, "answer")
        lines = [f"{self.reviewer}: {added} taken in, {self.unchanged:,} known already, {self.blank:,} left blank."]
        if self.changed:
            says = agreeing(len(self.changed), "now says", "now say")
            lines.append(
                f"{_rows(self.changed)} {says} something else than before; the later answer stands, the earlier is kept."
            )
        if self.superseded:
            was = agreeing(len(self.superseded), "was", "were")
            lines.append(f"{_rows(self.superseded)} {was} taken in before and changed since; what was said last stands.")
        lines += [f"Note: {note}" for note in self.notes]
        if self.problems:
            lines.append(f"{n_of(len(self.problems), 'thing')} could not be used; correct the sheet and unpack it again:")
        return "\n".join([*lines, *(f"  - {problem}" for problem in self.problems)])


def unpack(study: Study, path: Path, *, reviewer: str | None = None, group: str | None = None) -> UnpackedSheet:
    """Read a reviewer's sheet into the store; the same sheet twice changes nothing.

    `reviewer` may be left out for a workbook that says for whom it was packed, and `group` for a reviewer the study knows.
    ReviewError if the file is no sheet of excerpts, nobody is named, or the reviewer is new and has no group; DataError if it
    cannot be read or the study has not been run.
    """
    segments = read_table("segments", study.folder / TABLES["segments"].file)
    segments = segments if isinstance(segments, pd.DataFrame) else empty_table("segments")
    excerpts = PackedExcerpts(dict(zip(segments["segment_id"], segments["text"], strict=True)))
    codebook = read_codebook(study.codebook) if study.codebook else Codebook(())
    sheet = read_sheet(path, excerpts=excerpts, codebook=codebook)
    who = reviewer or sheet.packed_for
    if not who:
        raise ReviewError(f"{path.name} does not say who filled it in; name them with --reviewer.")
    notes = sheet.notes
    if sheet.packed_for and sheet.packed_for.casefold() != one_line(who).casefold():
        notes = (*notes, f"the sheet was packed for {sheet.packed_for}; its answers are taken in as those of {who}.")
    if not sheet.answers:
        return UnpackedSheet(who, blank=sheet.blank, problems=sheet.problems, notes=notes)
    text_of = dict(zip(segments["segment_id"], segments["text_id"], strict=True))
    # All of a sheet or nothing, so that whoever sees it fail can send the same sheet again.
    with open_store(study) as store, store.together():
        name = store.add_reviewer(who, group or _known_group(store, who))
        sheet, more = _as_packed(sheet, draws_for(store, name))
        examples = examples_in(codebook)
        in_codebook = {segment_id for segment_id, words in excerpts.words.items() if examples and plain_words(words) in examples}
        unpacked = _take_in(store, sheet, name, text_of, in_codebook)
        return replace(unpacked, notes=(*notes, *more))


def _as_packed(sheet: Sheet, draws: Mapping[str, Sequence[Drawn]]) -> tuple[Sheet, list[str]]:
    """Return the sheet with how each excerpt was drawn as it was recorded when it was packed, and what else the sheet claims.

    Figures rest on what an audit drew by chance, so what a cell says of it counts only where it was packed so.
    """
    answers = [(answer, _drawn(answer, draws.get(answer.segment_id, ()))) for answer in sheet.answers]
    claims = tuple(answer.row for answer, drawn in answers if answer.drawn == "random audit" != drawn)
    note = (
        f"{_rows(claims)} {agreeing(len(claims), 'says', 'say')} “random audit” under Drawn, but no audit that was packed here "
        "for this person drew it, so the answers are taken in and count for no audit. A sheet that an earlier version of the "
        "program packed is in no record."
    )
    return replace(sheet, answers=tuple(replace(answer, drawn=drawn) for answer, drawn in answers)), [note] if claims else []


def _drawn(answer: SheetAnswer, packed: Sequence[Drawn]) -> Drawn:
    return answer.drawn if answer.drawn in packed else packed[-1] if packed else "given order"


def _known_group(store: Store, reviewer: str) -> str:
    reviewers = store.reviewers()
    groups = reviewers.loc[reviewers["name"].str.casefold() == one_line(reviewer).casefold(), "reviewer_group"]
    if groups.empty:
        raise ReviewError(f"{reviewer} has not reviewed in this study yet; give their group with --group.")
    return str(groups.iloc[0])


def _take_in(
    store: Store, sheet: Sheet, reviewer: str, text_of: Mapping[str, str], in_codebook: AbstractSet[str]
) -> UnpackedSheet:
    before = _stands(store, reviewer)
    rows: dict[str, list[Row]] = {"added": [], "changed": [], "unchanged": [], "superseded": []}
    for answer in sheet.answers:
        earlier = before.get(answer.segment_id)
        key = hashlib.sha256("\x1f".join([sheet.digest, reviewer, answer.segment_id]).encode()).hexdigest()
        fate = _fate(answer, earlier, read_before=bool(store.made_with(key)))
        rows[fate].append(answer.row)
        # An excerpt that an audit drew belongs to it whatever is said of it later, or the audit would not be a fair sample.
        drawn = "random audit" if earlier and earlier.drawn == "random audit" else answer.drawn
        if fate in ("added", "changed") or (fate == "unchanged" and earlier and drawn == "random audit" != earlier.drawn):
            text_id = text_of[answer.segment_id]
            # Neither sheet nor list of codes shows what the model would say, but the page may have, or the codebook.
            blind = answer.segment_id not in in_codebook and not has_seen(store, reviewer, answer.segment_id, text_id)
            _decide(store, replace(answer, drawn=drawn), reviewer=reviewer, text_id=text_id, blind=blind, key=key)
    return UnpackedSheet(
        reviewer,
        added=len(rows["added"]),
        changed=tuple(rows["changed"]),
        unchanged=len(rows["unchanged"]),
        superseded=tuple(rows["superseded"]),
        blank=sheet.blank,
        problems=sheet.problems,
    )


def _stands(store: Store, reviewer: str) -> dict[str, SheetAnswer]:
    """Return what the reviewer says of each excerpt as things stand; no row of any sheet holds it."""
    history = store.history()
    answers = {}
    for row in history[history["stands"] & (history["reviewer"] == reviewer)].to_dict("records"):
        codes = tuple(row["codes"].split("|")) if row["codes"] else ()
        answers[row["segment_id"]] = SheetAnswer(0, row["segment_id"], row["outcome"], codes, row["note"], row["drawn"])
    return answers


def _fate(answer: SheetAnswer, earlier: SheetAnswer | None, *, read_before: bool) -> str:
    # An empty note takes nothing back: a sheet typed anew often leaves it out.
    if earlier and answer.content[:2] == earlier.content[:2] and answer.note in ("", earlier.note):
        return "unchanged"
    if read_before:
        return "superseded"
    return "changed" if earlier else "added"


def _decide(store: Store, answer: SheetAnswer, *, reviewer: str, text_id: str, blind: bool, key: str) -> None:
    store.decide(
        segment_id=answer.segment_id,
        text_id=text_id,
        reviewer=reviewer,
        outcome=answer.outcome,
        codes=answer.codes,
        drawn=answer.drawn,
        blind=blind,
        channel="workbook",
        note=answer.note,
        key=key,
    )


def _rows(rows: tuple[Row, ...]) -> str:
    shown = ", ".join(str(row) for row in rows[:10])
    more = f" and {len(rows) - 10:,} more" if len(rows) > 10 else ""
    return f"{agreeing(len(rows), 'Row', 'Rows')} {shown}{more}"
