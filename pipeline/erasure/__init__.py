"""Erase a person from a study, or a part of what they gave: from the vault to the last export."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.erasure.decision_rows import Taken, erase_from_store
from pipeline.erasure.person import ErasedPerson, find_person
from pipeline.erasure.renamed_codes import codes_called_otherwise
from pipeline.erasure.source import take_out
from pipeline.erasure.study_tables import erase_from_tables
from pipeline.erasure.traces import erase_exports, erase_from_ledger, erase_from_models, still_holding
from pipeline.erasure.written import doubtful_places, erase_from_written
from pipeline.methods.text.cutting import Cutter, Place
from pipeline.runtime.plurals import n_of
from pipeline.runtime.scratch import scratch_of
from pipeline.runtime.typed_paths import typed
from pipeline.study.erasures import What, read_tombstones, write_tombstones
from pipeline.study.study import Study, load_study
from pipeline.survey.readers import Export
from pipeline.workflow.runner import only_run


@dataclass(frozen=True)
class Erased:
    """What was done, in sentences for the person who did it, and the places that were left for a person to decide on."""

    done: tuple[str, ...]
    left: tuple[Place, ...] = ()


STILL_THERE = (
    "Not in this study's hands: the survey tool itself, backups, and copies of exports that were sent or printed. Erase the "
    "person there, too; backups hold them until they expire."
)
TOO_SHORT = "Their id is too short to be looked for in notes and texts; look through them yourself."


def erase(
    folder: str | Path,
    respondent: str,
    *,
    question: str | None = None,
    quotes_only: bool = False,
    decide: Callable[[Place], bool] = lambda place: False,
) -> Erased:
    """Take a person out of a study, named as in the export's id column, and say what was done.

    With `question` only what they answered to it goes; with `quotes_only` all stays to be analysed and nothing of it may be
    quoted. A salted mark keeps a later import of the same export from bringing back what has gone. It may be repeated.

    What people wrote is looked through for five words in a row of theirs. What nobody else wrote is cut; of what others wrote in
    the same words `decide` says, before anything is changed, whether it is cut, too.

    Raises
    ------
    StudyError
        There is nobody of that id, no such question, or a run is under way.
    """
    study = load_study(folder)
    study.derived.mkdir(exist_ok=True)
    whole = not quotes_only
    with scratch_of(study.folder), only_run(study):
        person, export = find_person(study, respondent, question=question)
        chosen = frozenset(place for place in doubtful_places(study, person, whole=whole) if decide(place))
        what: What = "quotes" if quotes_only else "answer" if question else "all"
        stones = read_tombstones(study).with_stone(person.response_id, what, question or "")
        # First of all: an erasure that is cut short must not let a later import bring the person back.
        write_tombstones(study, stones)
        cutter = Cutter(person.wording, chosen)
        done = _only_quotes(study, person, cutter) if quotes_only else _all(study, person, cutter, export)
        left = tuple(doubtful_places(study, person, whole=whole))
    short = (TOO_SHORT,) if person.is_too_short_to_find else ()
    return Erased(
        (*done, *short, f"`themes run {typed(Path(folder).name)}` brings themes and figures up to date.", STILL_THERE), left
    )


def _cells_of(study: Study, person: ErasedPerson, export: Export) -> tuple[list[int], tuple[str, ...]]:
    """Return the rows of the export's frame that are the person's, and the columns of the answer, none where all of them go."""
    plan = study.settings.intake
    if person.question is None:
        return person.places, ()
    question = plan.questions.get(person.question)
    # A question that names no column is asked in the column of its own name.
    column = question.column if question and question.column else person.question
    if plan.layout == "wide":
        return person.places, question.columns if question and question.columns else (column,)
    if plan.question is None:
        return person.places, (plan.text,)
    asked = export.frame[plan.question].fillna("").str.strip()
    return [place for place in person.places if asked.iloc[place] == column], (plan.text,)


def _only_quotes(study: Study, person: ErasedPerson, cutter: Cutter) -> tuple[str, ...]:
    codes = codes_called_otherwise(study, person)
    emptied = erase_from_store(study, Taken(person.ids, person.words, cutter, codes), whole=False)
    erase_from_ledger(study, person, codes, whole=False)
    done = (*erase_from_written(study, person, cutter, codes, whole=False), *erase_exports(study, person))
    return (f"From the next run on nothing of theirs may be quoted. Approvals and rewordings emptied: {emptied}.", *done)


def _all(study: Study, person: ErasedPerson, cutter: Cutter, export: Export | None) -> tuple[str, ...]:
    codes = codes_called_otherwise(study, person)
    done = [
        *erase_from_models(study, person, codes),
        *erase_from_written(study, person, cutter, codes),
        *erase_exports(study, person),
    ]
    emptied = erase_from_store(study, Taken(person.ids, person.words, cutter, codes))
    if emptied:
        done.append(f"review.sqlite: {n_of(emptied, 'row')} about what they said emptied; `themes verify` still holds.")
    erase_from_ledger(study, person, codes, whole=person.question is None)
    erase_from_tables(study, person, codes)
    if export is not None and person.places:
        places, columns = _cells_of(study, person, export)
        done.append(take_out(study, export, places, columns=columns))
    return (*done, *still_holding(study, person))
