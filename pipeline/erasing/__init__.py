"""Erase a person from a study, or a part of what they gave: from the vault to the last export."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.erasing.person import Person, find_person
from pipeline.erasing.source import take_out
from pipeline.erasing.tables import erase_from_tables
from pipeline.erasing.traces import erase_exports, erase_from_ledger, erase_from_models, still_holding
from pipeline.erasing.written import erase_from_written
from pipeline.readers import Export
from pipeline.review.erasing import erase_from_store
from pipeline.runner import only_run
from pipeline.study import Study, load_study
from pipeline.tombstones import What, read_tombstones, write_tombstones


@dataclass(frozen=True)
class Erased:
    """What was done, in sentences for the person who did it."""

    done: tuple[str, ...]


STILL_THERE = (
    "Not in this study's hands: the survey tool itself, backups, and copies of exports that were sent or printed. Erase the "
    "person there, too; backups hold them until they expire."
)


def erase(folder: str | Path, respondent: str, *, question: str | None = None, quotes_only: bool = False) -> Erased:
    """Take a person out of a study, named as in the export's id column, and say what was done.

    With `question` only what they answered to it goes; with `quotes_only` all stays to be analysed and nothing of it may be
    quoted. A salted mark keeps a later import of the same export from bringing back what has gone. It may be repeated.

    Raises
    ------
    StudyError
        There is nobody of that id, no such question, or a run is under way.
    """
    study = load_study(folder)
    study.derived.mkdir(exist_ok=True)
    with only_run(study):
        person, export = find_person(study, respondent, question=question)
        what: What = "quotes" if quotes_only else "answer" if question else "all"
        stones = read_tombstones(study).with_stone(person.response_id, what, question or "")
        write_tombstones(study, stones)
        done = _only_quotes(study, person) if quotes_only else _all(study, person, export)
    return Erased((*done, f"`themes run {Path(folder).name}` brings themes and figures up to date.", STILL_THERE))


def _only_quotes(study: Study, person: Person) -> tuple[str, ...]:
    emptied = erase_from_store(study, ids=person.ids, words=person.words, whole=False)
    done = (*erase_from_written(study, person, whole=False), *erase_exports(study, person))
    return (f"From the next run on nothing of theirs may be quoted. Approvals and rewordings emptied: {emptied}.", *done)


def _all(study: Study, person: Person, export: Export | None) -> tuple[str, ...]:
    done = [*erase_from_models(study, person), *erase_from_written(study, person), *erase_exports(study, person)]
    emptied = erase_from_store(study, ids=person.ids, words=person.words)
    if emptied:
        done.append(f"review.sqlite: {emptied} rows about what they said emptied; `themes verify` still holds.")
    if person.question is None:
        erase_from_ledger(study, person)
    erase_from_tables(study, person)
    if export is not None and person.places:
        done.append(take_out(study, export, person.places, column=_column(study, person.question)))
    return (*done, *still_holding(study, person))


def _column(study: Study, question: str | None) -> str | None:
    if question is None:
        return None
    found = study.settings.intake.questions.get(question)
    return found.column if found and found.column else question
