"""The closed loop: `loop.csv` says what people said, what was decided, what came of it, and whether they were told and agree."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from difflib import get_close_matches
from statistics import median
from typing import Literal, get_args

from pipeline.errors import StudyError
from pipeline.study import Study


FILE = "loop.csv"
Agree = Literal["", "yes", "partly", "no"]
State = Literal["overdue", "unanswered", "not told", "answered"]
_DATES = ("heard_on", "decided_on", "due", "done_on", "told_on")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Entry:
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
        if self.due and self.due < today and not self.done_on and not self.not_possible_because:
            return "overdue"
        if not self.decided:
            return "unanswered"
        return "answered" if self.told_on else "not told"

    @property
    def days(self) -> int | None:
        """Days from when it was heard until people were told."""
        return (self.told_on - self.heard_on).days if self.told_on and self.heard_on and self.decided else None


COLUMNS = tuple(field.name for field in fields(Entry) if field.name != "row")
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

    entries: tuple[Entry, ...]

    def of(self, names: Sequence[str]) -> tuple[Entry, ...]:
        """Return the rows about a thing that goes by any of these names."""
        wanted = {name.casefold().strip() for name in names if name}
        return tuple(entry for entry in self.entries if entry.about.casefold().strip() in wanted)

    @property
    def median_days(self) -> float | None:
        """The middle of the days from hearing to telling."""
        days = [entry.days for entry in self.entries if entry.days is not None]
        return median(days) if days else None


def read_loop(study: Study) -> Loop:
    """Read `loop.csv`; StudyError lists by row all that is wrong with it. Without the file the loop is empty."""
    path = study.folder / FILE
    if not path.is_file():
        return Loop(())
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restkey="beyond"))
    except (UnicodeDecodeError, csv.Error) as error:
        raise StudyError(f"{FILE} is no table that can be read. In Excel, save it as “CSV UTF-8”.") from error
    _check_columns(rows)
    tidy = {number: _tidy(row) for number, row in enumerate(rows, start=2)}
    tidy = {number: row for number, row in tidy.items() if any(row.values())}
    wrong = [f"row {number}: {problem}" for number, row in tidy.items() for problem in _problems(row)]
    if wrong:
        raise StudyError("\n  ".join([f"{FILE} is not right yet.", *wrong]))
    return Loop(tuple(_entry(number, row) for number, row in tidy.items()))


def unknown_rows(loop: Loop, names: Sequence[str]) -> tuple[str, ...]:
    """Say which rows are about nothing that the study knows by these names."""
    known = {name.casefold().strip(): name for name in names if name}
    found = []
    for entry in loop.entries:
        if entry.about.casefold().strip() not in known:
            near = get_close_matches(entry.about.casefold(), known, n=1)
            hint = f" Did you mean {known[near[0]]!r}?" if near else ""
            found.append(f"row {entry.row}: {entry.about!r} is no code and no theme of this study, or no longer.{hint}")
    return tuple(found)


def start_loop(study: Study, abouts: Sequence[str]) -> int:
    """Write `loop.csv` with a row for each theme or code to answer, and return their number; StudyError if it is there."""
    path = study.folder / FILE
    if path.exists():
        raise StudyError(f"{FILE} is there already and holds people's answers. Add rows to it; nothing was written.")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([f"'{about}" if about.startswith(_FORMULA) else about, *[""] * (len(COLUMNS) - 1)] for about in abouts)
    return len(abouts)


def _check_columns(rows: Sequence[Mapping[str, str]]) -> None:
    there = set(rows[0]) if rows else set(COLUMNS)
    missing = [name for name in COLUMNS if name not in there]
    other = sorted(name for name in there - set(COLUMNS) if name and name != "beyond")
    if missing or other:
        said = [f"the column {name} is missing" for name in missing] + [f"the column {name} is not known" for name in other]
        raise StudyError(f"{FILE}: {'; '.join(said)}. The columns are {', '.join(COLUMNS)}.")


def _tidy(row: Mapping[str, object]) -> dict[str, str]:
    return {name: " ".join(str(row.get(name) or "").removeprefix("'").split()) for name in COLUMNS}


def _problems(row: Mapping[str, str]) -> Iterator[str]:
    if not row["about"]:
        yield "about is empty; say which theme or code it is about."
    dates = {name: _date(row[name]) for name in _DATES}
    for name in _DATES:
        if row[name] and dates[name] is None:
            yield f"{name} is {row[name]!r}; write it as 2026-03-31."
    if row["they_agree"].casefold() not in get_args(Agree):
        yield "they_agree must be yes, partly, no or empty."
    if row["decision"] and not (row["decided_by"] and row["decided_on"]):
        yield "a decision needs decided_by and decided_on."
    if not row["decision"] and (row["action"] or row["not_possible_because"]):
        yield "an action, or a reason why not, needs the decision it follows from."
    if row["action"] and row["not_possible_because"]:
        yield "it has both an action and a reason why it is not possible; make two rows of it, or keep one."
    if bool(row["told_how"]) != bool(row["told_on"]):
        yield "told_how and told_on belong together."
    if row["they_agree"] and not row["told_on"]:
        yield "people can agree only when they have been told; fill in told_how and told_on."
    for first, last in (("heard_on", "decided_on"), ("decided_on", "done_on"), ("decided_on", "told_on")):
        before, after = dates[first], dates[last]
        if before and after and after < before:
            yield f"{last} is before {first}."


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _entry(number: int, row: Mapping[str, str]) -> Entry:
    agree: Agree = next(found for found in get_args(Agree) if found == row["they_agree"].casefold())
    dates = {name: _date(row[name]) for name in _DATES}
    texts = {name: row[name] for name in COLUMNS if name not in _DATES and name != "they_agree"}
    return Entry(row=number, they_agree=agree, **texts, **dates)  # type: ignore[arg-type]
