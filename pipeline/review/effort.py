"""How far people have come, and how much time each spent, so that they can be paid."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipeline.artefacts import write_atomically
from pipeline.review.room import Room
from pipeline.review.store import Decision
from pipeline.review.store_people import people
from pipeline.review.talking import discussions_of, n_to_discuss


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


def how_are_we_doing(room: Room) -> Doing:
    """Return how far people and groups have come."""
    ledger, here = room.ledger(), room.material().tables.row_of.keys()
    talks = [found for found in room.read(discussions_of).values() if found.segment_id in here]
    efforts = _efforts(room)
    return Doing(
        excerpts=len(here),
        complete=len(ledger.complete & here),
        begun=sum(1 for one in here if ledger.readers(one)),
        to_discuss=n_to_discuss(room),
        contested=sum(found.outcome == "contested" for found in talks),
        agreed_by_talk=sum(found.outcome == "agreed" for found in talks),
        people=tuple(sorted(efforts, key=lambda one: one.name.casefold())),
        groups=_by_group(efforts),
    )


def write_time_spent(room: Room, path: Path) -> Path:
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


def _efforts(room: Room) -> list[Effort]:
    """Return what each person has done, those who have not begun too."""
    made: dict[str, list[Decision]] = {row.name: [] for row in room.read(people)}
    groups = {row.name: row.group for row in room.read(people)}
    # Time was spent whether a decision stands or not.
    for one in room.ledger().everything():
        made[one.reviewer].append(one)
    standing = Counter(one.reviewer for one in room.ledger().all_standing() if one.outcome != "skip")
    return [_effort(name, groups[name], own, standing[name]) for name, own in made.items()]


def _effort(name: str, group: str, own: list[Decision], standing: int) -> Effort:
    return Effort(
        name=name,
        group=group,
        people=1,
        decided=standing,
        skipped=sum(one.outcome == "skip" for one in own),
        changed_after_suggestion=sum(not one.blind for one in own),
        minutes=sum(one.seconds or 0.0 for one in own) / 60,
        first=min((one.made_at for one in own), default=""),
        last=max((one.made_at for one in own), default=""),
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
