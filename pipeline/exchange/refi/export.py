"""A study as a REFI-QDA project: one source per question, the answers de-identified, and each coder's word side by side.

One source per question, not one per answer: two thousand sources are a list nobody can work with in NVivo or ATLAS.ti. Each
answer stands under a line with its id, by which it is found again, whatever another program makes of GUIDs.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.codebook.codebook import Code, as_row
from pipeline.codebook.qdc import kept_guids, stable_guid
from pipeline.exchange.refi.answer_lines import answer_line
from pipeline.exchange.refi.losses import project_losses
from pipeline.exchange.refi.offsets import plain_line_ends
from pipeline.exchange.refi.project import Case, Note, Project, ProjectCoding, ProjectVariable, Selection, TextSource, User
from pipeline.exchange.refi.write import write_qdpx
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_text import one_line
from pipeline.study.study import Study
from pipeline.workflow.results import RunResults


NOT_SAID = {"none": "None of the codes fits.", "not sure": "Not sure."}
"""What a person may say of an excerpt that is no coding; it travels as a note."""
MAY_QUOTE = {"quote": "yes, in their own words", "paraphrase": "only reworded", "analyse": "no"}
CONSENT = "May be quoted"
CONTESTED = re.compile(r"Contested: [\d,]+ of [\d,]+ people gave the code “.*”\. Both readings stand\.")
"""What our exports say beside a coding; it is nobody's note when it comes back."""
UNDATED = "2000-01-01T00:00:00Z"
"""The date of what nobody did at any time, such as the model's codings: some programs stop at a place without one."""
PEOPLE = "People who answered"
_LONGEST_NAME = 60


def project_name(study: Study) -> str:
    """Return what a study is called in other programs."""
    return study.settings.name or study.folder.name


def coder_guid(study: str, reviewer: str) -> str:
    """Return the GUID of a reviewer of a study."""
    return stable_guid("reviewer", study, reviewer)


def write_project(source: RunResults, folder: Path) -> None:
    """Write project.qdpx, and project-losses.txt that says what is not in it and who may have it."""
    builder = _Builder(source)
    _write(builder, builder.project(), folder, "project")


def write_project_with_case_codes(source: RunResults, folder: Path) -> None:
    """Write the same with each person as a code, too, for programs that find a person's words only by codings."""
    builder = _Builder(source)
    project = builder.project()
    _write(builder, with_case_codes(project, builder.answers_of), folder, "project-cases-as-codes")


def _write(builder: "_Builder", project: Project, folder: Path, name: str) -> None:
    write_qdpx(project, folder / f"{name}.qdpx")
    text = "\n".join(project_losses(builder.source, project, builder.decisions)) + "\n"
    write_atomically(folder / f"{name}-losses.txt", lambda path: path.write_text(text, encoding="utf-8"))


@dataclass(frozen=True)
class _Judgement:
    """What one coder says of one excerpt."""

    coder: str
    """The GUID of the user."""
    name: str
    codes: tuple[str, ...]
    outcome: str = "codes"
    note: str = ""
    made_at: str = UNDATED


