"""The closed loop: `loop.csv` says what people said, what was decided, what came of it, and whether they were told and agree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from difflib import get_close_matches
from statistics import median
from typing import Literal, get_args

from pipeline.errors import StudyError
from pipeline.runtime.edited_csv import Row, add_row, change_row, read_rows, remove_row, start_table
from pipeline.runtime.plain_text import one_line
from pipeline.study.study import Study


FILE = "loop.csv"
Agree = Literal["", "yes", "partly", "no"]
State = Literal["overdue", "unanswered", "not told", "answered"]
_DATES = ("heard_on", "decided_on", "due", "done_on", "told_on")


@dataclass(frozen=True)
class Action:
    """One row: a theme or code, and what came of what people said of it."""

    row: int
    about: str
    """A code's id or label, a theme's title, or "theme 3"."""
    you_said: str
    heard_on: date | None
    decision: str
    decided_by: str
    decided_on: date | None
    action: str
    not_possible_because: str
    due: date | None
    done_on: date | None
    told_how: str
    told_on: date | None
    they_agree: Agree

    @property
    def decided(self) -> bool:
        """Whether there is an answer: something that is done, or the reason why not."""
        return bool(self.decision and (self.action or self.not_possible_because))

    def state(self, today: date) -> State:
        """Say where the row stands on a day."""
        # What is late is late, whatever else is missing in the row.
        if self.due and self.due < today and not self.done_on and not self.not_possible_because:
            return "overdue"
        if not self.decided:
            return "unanswered"
        # A decision that nobody hears of answers nobody.
        return "answered" if self.told_on else "not told"

    @property
    def days(self) -> int | None:
        """Days from when it was heard until people were told."""
        return (self.told_on - self.heard_on).days if self.told_on and self.heard_on and self.decided else None


ORDER: tuple[State, ...] = ("overdue", "unanswered", "not told", "answered")
"""What needs somebody first comes first."""


def worst_state(entries: Iterable[Action], today: date) -> State:
    """Say where a thing stands with these rows about it: what is worst among them; unanswered where there is none."""
    states = [entry.state(today) for entry in entries]
    return next((state for state in ORDER if state in states), "unanswered")


class LoopChangedError(StudyError):
    """A row is not what it was when it was shown."""


COLUMNS = tuple(field.name for field in fields(Action) if field.name != "row")
WHAT = {
    "about": "theme or code: a code's id or name, a theme's title, or: theme 3",
    "you_said": "what people said, in plain words",
    "heard_on": "when they said it (YYYY-MM-DD)",
    "decision": "what was decided",
    "decided_by": "who decided",
    "decided_on": "when (YYYY-MM-DD)",
    "action": "what is done",
    "not_possible_because": "or why it cannot be done",
    "due": "until when it is to be done (YYYY-MM-DD)",
    "done_on": "when it was done (YYYY-MM-DD)",
    "told_how": "how people were told",
    "told_on": "when they were told (YYYY-MM-DD)",
    "they_agree": "do they agree it was done: yes, partly, no; empty when not asked",
}


@dataclass(frozen=True)
class Loop:
    """All rows of a study's loop."""

    entries: tuple[Action, ...]

    def of(self, names: Sequence[str]) -> tuple[Action, ...]:
        """Return the rows about a thing that goes by any of these names."""
        # People type names by hand into a spreadsheet.
        wanted = {name.casefold().strip() for name in names if name}
        return tuple(entry for entry in self.entries if entry.about.casefold().strip() in wanted)

    @property
    def median_days(self) -> float | None:
        """The middle of the days from hearing to telling."""
        days = [entry.days for entry in self.entries if entry.days is not None]
        return median(days) if days else None


def read_loop(study: Study) -> Loop:
    """Read `loop.csv`; StudyError lists by row all that is wrong with it. Without the file the loop is empty."""
    loop, faults = read_with_faults(study)
    wrong = [f"row {number}: {problem}" for number, row_faults in faults.items() for _, problem in row_faults]
    if wrong:
        raise StudyError("\n  ".join([f"{FILE} is not right yet.", *wrong]))
    return loop


def read_with_faults(study: Study) -> tuple[Loop, dict[int, tuple[tuple[str, str], ...]]]:
    """Return the rows that are right, and for each other row's number what is wrong: the column and a sentence."""
    rows = read_rows(study.folder / FILE, COLUMNS)
    faults = {number: row_faults for number, row in rows.items() if (row_faults := tuple(problems(row)))}
    return Loop(tuple(_entry(number, row) for number, row in rows.items() if number not in faults)), faults


