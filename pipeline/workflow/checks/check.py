"""Say before anything runs what is wrong with a study's export, settings or codebook, and what a run will take."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from pipeline.errors import DataError
from pipeline.methods.themes.few_texts import few_texts_note
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.study.study import Study
from pipeline.survey.columns.column import columns_of, shown
from pipeline.survey.columns.doubts import doubts_of
from pipeline.survey.columns.row_status import rows_of_nobody, unfinished
from pipeline.survey.readers import read_export
from pipeline.workflow.checks.answer_languages import check_answer_languages, check_masking
from pipeline.workflow.checks.check_context import CheckContext, Problem
from pipeline.workflow.checks.counted_people import check_disclosure, count_people
from pipeline.workflow.checks.named_columns import check_columns, check_ids, check_questions, check_weights
from pipeline.workflow.checks.people_options import check_consent, check_levels, check_scales
from pipeline.workflow.checks.read_columns import check_own_words
from pipeline.workflow.checks.run_cost import Prediction, check_n_themes, in_words, n_texts, predict
from pipeline.workflow.checks.settings import check_settings
from pipeline.workflow.planned_frame import closed_wordings, left_out


__all__ = ["Check", "Problem", "check"]

# In this order, so that a column that is not there is told before what hangs on it.
_OF_THE_EXPORT = (
    check_columns,
    check_questions,
    check_answer_languages,
    check_ids,
    check_weights,
    check_consent,
    check_scales,
    check_levels,
    check_own_words,
    check_masking,
)
_MOST_LINES = 60


@dataclass(frozen=True)
class Check:
    """What was found: problems, errors first; notes; who answered; and what a run is expected to take."""

    name: str
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
    people: pd.DataFrame = field(default_factory=pd.DataFrame)
    minutes: float = 0.0
    memory_mb: float = 0.0

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that would stop a run."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def expected(self) -> str:
        """What a run will take, in words; empty when the export cannot be read."""
        return in_words(Prediction(self.minutes, self.memory_mb)) if self.minutes else ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "name": self.name,
            "problems": [asdict(problem) for problem in self.problems],
            "notes": list(self.notes),
            "people": self.people.to_dict("records"),
            "minutes": self.minutes,
            "memory_mb": self.memory_mb,
            "expected": self.expected,
        }

    def as_text(self) -> str:
        """Return all that was found in plain English."""
        n_errors, n_warnings = len(self.errors), len(self.problems) - len(self.errors)
        verdict = f"{n_of(n_errors, 'error')} and {n_of(n_warnings, 'warning')}" if self.problems else "nothing is wrong"
        lines = [f"{self.name}: {verdict}."]
        lines += [f"  {problem.severity}: {problem.sentence}" for problem in self.problems]
        lines += [f"  note: {note}" for note in self.notes]
        lines += _people_lines(self.people)
        return "\n".join([*lines, *([f"A first run will take {self.expected}."] if self.expected else [])])


def check(study: Study) -> Check:
    """Find all that is wrong with a study at once, count who answered, and predict what a run takes."""
    problems = list(check_settings(study))
    try:
        export = read_export(study.source, sheet=study.settings.intake.sheet)
    except DataError as error:
        # Without the export nothing more can be looked at; the settings are told all the same, to be mended at once.
        return Check(study.settings.name, _sorted([Problem("error", str(error)), *problems]))
    context = CheckContext(study, export)
    problems += [Problem("warning", f"{study.source.name}: {doubt}") for doubt in export.doubts]
    problems += _rows_of_nobody(context)
    problems += [Problem("warning", f"{study.source.name}: {doubt}") for doubt in doubts_of(columns_of(export), context.plan)]
    problems += [problem for find_problems in _OF_THE_EXPORT for problem in find_problems(context)]
    people = count_people(context)
    problems += check_disclosure(context, people)
    problems += check_n_themes(context)
    expected = predict(context)
    return Check(study.settings.name, _sorted(problems), tuple(_notes(context)), people, expected.minutes, expected.memory_mb)


def _rows_of_nobody(context: CheckContext) -> Iterator[Problem]:
    for column, values in rows_of_nobody(columns_of(context.export), context.export.kind).items():
        named = {value.casefold() for value in context.plan.leave_out.get(column, ())}
        kept = [value for value in values if value.casefold() not in named]
        n = int(context.frame[column].isin(kept).sum())
        if n:
            text = f"{n_of(n, 'row is', 'rows are')} no person's answers (such as “{kept[0]}”)"
            counted = agreeing(n, "is counted as a person", "are counted as people")
            yield Problem(
                "warning", f"{context.place(column=column)}{text} and {counted}. Name such rows under [intake] leave_out."
            )


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    # Stable, so that problems of one kind stay in the order in which they were found.
    return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))


def _notes(context: CheckContext) -> Iterator[str]:
    plan = context.plan
    yield from (f"{context.study.source.name}: {note}." for note in context.export.notes)
    if plan.id is None:
        yield "No id column is named, so each row counts as one person."
    if plan.layout == "long" and plan.question in context.frame:
        named = {question.column or name for name, question in plan.questions.items()} | set(closed_wordings(plan))
        others = context.frame[plan.question]
        n = int((~others.isin(named)).sum())
        if n:
            yield f"{n_of(n, 'row')} ask what [intake.questions] does not name; they are read as neutral questions."
    yield from _notes_on_rows(context)
    yield from _notes_on_consent(context)
    # Answers that were saved with other themes are only put into those.
    if context.study.frozen is None and (few := few_texts_note(n_texts(context))):
        yield few
    if context.study.codebook is None:
        yield "The study has no codebook, so themes are found and no codes suggested."


def _notes_on_rows(context: CheckContext) -> Iterator[str]:
    frame = context.export.frame
    for column, values in context.plan.leave_out.items():
        if column in frame and (n := int(left_out(frame, context.plan.model_copy(update={"leave_out": {column: values}})).sum())):
            yield f"{n_of(n, 'row')} left out by {shown(column)}, as [intake] leave_out says."
    column, n = unfinished(columns_of(context.export))
    if n:
        yield f"{n_of(n, 'row is', 'rows are')} of people who did not finish, by {shown(column)}. What they answered is read."


def _notes_on_consent(context: CheckContext) -> Iterator[str]:
    consent = context.plan.consent
    if consent is None:
        yield "No consent column is named, so nobody is quoted."
    elif consent.column in context.frame:
        # As `intake` compares them, so that what is counted here is what a run sets aside.
        answers = context.frame[consent.column].str.casefold()
        refusals = [option.strip().casefold() for option in consent.none]
        withheld, blank = (int(answers.isin(options).sum()) for options in (refusals, [""]))
        if withheld:
            yield f"Consent to any use is withheld in {n_of(withheld, 'row')}, which will be set aside unread."
        if blank:
            yield f"Nothing is said in {shown(consent.column)} in {n_of(blank, 'row')}, which allow analysis only."


def _people_lines(people: pd.DataFrame) -> Iterator[str]:
    if len(people):
        yield f"{'Who answered':56s}  asked  answered  blank"
    above = ("", "")
    for question, group, level, *numbers in people.head(_MOST_LINES).itertuples(index=False):
        if question != above[0]:
            yield f"  {_cut(question, 60)}"
        if group not in (level, above[1]):
            yield f"    {_cut(group, 58)}"
        above = (question, group)
        asked, answered, blank = (f"{number:,d}" for number in numbers)
        indent = "    " if group == level else "      "
        yield f"{indent}{_cut(level, 54 - len(indent)):{54 - len(indent)}s}{asked:>9s}{answered:>10s}{blank:>7s}"
    # A study with many groups and questions would fill the screen and hide the problems above.
    if len(people) > _MOST_LINES:
        yield f"  and {len(people) - _MOST_LINES:,} more lines; `themes check --json` shows all"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 16].rstrip()}…{text[-14:].lstrip()}"