class _Builder:
    """Puts a study's tables together as a project."""

    def __init__(self, source: RunResults) -> None:
        self.source = source
        self.name = project_name(source.study)
        self.notes: list[Note] = []
        self.answers_of: dict[str, list[tuple[str, str, int, int]]] = defaultdict(list)
        """Of each person, by GUID: for each answer its id, the GUID of its text, and where it begins and ends there."""
        self._places_of: dict[str, list[str]] = defaultdict(list)
        kept = source["comments"][source["comments"]["set_aside"].isna()]
        # By id, which is a hash and as good as a shuffle: the order of the export may tell who answered when.
        self.comments = kept.sort_values("comment_id")
        self.segments = source["segments"].sort_values(["comment_id", "start"])

    @cached_property
    def segments_of(self) -> Mapping[str, pd.DataFrame]:
        """The excerpts of each answer."""
        return {str(comment_id): rows for comment_id, rows in self.segments.groupby("comment_id")}

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """The standing decisions about text that is still in the data, with masked notes."""
        # By both: after an answer was corrected its place may hold other words, which nobody has coded.
        places = self.segments[["segment_id", "text_id"]]
        rows = self.source["decisions"].merge(places, on=["segment_id", "text_id"])
        return rows.assign(note=masked(rows["note"].tolist(), self.source.study.settings.clean.known_names))

    @cached_property
    def judgements_of(self) -> Mapping[str, list[_Judgement]]:
        """What each coder says of each excerpt: people first, in the order they said it, then the model."""
        judgements: dict[str, list[_Judgement]] = {}
        # Who passed an excerpt over has said nothing of it.
        for row in self.decisions[self.decisions["outcome"] != "skip"].to_dict("records"):
            judgements.setdefault(str(row["segment_id"]), []).append(self._decision(row))
        suggestions = self.source["suggestions"]
        suggested = suggestions[suggestions["suggested"]].groupby("text_id", sort=False)["code"].agg(tuple)
        # The model speaks of texts, and a text may stand in several answers.
        for segment_id, text_id in zip(self.segments["segment_id"], self.segments["text_id"], strict=True):
            if text_id in suggested.index:
                judgements.setdefault(segment_id, []).append(_Judgement(self.model.guid, self.model.name, suggested[text_id]))
        return judgements

    def _decision(self, row: Mapping[Any, Any]) -> _Judgement:
        return _Judgement(
            coder=coder_guid(self.name, row["reviewer"]),
            name=f"{row['reviewer']} ({row['reviewer_group']})",
            codes=tuple(row["codes"].split("|")) if row["outcome"] == "codes" else (),
            outcome=row["outcome"],
            note=row["note"],
            made_at=_zulu(row["made_at"]),
        )

    @cached_property
    def code_guids(self) -> Mapping[str, str]:
        """The GUID of each code: that of the program it came from, or ours."""
        return kept_guids([as_row(code) for code in self.source.codebook.codes])

    def code_guid(self, code: str) -> str:
        """Return the GUID of a code, also of one that left the codebook."""
        return self.code_guids.get(code) or stable_guid("code", code)

    @cached_property
    def model(self) -> User:
        """The model, as a coder of its own."""
        from pipeline.methods.embedding.embedders import model_sha256

        model = self.source.study.settings.embed.model
        # `match_study` knows the model's codings by this beginning, whoever sends them back.
        name = f"model: {Path(model).name}@{model_sha256(model)[:8]}"
        return User(stable_guid("model", self.name, name), name)

    @cached_property
    def contested(self) -> Mapping[str, frozenset[str]]:
        """The codes of each excerpt that some people give and some do not."""
        rows = self.source["codings"]
        rows = rows[rows["status"] == "contested"]
        return {str(segment_id): frozenset(codes) for segment_id, codes in rows.groupby("segment_id")["code"]}

    def project(self) -> Project:
        """Return the whole."""
        sources = tuple(self._source_of(str(question), rows) for question, rows in self.comments.groupby("question", sort=True))
        # Only who says something in the file: the names of other reviewers are nobody's business elsewhere.
        users = {judgement.coder: judgement.name for judgements in self.judgements_of.values() for judgement in judgements}
        groups = self.source.groups
        variables = tuple(ProjectVariable(stable_guid("variable", self.name, name), name) for name in (*groups, CONSENT))
        return Project(
            name=self.name,
            origin="Many Voices",
            users=tuple(User(guid, name) for guid, name in users.items()),
            codes=tuple((self.code_guid(row["code"]), row) for row in self._code_rows()),
            variables=variables,
            cases=tuple(self._cases(variables)),
            sources=sources,
            notes=tuple(self.notes),
            description="For the research team, not for publication: de-identified answers of everybody who agreed to analysis.",
        )

    def _code_rows(self) -> Iterator[dict[str, str]]:
        yield from (as_row(code) for code in self.source.codebook.codes)
        used = {code for judgements in self.judgements_of.values() for judgement in judgements for code in judgement.codes}
        # A coding must point to a code of the file, so one that left the codebook since is written, too.
        for code in sorted(used - set(self.source.labels)):
            yield as_row(Code(code, label=code, definition="This code is no longer in the codebook."))

    def _source_of(self, question: str, rows: pd.DataFrame) -> TextSource:
        pieces: list[str] = []
        selections: list[Selection] = []
        length = 0
        guid = stable_guid("question", self.name, question)
        for comment_id, person, text in zip(rows["comment_id"], rows["response_id"], rows["text"], strict=True):
            line = answer_line(comment_id) + "\n"
            # The source has plain line ends, so places must be counted in the text as it stands there.
            plain = plain_line_ends(text)
            begin = length + len(line)
            self.answers_of[stable_guid("person", str(person))].append((comment_id, guid, begin, begin + len(plain)))
            if comment_id in self.segments_of:
                of_answer = list(self._selections(self.segments_of[comment_id], text, begin))
                self._places_of[str(person)] += [selection.guid for selection in of_answer]
                selections += of_answer
            pieces.append(f"{line}{plain}\n\n")
            length += len(pieces[-1])
        return TextSource(guid, self.source.wording(question), "".join(pieces), selections=tuple(selections))

    def _selections(self, segments: pd.DataFrame, text: str, begin: int) -> Iterator[Selection]:
        """Yield a place for each coding: several programs know one coder and one code of a place, and drop all others."""
        for segment_id, start, end in segments[["segment_id", "start", "end"]].itertuples(index=False):
            judgements = self.judgements_of.get(segment_id, [])
            if not judgements:
                continue
            # Segments are counted in the answer as it is kept, which may have line ends of two signs.
            first, last = (begin + len(plain_line_ends(text[:place])) for place in (start, end))
            empty = Selection(guid="", start=first, end=last, name=one_line(text[start:end])[:_LONGEST_NAME])
            open_notes = {
                code: self._contested(segment_id, code, judgements) for code in sorted(self.contested.get(segment_id, ()))
            }
            for judgement in judgements:
                yield from self._of_judgement(segment_id, judgement, open_notes, empty)

    def _of_judgement(
        self, segment_id: str, judgement: _Judgement, contested: Mapping[str, Note], empty: Selection
    ) -> Iterator[Selection]:
        note = self._note(segment_id, judgement)
        empty = replace(empty, user=judgement.coder, made_at=judgement.made_at)
        for code in judgement.codes:
            notes = [each for each in (note, contested.get(code)) if each]
            # Fixed by what it is about, so that a second import into another program replaces and does not double it.
            coding = ProjectCoding(
                stable_guid("coding", segment_id, judgement.coder, code),
                self.code_guid(code),
                user=judgement.coder,
                made_at=judgement.made_at,
                notes=tuple(each.guid for each in notes),
            )
            # Repeated where MAXQDA and QualCoder show it; several programs drop notes at codings.
            description = "\n".join(each.text for each in reversed(notes))
            guid = stable_guid("place", segment_id, judgement.coder, code)
            yield replace(empty, guid=guid, description=description, codings=(coding,))
        if note and not judgement.codes:
            guid = stable_guid("place", segment_id, judgement.coder, "")
            yield replace(empty, guid=guid, description=note.text, notes=(note.guid,))

    def _note(self, segment_id: str, judgement: _Judgement) -> Note | None:
        """Keep what a person wrote beside an excerpt, or said of it without a code."""
        text = "\n".join(filter(None, [NOT_SAID.get(judgement.outcome, ""), judgement.note]))
        if not text:
            return None
        note = Note(
            stable_guid("word", segment_id, judgement.coder),
            judgement.name,
            text,
            user=judgement.coder,
            made_at=judgement.made_at,
        )
        self.notes.append(note)
        return note

    def _contested(self, segment_id: str, code: str, judgements: list[_Judgement]) -> Note:
        # Only who gave codes, or said that none fits, has taken a side; the model and “not sure” have not.
        people = [
            judgement for judgement in judgements if judgement.coder != self.model.guid and judgement.outcome in ("codes", "none")
        ]
        n_gave = sum(code in judgement.codes for judgement in people)
        label = self.source.label(code)
        text = f"Contested: {n_gave} of {len(people)} people gave the code “{label}”. Both readings stand."
        latest = max((judgement.made_at for judgement in people), default=UNDATED)
        note = Note(stable_guid("contested", segment_id, code), f"Contested: {label}", text, made_at=latest)
        self.notes.append(note)
        return note

    def _cases(self, variables: tuple[ProjectVariable, ...]) -> Iterator[Case]:
        attributes = self.source["people"].set_index(["response_id", "attribute"])["value"].to_dict()
        for response_id, rows in self.comments.groupby("response_id", sort=True):
            # Without the last, which is the consent: it is no attribute of a person but what they allow.
            values = [attributes.get((response_id, variable.name), "") for variable in variables[:-1]]
            values.append(MAY_QUOTE.get(rows["consent"].iloc[0], ""))
            yield Case(
                guid=stable_guid("person", str(response_id)),
                name=str(response_id),
                values=tuple((variable.guid, value) for variable, value in zip(variables, values, strict=True) if value),
                selections=tuple(self._places_of[str(response_id)]),
            )


