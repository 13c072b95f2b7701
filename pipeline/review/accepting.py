"""Write what people accept to the codebook's file, put the excerpts it touches back into the queue, and undo it."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pipeline.codebook import read_codebook
from pipeline.errors import CodebookError, ReviewError
from pipeline.review.codebook_file import add_code, change_code, fields_of, remove_code
from pipeline.review.deciding import StaleError
from pipeline.review.revising import CodeEdit, check_status, edit_of
from pipeline.review.room import Room
from pipeline.review.store import Store
from pipeline.review.talking import discussions_of


MEANING = ("definition", "include", "exclude")
"""What decides whether an excerpt belongs to a code, so that those it touches are to be read again."""


def accept(room: Room, code_edit_id: int, *, by: str, today: date, despite: str = "") -> CodeEdit:
    """Write an open change to the codebook, and put the excerpts it touches back into the queue.

    Those are the excerpts people have decided on with the code, or for which it was suggested. Where somebody objects,
    `despite` must say why it is accepted all the same. StaleError if the codebook was edited by hand since, so that what would
    be replaced is not what the proposal says.
    """
    path = _path(room)
    touched = touched_by(room, room.read(lambda store: edit_of(store, code_edit_id)))

    def keep(store: Store) -> CodeEdit:
        edit = edit_of(store, code_edit_id)
        check_status(edit, "open")
        if edit.objected and not despite.strip():
            people = ", ".join(one.by for one in edit.objected)
            raise ReviewError(f"{people} object; talk about it first, or say why it is accepted all the same.")
        _write(path, edit, _signed(edit, by=by, today=today))
        number = store.append("code_outcomes", code_edit_id=code_edit_id, outcome="accepted", why=despite.strip(), by=by)
        if touched:
            words = json.dumps(touched)
            store.append("reopenings", code_outcome_id=number, up_to=store.last_decision(), segments=words, by=by)
        return edit_of(store, code_edit_id)

    return room.write(keep)


def undo_code_edit(room: Room, code_edit_id: int, *, by: str, today: date) -> CodeEdit:
    """Take back an open proposal, a refusal, or an accepted change: then the codebook gets its earlier words again.

    What was settled is open again afterwards; an open proposal is gone. ReviewError if people have decided with a new code.
    """
    edit = room.read(lambda store: edit_of(store, code_edit_id))
    if edit.status == "accepted" and edit.kind == "new" and any(edit.code in made.codes for made in room.ledger().all_standing()):
        raise ReviewError(
            f"People have decided with the code {edit.code!r}, so it is not taken out; refer to another code first."
        )

    def keep(store: Store) -> CodeEdit:
        found = edit_of(store, code_edit_id)
        check_status(found, "open", "accepted", "refused")
        if found.status == "accepted":
            _unwrite(_path(room), found, today=today)
        if found.status == "open":
            store.retract("code edit", code_edit_id, by)
        else:
            store.retract("code outcome", found.outcome_id, by)
        return edit_of(store, code_edit_id)

    return room.write(keep)


def touched_by(room: Room, edit: CodeEdit) -> list[str]:
    """Return the excerpts that a changed meaning touches: decided on with the code, agreed on it, or suggested and decided on."""
    if edit.kind == "new" or not any(change.field in MEANING for change in edit.changes):
        return []
    ledger, tables = room.ledger(), room.material().tables
    suggestions = tables["suggestions"]
    texts = suggestions.loc[suggestions["suggested"] & (suggestions["code"] == edit.code), "text_id"]
    suggested = {one for text_id in texts for one in tables.of_text.get(str(text_id), ())}
    decided = {made.segment_id for made in ledger.all_standing() if edit.code in made.codes or made.segment_id in suggested}
    talked = {one.segment_id for one in room.read(discussions_of).values() if edit.code in one.codes}
    return sorted((decided | talked) & tables.here)


def _path(room: Room) -> Path:
    if room.study.codebook is None:
        raise CodebookError('This study has no codebook yet; name one in study.toml: codebook = "codebook.csv".')
    return room.study.codebook


def _signed(edit: CodeEdit, *, by: str, today: date) -> dict[str, str]:
    """Return what the file says of who changed a code and when."""
    agreed = ", ".join(dict.fromkeys([*(one.by for one in edit.agreed), by]))
    return {"agreed_by": agreed, "changed": today.isoformat()} | ({"proposed_by": edit.by} if edit.kind == "new" else {})


def _write(path: Path, edit: CodeEdit, signed: Mapping[str, str]) -> None:
    after = {change.field: change.after for change in edit.changes}
    if edit.kind == "change":
        _check_unchanged(path, edit, back=False)
        change_code(path, edit.code, {**after, **signed})
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
    other = [field for field, known in ours if stands[field] not in known]
    if other:
        raise StaleError(
            f"{path.name} was changed since, by hand or by a later proposal: {', '.join(other)} of {edit.code!r} "
            "is not what would be replaced. Nothing was overwritten; read both, and propose again what is meant.",
            yours={change.field: change.before if back else change.after for change in edit.changes},
            stands={change.field: stands[change.field] for change in edit.changes},
        )