def theme_names(number: int, title: str, code: str | None, label: str) -> tuple[str, ...]:
    """Return what a row may call a theme: its number, its title, or the code it stands for."""
    # As pages and reports write it, so that it can be copied from there.
    own = [f"theme {number}", f"{number}. {title or 'Words held back'}", title]
    return tuple(name for name in (*own, *((code, label) if code else ())) if name)


def tidy_row(cells: Mapping[str, str]) -> Row:
    """Return a row as it is read back from the file."""
    return {name: one_line(cells.get(name, "")) for name in COLUMNS}


def put_row(study: Study, row: Mapping[str, str], *, shown: Mapping[str, str] | None) -> int:
    """Write a row in place of the one that was shown, or a new one below the others, and return its number.

    The row that was shown is found by what stands in it, wherever rows above it have moved it to. LoopChangedError if it is not
    there any more, since somebody has changed it meanwhile.
    """
    path = study.folder / FILE
    if shown is None:
        add_row(path, COLUMNS, row)
        return max(read_rows(path, COLUMNS))
    number = _number_of(study, shown)
    change_row(path, COLUMNS, number, row)
    return number


def drop_row(study: Study, shown: Mapping[str, str]) -> None:
    """Take out the row that was shown; LoopChangedError if somebody has changed it meanwhile."""
    remove_row(study.folder / FILE, COLUMNS, _number_of(study, shown))


def raw_rows(study: Study) -> dict[int, Row]:
    """Return the cells of each row by its number, right or not; StudyError where the file is no table."""
    return read_rows(study.folder / FILE, COLUMNS)


def _number_of(study: Study, shown: Mapping[str, str]) -> int:
    # Not by its number: somebody may have put rows above it in a spreadsheet meanwhile.
    number = next((number for number, row in raw_rows(study).items() if row == dict(shown)), None)
    if number is None:
        raise LoopChangedError(f"{FILE} was changed since you opened this page, so nothing was written.")
    return number


def unknown_rows(loop: Loop, names: Sequence[str]) -> tuple[str, ...]:
    """Say which rows are about nothing that the study knows by these names."""
    names_of = {name.casefold().strip(): name for name in names if name}
    sentences = []
    for entry in loop.entries:
        if entry.about.casefold().strip() not in names_of:
            near = get_close_matches(entry.about.casefold(), names_of, n=1)
            hint = f" Did you mean {names_of[near[0]]!r}?" if near else ""
            sentences.append(f"row {entry.row}: {entry.about!r} is no code and no theme of this study, or no longer.{hint}")
    return tuple(sentences)


def start_loop(study: Study, abouts: Sequence[str]) -> int:
    """Write `loop.csv` with a row for each theme or code to answer, and return their number; StudyError if it is there."""
    start_table(study.folder / FILE, COLUMNS, [[about, *[""] * (len(COLUMNS) - 1)] for about in abouts])
    return len(abouts)


def problems(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Say what is not right with a row: the column, and a sentence that says what to do."""
    if not row["about"]:
        yield "about", "about is empty; say which theme or code it is about."
    dates = {name: _date(row[name]) for name in _DATES}
    for name in _DATES:
        if row[name] and dates[name] is None:
            yield name, f"{name} is {row[name]!r}; write it as 2026-03-31."
    if row["they_agree"].casefold() not in get_args(Agree):
        yield "they_agree", "they_agree must be yes, partly, no or empty."
    yield from _lacking(row)
    for first, last in (("heard_on", "decided_on"), ("decided_on", "done_on"), ("decided_on", "told_on")):
        before, after = dates[first], dates[last]
        if before and after and after < before:
            yield last, f"{last} is before {first}."


def _lacking(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    unsigned = next((name for name in ("decided_by", "decided_on") if not row[name]), None)
    if row["decision"] and unsigned:
        yield unsigned, "a decision needs decided_by and decided_on."
    if not row["decision"] and (row["action"] or row["not_possible_because"]):
        yield "decision", "an action, or a reason why not, needs the decision it follows from."
    if row["action"] and row["not_possible_because"]:
        yield "action", "it has both an action and a reason why it is not possible; make two rows of it, or keep one."
    if bool(row["told_how"]) != bool(row["told_on"]):
        yield "told_on" if row["told_how"] else "told_how", "told_how and told_on belong together."
    if row["they_agree"] and not row["told_on"]:
        yield "they_agree", "people can agree only when they have been told; fill in told_how and told_on."


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _entry(number: int, row: Mapping[str, str]) -> Action:
    agree: Agree = next(answer for answer in get_args(Agree) if answer == row["they_agree"].casefold())
    dates = {name: _date(row[name]) for name in _DATES}
    texts = {name: row[name] for name in COLUMNS if name not in _DATES and name != "they_agree"}
    return Action(row=number, they_agree=agree, **texts, **dates)  # type: ignore[arg-type]
