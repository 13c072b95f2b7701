"""Change the codebook together: propose, agree or object, refuse; `accepting` writes what people accept."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal

from pipeline.codebook.codebook import read_codebook
from pipeline.codebook.edit_file import add_code, change_code, fields_of, remove_code, tidy_field
from pipeline.decisions.accounts import people
from pipeline.decisions.store import Store
from pipeline.errors import CodebookError, ReviewError
from pipeline.review.codebook_consent import check_agreed
from pipeline.review.coding import StaleError
from pipeline.review.discussions import discussions_of
from pipeline.review.session import ReviewSession
from pipeline.runtime.files import content_id
from pipeline.runtime.plurals import agreeing, listed


FIELDS = ("label", "plain_label", "definition", "include", "exclude", "examples", "counter_examples", "borderline", "parent")
"""What people may change of a code; the lists are given with a line for each entry."""


Status = Literal["open", "accepted", "refused", "taken back"]


@dataclass(frozen=True)
class FieldChange:
    """A field of a code before and after; the lists with a line for each entry."""

    field: str
    before: str
    after: str

    @property
    def diff(self) -> tuple[tuple[Literal["same", "gone", "new"], str], ...]:
        """The words that stayed, went and came, in order; the pieces put together are the text."""
        before, after = re.findall(r"\s+|\S+", self.before), re.findall(r"\s+|\S+", self.after)
        pieces: list[tuple[Literal["same", "gone", "new"], str]] = []
        # Otherwise difflib passes over words that come often in a long text.
        for kind, i, j, k, n in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind == "equal":
                pieces.append(("same", "".join(before[i:j])))
            else:
                pieces += [("gone", "".join(before[i:j]))] if j > i else []
                pieces += [("new", "".join(after[k:n]))] if n > k else []
        return tuple(pieces)


@dataclass(frozen=True)
class Vote:
    """Somebody agrees or objects, and why."""

    by: str
    vote: Literal["agree", "object"]
    why: str
    made_at: str


@dataclass(frozen=True)
class CodeEdit:
    """A change to the codebook that somebody proposed, and what others say of it."""

    code_edit_id: int
    kind: Literal["change", "new"]
    code: str
    changes: tuple[FieldChange, ...]
    why: str
    by: str
    made_at: str
    votes: tuple[Vote, ...]
    status: Status
    settled_by: str = ""
    settled_at: str = ""
    settled_why: str = ""
    reopened: int = 0
    """How many excerpts went back into the queue."""
    outcome_id: int = 0

    @property
    def agreed(self) -> tuple[Vote, ...]:
        """Those who agree."""
        return tuple(vote for vote in self.votes if vote.vote == "agree")

    @property
    def objected(self) -> tuple[Vote, ...]:
        """Those who object."""
        return tuple(vote for vote in self.votes if vote.vote == "object")


def code_edits(review: ReviewSession, code: str | None = None, *, status: Status | None = None) -> tuple[CodeEdit, ...]:
    """Return proposed changes, the last one first: the history of the codebook, or of one code."""
    edits = review.read(edits_of)
    return tuple(edit for edit in reversed(edits) if code in (None, edit.code) and status in (None, edit.status))


def code_edit(review: ReviewSession, code_edit_id: int) -> CodeEdit:
    """Return one proposed change; ReviewError if there is none of that number."""
    return review.read(lambda store: edit_of(store, code_edit_id))


def propose_change(
    review: ReviewSession,
    code: str,
    fields: Mapping[str, str],
    *,
    why: str,
    by: str,
    key: str,
    seen: Mapping[str, str] | None = None,
) -> CodeEdit:
    """Propose other words for a code, and return the proposal; ReviewError if nothing would change.

    `fields` holds what is to stand in each field, `seen` what stood there on the page the person saw: StaleError if the
    codebook says something else now.
    """
    stands = fields_of(review.last_run().codebook[code])
    wanted = _tidy(fields)
    if any(tidy_field(name, text) != stands[name] for name, text in (seen or {}).items()):
        raise StaleError(
            f"The codebook says something else of {code!r} since this page was opened. Nothing was overwritten: read both, and "
            "propose again what is meant.",
            yours=dict(fields),
            stands=stands,
        )
    changes = {name: [stands[name], text] for name, text in wanted.items() if text != stands[name]}
    # Sent again once it is accepted, the form changes nothing, and gets the proposal that it made.
    if not changes and not review.read(lambda store: store.made_with(key, "code_edits")):
        raise ReviewError("This is what the codebook says already, so there is nothing to propose.")
    return _propose(review, "change", code, changes, why=why, by=by, key=key)


def propose_code(review: ReviewSession, fields: Mapping[str, str], *, why: str, by: str, key: str, code: str = "") -> CodeEdit:
    """Propose a new code; its id is made of the label unless given. ReviewError if the codebook has it already."""
    wanted = _tidy(fields)
    if not wanted.get("label"):
        raise ReviewError("A new code needs a label: what people are to call it.")
    # An id is what decisions keep, so it is made once and stays when the label is worded anew.
    code = code.strip() or re.sub(r"[\W_]+", "-", wanted["label"].casefold()).strip("-")
    if any(taken.code.casefold() == code.casefold() for taken in review.last_run().codebook.codes):
        raise ReviewError(f"The codebook has a code {code!r} already; propose a change to it, or give this one another name.")
    return _propose(review, "new", code, {name: ["", text] for name, text in wanted.items() if text}, why=why, by=by, key=key)


def vote(
    review: ReviewSession, code_edit_id: int, word: Literal["agree", "object", "none"], *, by: str, why: str = ""
) -> CodeEdit:
    """Agree, object (which needs a reason) or take one's word back; a person's last word counts."""
    if word == "object" and not why.strip():
        raise ReviewError("Please say why you object, so that others can answer it.")

    def keep(store: Store) -> CodeEdit:
        check_status(edit_of(store, code_edit_id), "open")
        store.append("code_votes", code_edit_id=code_edit_id, vote=word, why=why.strip(), by=by)
        return edit_of(store, code_edit_id)

    return review.write(keep)


def refuse(review: ReviewSession, code_edit_id: int, *, by: str, why: str) -> CodeEdit:
    """Close an open change without writing it, with a reason."""
    if not why.strip():
        raise ReviewError("Please say why this is refused; it is kept with the proposal.")

    def keep(store: Store) -> CodeEdit:
        check_status(edit_of(store, code_edit_id), "open")
        store.append("code_outcomes", code_edit_id=code_edit_id, outcome="refused", why=why.strip(), by=by)
        return edit_of(store, code_edit_id)

    return review.write(keep)


def objected_edits(review: ReviewSession) -> tuple[CodeEdit, ...]:
    """Return the open changes that somebody objects to, so that the group has to talk about them."""
    return tuple(edit for edit in code_edits(review, status="open") if edit.objected)


def check_status(edit: CodeEdit, *wanted: Status) -> None:
    """Refuse to go on with a proposal that is settled already, with a StaleError that holds it."""
    if edit.status not in wanted:
        by = f" by {edit.settled_by}" if edit.settled_by else ""
        raise StaleError(f"This proposal was {edit.status}{by} in the meantime; nothing was changed.", yours=None, stands=edit)


def edits_of(store: Store) -> tuple[CodeEdit, ...]:
    """Return all proposals in the order they were made."""
    return tuple(_edit(store, row) for row in store.rows("code_edits"))


def edit_of(store: Store, code_edit_id: int) -> CodeEdit:
    """Return a proposal; ReviewError if there is none of that number."""
    row = store.row("code_edits", code_edit_id)
    if row is None:
        raise ReviewError(f"There is no proposal {code_edit_id} for the codebook in this study.")
    return _edit(store, row)


def _edit(store: Store, row: Mapping[str, Any]) -> CodeEdit:
    number = row["code_edit_id"]
    outcome = store.outcome_of_edit(number)
    changes = (FieldChange(name, before, after) for name, (before, after) in json.loads(row["changes"]).items())
    return CodeEdit(
        code_edit_id=number,
        kind=row["kind"],
        code=row["code"],
        changes=tuple(changes),
        why=row["why"],
        by=row["by"],
        made_at=row["made_at"],
        votes=_votes(store, number),
        status="taken back" if store.is_retracted("code edit", number) else outcome["outcome"] if outcome else "open",
        settled_by=outcome["by"] if outcome else "",
        settled_at=outcome["made_at"] if outcome else "",
        settled_why=outcome["why"] if outcome else "",
        reopened=int(outcome["reopened"] or 0) if outcome else 0,
        outcome_id=outcome["code_outcome_id"] if outcome else 0,
    )


def _votes(store: Store, number: int) -> tuple[Vote, ...]:
    # In the order they were given, so that a person's last word takes the place of the earlier.
    last = {row["by"]: Vote(row["by"], row["vote"], row["why"], row["made_at"]) for row in store.votes_on(number)}
    return tuple(vote for vote in last.values() if vote.vote in ("agree", "object"))


def _propose(
    review: ReviewSession, kind: str, code: str, changes: Mapping[str, list[str]], *, why: str, by: str, key: str
) -> CodeEdit:
    row = {"kind": kind, "code": code, "changes": json.dumps(changes, ensure_ascii=False), "why": why.strip(), "by": by}
    # The same form sent with other words, by the back button, say, is another proposal; sent twice it is one.
    other = f"{key} {content_id(*row.values())}"

    def keep(store: Store) -> CodeEdit:
        number = store.made_with(key, "code_edits")
        kept = store.row("code_edits", number)
        if kept and any(kept[name] != value for name, value in row.items()):
            number = store.made_with(other, "code_edits") or store.append("code_edits", **row, idempotency_key=other)
        return edit_of(store, number or store.append("code_edits", **row, idempotency_key=key))

    return review.write(keep)


def _tidy(fields: Mapping[str, str]) -> dict[str, str]:
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        raise ReviewError(f"A code has no field {unknown[0]!r}; people may change {', '.join(FIELDS)}.")
    return {name: tidy_field(name, text) for name, text in fields.items()}


MEANING = ("definition", "include", "exclude")
"""What decides whether an excerpt belongs to a code, so that those it touches are to be read again."""


def accept_code_edit(review: ReviewSession, code_edit_id: int, *, by: str, today: date, despite: str = "") -> CodeEdit:
    """Write an open change to the codebook, and put the excerpts it touches back into the queue.

    Those are the excerpts people have decided on with the code, or for which it was suggested. Where somebody objects,
    `despite` must say why it is accepted all the same. StaleError if the codebook was edited by hand since, so that what would
    be replaced is not what the proposal says.
    """
    path = _path(review)
    # Before the writer's turn: it goes through all that people said, and others wait to save meanwhile.
    touched = touched_by(review, review.read(lambda store: edit_of(store, code_edit_id)))

    def keep(store: Store) -> CodeEdit:
        edit = edit_of(store, code_edit_id)
        check_status(edit, "open")
        # Whoever accepts agrees, unless they have objected.
        agreed = {by, *(vote.by for vote in edit.agreed)} - {vote.by for vote in edit.objected}
        check_agreed(people(store), edit.by, agreed)
        if edit.objected and not despite.strip():
            names = listed([vote.by for vote in edit.objected])
            objects = agreeing(len(edit.objected), "objects", "object")
            raise ReviewError(f"{names} {objects}. Talk about it first, then write here what came of your talk.")
        # The file first: if it cannot be written, nothing is said to be accepted.
        _write(path, edit, _signed(edit, by=by, today=today))
        number = store.append("code_outcomes", code_edit_id=code_edit_id, outcome="accepted", why=despite.strip(), by=by)
        if touched:
            words = json.dumps(touched)
            store.append("reopenings", code_outcome_id=number, up_to=store.last_decision(), segments=words, by=by)
        return edit_of(store, code_edit_id)

    return review.write(keep)


def undo_code_edit(review: ReviewSession, code_edit_id: int, *, by: str, today: date) -> CodeEdit:
    """Take back an open proposal, a refusal, or an accepted change: then the codebook gets its earlier words again.

    What was settled is open again afterwards; an open proposal is gone. ReviewError if people have decided with a new code.
    """
    # Before the writer's turn, as it goes through all that people said.
    edit = review.read(lambda store: edit_of(store, code_edit_id))
    if (
        edit.status == "accepted"
        and edit.kind == "new"
        and any(edit.code in made.codes for made in review.state().all_standing())
    ):
        raise ReviewError(
            f"People have decided with the code {edit.code!r}, so it is not taken out; refer to another code first."
        )

    def keep(store: Store) -> CodeEdit:
        now = edit_of(store, code_edit_id)
        check_status(now, "open", "accepted", "refused")
        # The file gets its earlier words before the store says so, for the same reason.
        if now.status == "accepted":
            _unwrite(_path(review), now, today=today)
        if now.status == "open":
            store.retract("code edit", code_edit_id, by)
        else:
            store.retract("code outcome", now.outcome_id, by)
        return edit_of(store, code_edit_id)

    return review.write(keep)


def touched_by(review: ReviewSession, edit: CodeEdit) -> list[str]:
    """Return the excerpts that a changed meaning touches: decided on with the code, agreed on it, or suggested and decided on."""
    if edit.kind == "new" or not any(change.field in MEANING for change in edit.changes):
        return []
    state, tables = review.state(), review.last_run().tables
    # What was suggested and decided on, too: under the new words, somebody might have given the code.
    suggestions = tables["suggestions"]
    texts = suggestions.loc[suggestions["suggested"] & (suggestions["code"] == edit.code), "text_id"]
    suggested = {segment_id for text_id in texts for segment_id in tables.of_text.get(str(text_id), ())}
    decided = {made.segment_id for made in state.all_standing() if edit.code in made.codes or made.segment_id in suggested}
    talked = {talk.segment_id for talk in review.read(discussions_of).values() if edit.code in talk.codes}
    return sorted((decided | talked) & tables.segment_ids)


def _path(review: ReviewSession) -> Path:
    if review.study.codebook is None:
        raise CodebookError('This study has no codebook yet; name one in study.toml: codebook = "codebook.csv".')
    return review.study.codebook


def _signed(edit: CodeEdit, *, by: str, today: date) -> dict[str, str]:
    agreed = ", ".join(dict.fromkeys([*(vote.by for vote in edit.agreed), by]))
    return {"agreed_by": agreed, "changed": today.isoformat()} | ({"proposed_by": edit.by} if edit.kind == "new" else {})


def _write(path: Path, edit: CodeEdit, signed: Mapping[str, str]) -> None:
    after = {change.field: change.after for change in edit.changes}
    if edit.kind == "change":
        _check_unchanged(path, edit, back=False)
        change_code(path, edit.code, {**after, **signed})
    # It may stand there already, if the store failed after the file was written the first time.
    elif not any(code.code == edit.code for code in read_codebook(path).codes):
        add_code(path, edit.code, {**after, **signed})


def _unwrite(path: Path, edit: CodeEdit, *, today: date) -> None:
    _check_unchanged(path, edit, back=True)
    if edit.kind == "new":
        remove_code(path, edit.code)
    else:
        change_code(path, edit.code, {change.field: change.before for change in edit.changes} | {"changed": today.isoformat()})


def _check_unchanged(path: Path, edit: CodeEdit, *, back: bool) -> None:
    """Refuse where somebody has edited the file by hand, so that other words stand there than the proposal would replace."""
    stands = fields_of(read_codebook(path)[edit.code])
    ours = [(change.field, (change.after,) if back else (change.before, change.after)) for change in edit.changes]
    # What is accepted may stand there already: the file is written before the store, which may have failed the first time.
    other = [field for field, ours_then in ours if stands[field] not in ours_then]
    if other:
        raise StaleError(
            f"{path.name} was changed since, by hand or by a later proposal: {', '.join(other)} of {edit.code!r} "
            "is not what would be replaced. Nothing was overwritten; read both, and propose again what is meant.",
            yours={change.field: change.before if back else change.after for change in edit.changes},
            stands={change.field: stands[change.field] for change in edit.changes},
        )
