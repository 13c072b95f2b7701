"""How far people have come, and how much time each spent, so that they can be paid."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from pipeline.decisions.accounts import people
from pipeline.review.discussions import known_talks, n_to_discuss
from pipeline.review.session import ReviewSession
from pipeline.review.state import ReviewState
from pipeline.runtime.files import write_atomically


@dataclass(frozen=True)
class Effort:
    """What one person, or all of a group, has done."""

    name: str
    group: str
    people: int
    decided: int
    skipped: int
    changed_after_suggestion: int
    minutes: float
    first: str
    last: str


@dataclass(frozen=True)
class Doing:
    """How we are doing."""

    excerpts: int
    complete: int
    """Excerpts that all their readers have answered."""
    begun: int
    to_discuss: int
    contested: int
    agreed_by_talk: int
    people: tuple[Effort, ...]
    groups: tuple[Effort, ...]


def how_are_we_doing(room: ReviewSession) -> Doing:
    """Return how far people and groups have come."""
    ledger, here = room.ledger(), room.material().tables.here
    talks = [found for found in known_talks(room).values() if found.segment_id in here]
    efforts = _efforts(room)
    return Doing(
        excerpts=len(here),
        complete=ledger.n_complete(),
        begun=ledger.n_begun(),
        to_discuss=n_to_discuss(room),
        contested=sum(found.outcome == "contested" for found in talks),
        agreed_by_talk=sum(found.outcome == "agreed" for found in talks),
        people=tuple(sorted(efforts, key=lambda one: one.name.casefold())),
        groups=_by_group(efforts),
    )


def write_time_spent(room: ReviewSession, path: Path) -> Path:
    """Write a CSV for paying people: name, group, decisions, minutes, first and last day."""
    rows = [
        {"name": one.name, "group": one.group, "decisions": one.decided, "skipped": one.skipped}
        | {"minutes": round(one.minutes, 1), "first_day": one.first[:10], "last_day": one.last[:10]}
        for one in sorted(_efforts(room), key=lambda one: one.name.casefold())
    ]
    columns = ["name", "group", "decisions", "skipped", "minutes", "first_day", "last_day"]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    write_atomically(path, lambda temporary: temporary.write_text(text.getvalue(), encoding="utf-8-sig", newline=""))
    return path


def _efforts(room: ReviewSession) -> list[Effort]:
    """Return what each person has done, those who have not begun too."""
    ledger = room.ledger()
    return [_effort(ledger, one.name, one.group) for one in room.read(people)]


def _effort(ledger: ReviewState, name: str, group: str) -> Effort:
    tally = ledger.tally(name)
    return Effort(
        name=name,
        group=group,
        people=1,
        decided=ledger.n_given_by(name),
        skipped=tally.skipped,
        changed_after_suggestion=tally.not_blind,
        minutes=tally.seconds / 60,
        first=tally.first,
        last=tally.last,
    )


def _by_group(efforts: list[Effort]) -> tuple[Effort, ...]:
    found: dict[str, list[Effort]] = {}
    for one in efforts:
        found.setdefault(one.group.casefold(), []).append(one)
    return tuple(_sum(found[group]) for group in sorted(found))


def _sum(efforts: list[Effort]) -> Effort:
    return Effort(
        name="",
        group=efforts[0].group,
        people=len(efforts),
        decided=sum(one.decided for one in efforts),
        skipped=sum(one.skipped for one in efforts),
        changed_after_suggestion=sum(one.changed_after_suggestion for one in efforts),
        minutes=sum(one.minutes for one in efforts),
        first=min(filter(None, (one.first for one in efforts)), default=""),
        last=max((one.last for one in efforts), default=""),
    )


def _cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula: a name may begin with any sign."""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and not text[:1].isalnum() and text else text
