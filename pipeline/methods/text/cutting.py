"""Cut what somebody wrote out of cells, and say of each passage that may be anybody's where it stands, without its words."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipeline.methods.text.passages import Passage, Wording


GAP = "[words taken out: the person withdrew]"
"""In square brackets, so that an easy-read text cannot be approved before somebody has filled the gap."""


@dataclass(frozen=True)
class Cell:
    """Where a text stands: its file, and the row and column there, in words."""

    file: str
    where: str


@dataclass(frozen=True)
class Place:
    """A passage that others wrote in the same words, or an id that may mean something else."""

    cell: Cell
    first_word: int
    n_words: int

    def __str__(self) -> str:
        """Say where it stands and how many words it has, and none of them."""
        last = self.first_word + self.n_words - 1
        words = f"word {last}" if self.n_words == 1 else f"words {self.first_word} to {last}"
        return f"{self.cell.file}, {self.cell.where}: {words}"


@dataclass(frozen=True)
class Cutter:
    """Takes out what nobody else wrote, and the places that a person decided on."""

    wording: Wording
    chosen: Collection[Place] = ()

    def cut(self, text: str, cell: Cell) -> str:
        """Return what may be left of a text."""
        also = [passage for passage in self.wording.passages(text) if _place(cell, passage) in self.chosen]
        return self.wording.cut(text, left=GAP, also=also)

    def cut_list(self, text: str, cell: Cell, *, separator: str) -> str:
        """Return what may be left of a list: an entry that would be cut goes as a whole, unless it is the only one."""
        if separator not in text:
            return self.cut(text, cell)
        places = [place for place in self.doubtful(text, cell) if place in self.chosen]
        entries, n_before = [], 0
        for entry in text.split(separator):
            n_words = self.wording.n_words(entry)
            goes = any(n_before < place.first_word <= n_before + n_words for place in places)
            if not goes and not self.wording.holds(entry):
                entries.append(entry)
            n_before += n_words
        return separator.join(entries)

    def doubtful(self, text: str, cell: Cell) -> Iterator[Place]:
        """Yield the passages of a text that only a person can decide on."""
        return (_place(cell, passage) for passage in self.wording.passages(text) if not passage.own)


def _place(cell: Cell, passage: Passage) -> Place:
    return Place(cell, passage.first_word, passage.n_words)