def with_case_codes(project: Project, answers_of: Mapping[str, list[tuple[str, str, int, int]]]) -> Project:
    """Return a project in which each person is a code, too, of the same GUID, with which all that they said is coded."""
    coder = User(stable_guid("reviewer", project.name, "Many Voices"), "Many Voices")
    codes = [(case.guid, as_row(Code(case.name, PEOPLE, case.name))) for case in project.cases]
    places: dict[str, list[Selection]] = defaultdict(list)
    for person, answers in answers_of.items():
        for comment_id, source, start, end in answers:
            guid = stable_guid("answer", comment_id)
            coding = ProjectCoding(stable_guid("case coding", comment_id), person, user=coder.guid, made_at=UNDATED)
            place = Selection(guid, start, end, f"answer {comment_id}", codings=(coding,), user=coder.guid, made_at=UNDATED)
            places[source].append(place)
    return replace(
        project,
        users=(*project.users, coder),
        codes=(*project.codes, *codes),
        case_codes=frozenset(case.guid for case in project.cases),
        sources=tuple(replace(source, selections=(*source.selections, *places[source.guid])) for source in project.sources),
    )


def _zulu(made_at: str) -> str:
    """Return a date as all programs read it: in UTC, to the second, with a Z at its end."""
    moment = datetime.fromisoformat(made_at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def masked(notes: list[str], known_names: tuple[str, ...]) -> list[str]:
    """Mask identifiers in what reviewers wrote, who may have named somebody."""
    if not any(notes):
        return notes
    from pipeline.methods.redact import Redactor

    # Made only where there is a note: its word lists take a moment to load.
    redactor = Redactor(known_names=known_names)
    return [redactor.mask(note) if note else "" for note in notes]
