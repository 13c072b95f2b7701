"""What a column of an export holds, told from its heading and from the shape of its cells, never from one answer."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline.runtime.plurals import listed
from pipeline.survey.columns.vocabulary import whole
from pipeline.survey.readers import Export
from pipeline.survey.readers.markup import without_markup


_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4})"
    r"(?:[T ,]+\d{1,2}:\d{2}.{0,30})?"
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
# Each piece keeps what it took: pieces that could be cut in many ways made a heading of digits take for ever.
_CODED = re.compile(
    r"(?i)(?:[a-z]{1,4}[ _.-]?|var|item|question|frage)?\d++[a-z]?+(?:[ _.\[(-]*+[a-z]{0,3}+\d++[a-z]?+[\])]?+)*|x"
)
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|<[^>]*>")
# Typing errors may spoil a fifth of a column and not change what it is.
_MOST, _SOME = 0.8, 0.2
_LONGEST_SET_PHRASE = 60
_SENTENCE = 4  # words from which on two people hardly ever write the same thing

_YES_NO, _NO_ANSWER, _SAYS_NOTHING = whole("yes_no"), whole("no_answer"), whole("says_nothing")


def plain(text: str) -> str:
    """Return the words of a heading or an option in lower case, with nothing between them but single spaces."""
    return " ".join(re.findall(r"[^\W_]+", _CAMEL.sub(" ", without_markup(text)))).casefold()


def is_no_answer(value: str) -> bool:
    """Tell whether an option says that the person gives no answer, such as "don't know"."""
    return len(value) <= _LONGEST_SET_PHRASE and _NO_ANSWER.fullmatch(plain(value)) is not None


def shown(name: str, *, width: int = 60) -> str:
    """Return a heading in quotation marks on one line, cut short in its middle when it is long."""
    line = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", without_markup(name)).strip()
    return f"“{line}”" if len(line) <= width else f"“{line[: width - 20].rstrip()}…{line[-18:].lstrip()}”"


def listed_headings(names: Iterable[str], *, most: int = 8) -> str:
    """Return headings as a sentence lists them: the first few, and how many more there are."""
    names = list(names)
    parts = [shown(name) for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(parts)} and {len(names) - most} more"
    return listed(parts)


@dataclass(frozen=True)
class Column:
    """A column of an export: its name, what was asked, and its cells as text."""

    name: str
    wording: str
    cells: "pd.Series[str]"

    @cached_property
    def answers(self) -> "pd.Series[str]":
        """The cells that hold more than spaces, without the spaces at their ends."""
        stripped = self.cells.dropna().str.strip()
        return stripped[stripped != ""]

    @cached_property
    def counts(self) -> "pd.Series[int]":
        """How often each answer stands in the column."""
        return self.answers.value_counts()

    @cached_property
    def headings(self) -> tuple[str, str]:
        """The words of the name and of the wording."""
        return plain(self.name), plain(self.wording)

    @cached_property
    def is_coded(self) -> bool:
        """Tell whether the heading is a code of the survey tool, such as Q3_1, and no words say what was asked."""
        return _CODED.fullmatch(self.name.strip()) is not None and self.wording in ("", self.name)

    @cached_property
    def requests(self) -> tuple[str, ...]:
        """The headings, with and without what stands in brackets or after a tag of the tool: what is asked for."""
        bare = (plain(_BRACKETS.sub(" ", heading)) for heading in (self.name, self.wording))
        return tuple(dict.fromkeys((*self.headings, *bare)))

    @cached_property
    def n_words(self) -> "pd.Series[int]":
        """Words in each answer."""
        return self.answers.str.count(r"\S+")

    @cached_property
    def options(self) -> list[str]:
        """The different answers, apart from those that say there is none."""
        return [value for value in self.counts.index if not is_no_answer(value)]

    @property
    def n(self) -> int:
        """Answers in the column."""
        return len(self.answers)

    @property
    def distinct(self) -> int:
        """Different answers in the column."""
        return len(self.counts)

    @property
    def variety(self) -> float:
        """Different answers for each answer: 1 when nobody says what another says."""
        return self.distinct / self.n if self.n else 0.0

    @cached_property
    def numbers(self) -> "pd.Series[float] | None":
        """The answers that are numbers, if most are."""
        is_number = {value: _NUMBER.fullmatch(value) is not None for value in self.options}
        n_numbers = sum(int(self.counts[value]) for value, fits in is_number.items() if fits)
        if not n_numbers or n_numbers < _MOST * sum(int(self.counts[value]) for value in self.options):
            return None
        return self.answers[self.answers.map(is_number).fillna(value=False).astype(bool)].astype(float)

    @cached_property
    def is_yes_no(self) -> bool:
        """Tell whether the answers are yes and no."""
        return bool(self.options) and all(_YES_NO.fullmatch(plain(value)) for value in self.options)

    @cached_property
    def is_moment(self) -> bool:
        """Tell whether the answers are dates or times."""
        return self._mostly(_DATE, _CLOCK)

    @cached_property
    def has_dates(self) -> bool:
        """Tell whether the answers are dates, with or without a time."""
        return self._mostly(_DATE)

    @cached_property
    def spoken(self) -> "pd.Series[str]":
        """The answers that say more than "nothing", "no" or "n/a"."""
        short = [value for value in self.counts.index if len(value) <= _LONGEST_SET_PHRASE]
        silent = {value for value in short if _SAYS_NOTHING.fullmatch(plain(value)) or is_no_answer(value)}
        return self.answers[~self.answers.isin(silent)]

    @cached_property
    def is_prose(self) -> bool:
        """Tell whether people wrote the answers themselves: sentences that hardly ever repeat."""
        if not len(self.spoken) or self.numbers is not None or self.is_moment:
            return False
        long = self.spoken[self.n_words.loc[self.spoken.index] >= _SENTENCE]
        return len(long) >= _SOME * len(self.spoken) and long.nunique() >= _MOST * len(long)

    @cached_property
    def has_words(self) -> bool:
        """Tell whether the answers are made of letters in the main, and longer than a mark."""
        text = "".join(self.counts.index[:200])
        letters = sum(letter.isalpha() for letter in text)
        return bool(text) and letters >= 0.6 * len(text.replace(" ", "")) and len(text) >= 3 * min(self.distinct, 200)

    def matches(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether the pattern is found in the name or in the wording."""
        return any(pattern.search(heading) for heading in self.headings)

    def is_called(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether the whole name, or the whole wording, fits the pattern."""
        return any(pattern.fullmatch(heading) for heading in self.headings)

    def _mostly(self, *patterns: re.Pattern[str]) -> bool:
        # So many tell what all of a column's cells are; each is tried against several patterns.
        sample = self.answers.head(500)
        fitting = sum(any(pattern.fullmatch(value) for pattern in patterns) for value in sample)
        return len(sample) > 0 and fitting >= _MOST * len(sample)


def columns_of(export: Export) -> list[Column]:
    """Return the export's columns with what was asked in each."""
    frame = export.frame
    return [Column(name, export.questions.get(name, name), frame[name]) for name in frame.columns]
