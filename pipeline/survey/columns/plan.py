"""What has been guessed about an export so far, and which of its columns are still to be placed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.survey.columns.column import Column, listed_headings, plain, shown
from pipeline.survey.columns.languages import Detector
from pipeline.survey.columns.personal_shapes import IsName
from pipeline.survey.columns.several_choices import Choices


_LONGEST_KEY = 48


@dataclass
class Plan:
    """What has been guessed so far, with the reason by its place in `study.toml`, and the columns still to be placed."""

    columns: list[Column]
    kind: str
    left: dict[str, Column]
    languages_of: Detector
    is_name: IsName
    intake: dict[str, Any] = field(default_factory=dict)
    compared: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=lambda: ["en"])
    n_in_language: dict[str, int] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    closed: dict[str, list[str]] = field(default_factory=dict)
    """Closed questions by the kind of their answers."""
    choices: dict[str, Choices] = field(default_factory=dict)
    """The options of closed questions in whose columns people wrote something else, too, by the column's name."""
    doubtful: dict[str, str] = field(default_factory=dict)
    """Why a column that is not used may be of use, by its name."""
    keys: set[str] = field(default_factory=set)

    def put(self, setting: str, value: Any, *, because: str = "", of: Iterable[Column] = ()) -> None:
        """Set something under [intake], say why, and count the columns as placed."""
        *sections, last = setting.split(".")
        place = self.intake
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = value
        if because:
            self.why[f"intake.{setting}"] = because
        for column in of:
            self.left.pop(column.name, None)

    def leave(self, columns: Sequence[Column], because: str, *, doubtful: bool = False) -> None:
        """Leave columns out and say so."""
        if doubtful:
            self.doubtful |= {column.name: f"{shown(column.name)} is not used. It {because}." for column in columns}
        if columns:
            each = "Each" if len(columns) > 1 else "It"
            self.unused.append(f"Not used: {listed_headings([column.name for column in columns])}. {each} {because}.")
        for column in columns:
            self.left.pop(column.name, None)

    def remaining(self, fits: Callable[[Column], bool]) -> list[Column]:
        """Return the columns still to be placed that fit."""
        return [column for column in self.left.values() if fits(column)]

    def asked(self, column: Column) -> str:
        """Return the wording of a question, or the column's name where several columns share a wording."""
        # The parts of a grid often share the wording that stands above it.
        alike = sum(column.wording == other.wording for other in self.columns)
        return column.wording if alike == 1 else column.name

    def key_for(self, wording: str) -> str:
        """Return a short name for a question that no other question has."""
        words = plain(wording).split() or ["question"]
        while len("_".join(words)) > _LONGEST_KEY and len(words) > 1:
            words.pop()
        key = "_".join(words)[:_LONGEST_KEY]
        names = (key if n == 1 else f"{key}_{n}" for n in range(1, len(self.keys) + 2))
        chosen = next(name for name in names if name not in self.keys)
        self.keys.add(chosen)
        return chosen
