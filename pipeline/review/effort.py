"""How far people have come, and how much time each spent, so that they can be paid."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.decisions.accounts import people
from pipeline.review.discussions import known_talks, n_to_discuss
from pipeline.review.session import ReviewSession
from pipeline.runtime.files import write_atomically
from pipeline.runtime.spreadsheet_cells import FORMULA, as_text
from pipeline.runtime.undated import save_workbook


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


def how_are_we_doing(review: ReviewSession) -> Doing:
    """Return how far people and groups have come."""
    state, segment_ids = review.state(), review.last_run().tables.segment_ids
    # A talk about an excerpt that a later run no longer has is kept, and is not part of how the study stands.
    talks = [talk for talk in known_talks(review).values() if talk.segment_id in segment_ids]
    efforts = _efforts(review)
    return Doing(
        excerpts=len(segment_ids),
        complete=state.complete.n_here,
        begun=state.begun.n_here,
        to_discuss=n_to_discuss(review),
        contested=sum(talk.outcome == "contested" for talk in talks),
        agreed_by_talk=sum(talk.outcome == "agreed" for talk in talks),
        people=tuple(sorted(efforts, key=lambda effort: effort.name.casefold())),
        groups=_by_group(efforts),
    )


def write_time_spent(review: ReviewSession, path: Path) -> Path:
    """Write the sheet for paying people, as CSV or, where the name ends so, as an Excel workbook.

    It holds name, group, decisions, minutes, first and last day. How often somebody skipped is shown of nobody.
    """
    efforts = sorted(_efforts(review), key=lambda effort: effort.name.casefold())
    rows: list[list[str | float]] = [
        [effort.name, effort.group, effort.decided, round(effort.minutes, 1), effort.first[:10], effort.last[:10]]
        for effort in efforts
    ]
    write = _write_workbook if path.suffix == ".xlsx" else _write_csv
    write(path, [list(_PAY), *rows])
    return path


_PAY = ("name", "group", "decisions", "minutes", "first_day", "last_day")


def _write_csv(path: Path, rows: Sequence[Sequence[str | float]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        [as_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    write_atomically(path, lambda temporary: temporary.write_text(text.getvalue(), encoding="utf-8-sig", newline=""))


def _write_workbook(path: Path, rows: Sequence[Sequence[str | float]]) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    sheet.title = "Time"
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, value if value != "" else None)
            if isinstance(value, str) and value:
                # A name is text, whatever it begins with.
                cell.data_type, cell.quotePrefix = "s", bool(FORMULA.match(value))
            cell.font = Font(bold=number == 1)
    for place, width in enumerate((28, 24, 12, 12, 14, 14), start=1):
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = width
    sheet.freeze_panes = "B2"
    save_workbook(book, path)


def _efforts(review: ReviewSession) -> list[Effort]:
    state = review.state()
    efforts = []
    for member in review.read(people):
        tally = state.tally(member.name)
        efforts.append(
            Effort(
                name=member.name,
                group=member.group,
                people=1,
                decided=state.n_given_by(member.name),
                skipped=tally.skipped,
                changed_after_suggestion=tally.not_blind,
                minutes=tally.seconds / 60,
                first=tally.first,
                last=tally.last,
            )
        )
    return efforts


def _by_group(efforts: list[Effort]) -> tuple[Effort, ...]:
    by_group: dict[str, list[Effort]] = {}
    for effort in efforts:
        # Groups that were typed with and without a capital are one.
        by_group.setdefault(effort.group.casefold(), []).append(effort)
    return tuple(_sum(by_group[group]) for group in sorted(by_group))


def _sum(efforts: list[Effort]) -> Effort:
    return Effort(
        name="",
        group=efforts[0].group,
        people=len(efforts),
        decided=sum(effort.decided for effort in efforts),
        skipped=sum(effort.skipped for effort in efforts),
        changed_after_suggestion=sum(effort.changed_after_suggestion for effort in efforts),
        minutes=sum(effort.minutes for effort in efforts),
        # Whoever has not begun has no first day.
        first=min(filter(None, (effort.first for effort in efforts)), default=""),
        last=max((effort.last for effort in efforts), default=""),
    )
