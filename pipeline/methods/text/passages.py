"""Find passages that repeat somebody's answers, and tell what nobody else wrote from what may be anybody's.

The rule: five words in a row of theirs that stand in no other answer are theirs, and so is a shorter whole answer with a word
that nobody else used. What others wrote in the same words is for a person to look at.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.methods.text.repeats import own_words, repeats, without


RUN = 5
"""So many words in a row are looked for wherever they stand."""
_LETTER = "(?:[^\\W_]|[\u0300-\u036f])"
# Apostrophes, and signs that nobody sees, part no word.
_WORD = re.compile(f"{_LETTER}+(?:['\u2019\u02bc\u00ad\u200b-\u200d\u2060]+{_LETTER}+)*")
_NOT_COMPARED = re.compile("['\u2019\u02bc\u00ad\u200b-\u200d\u2060]")
_CLOSING = re.compile(r"[.!?]+")

Words = tuple[str, ...]


@dataclass(frozen=True)
class Passage:
    """A piece of a text that repeats somebody: its characters, its first word (from 1), and whether nobody else wrote it."""

    start: int
    end: int
    first_word: int
    n_words: int
    own: bool


@dataclass(frozen=True)
class Wording:
    """What somebody wrote, and which of it nobody else in the study wrote.

    `runs` are all runs of five words of theirs, `own_runs` those that stand in no other answer; `phrases` are shorter answers
    and ids, each with whether it is theirs alone; `whole` are whole answers that stand in nobody else's.
    """

    runs: frozenset[Words] = frozenset()
    own_runs: frozenset[Words] = frozenset()
    phrases: Mapping[Words, bool] = field(default_factory=dict)
    whole: tuple[str, ...] = ()

    def passages(self, text: str) -> list[Passage]:
        """Return the passages of a text that repeat them, in order; those that overlap are one."""
        spots = _spots(text)
        words = [word for word, _, _ in spots]
        merged: list[tuple[int, int, bool]] = []
        for first, end, own in sorted(self._matches(words)):
            if merged and first < merged[-1][1]:
                before = merged.pop()
                first, end, own = before[0], max(before[1], end), before[2] or own
            merged.append((first, end, own))
        return [Passage(spots[i][1], _after(text, spots[j - 1][2]), i + 1, j - i, own) for i, j, own in merged]

    def holds(self, text: str) -> bool:
        """Say whether a text holds something that nobody else wrote."""
        plain = html.unescape(text)
        return any(passage.own for passage in self.passages(plain)) or repeats(plain, self.whole)

    def cut(self, text: str, *, left: str, also: Iterable[Passage] = ()) -> str:
        """Return a text in which `left` stands in the place of what nobody else wrote, and of passages that are to go, too."""
        wanted, n_before = set(also), self.n_words(text)
        # Entities hide words; they are read only where they do.
        if not self._plainly(text) and self._plainly(html.unescape(text)):
            text = html.unescape(text)
        # From the end, since what is cut moves all that stands behind it.
        for passage in reversed(self.passages(text)):
            if passage.own or passage in wanted:
                text = text[: passage.start] + left + text[passage.end :]
        after = without(text, self.whole, left=left)
        # What stands on both sides of a cut may make up such a passage again; with each that goes the text has fewer words.
        if self._plainly(after) and self.n_words(after) < n_before:
            return self.cut(after, left=left)
        return after

    def n_words(self, text: str) -> int:
        """Return how many words a text has."""
        return len(_spots(text))

    def _plainly(self, text: str) -> bool:
        return any(passage.own for passage in self.passages(text))

    def _matches(self, words: Sequence[str]) -> Iterator[tuple[int, int, bool]]:
        for place in range(len(words) - RUN + 1):
            run = tuple(words[place : place + RUN])
            if run in self.runs:
                yield place, place + RUN, run in self.own_runs
        # Most words begin no phrase, so all phrases are tried at few places.
        beginnings = {phrase[0] for phrase in self.phrases}
        for place in (place for place, word in enumerate(words) if word in beginnings):
            for phrase, own in self.phrases.items():
                if tuple(words[place : place + len(phrase)]) == phrase:
                    yield place, place + len(phrase), own


def wording_of(theirs: Iterable[object], others: Iterable[object], *, ids: Mapping[str, bool]) -> Wording:
    """Return what somebody wrote and which of it stands in no other answer; `ids` say of each whether it can mean only them."""
    texts = {text for text in theirs if isinstance(text, str)}
    answers = {*own_words(texts), *(text for text in texts if len(words_of(text)) >= RUN)}
    words_in = {answer: words_of(answer) for answer in sorted(answers)}
    runs = frozenset(run for words in words_in.values() for run in _runs(words))
    vocabulary = {word for words in words_in.values() for word in words}
    long = {answer for answer, words in words_in.items() if len(words) >= RUN}
    shared, spoken, repeated = _of_others(others, runs, vocabulary, long)
    short = {words: not spoken.issuperset(words) for answer, words in words_in.items() if answer not in long and words}
    rare = (answer for answer, words in words_in.items() if answer not in long and short.get(words) and len(words) > 1)
    # One word is nobody's own; one that nobody else used is still for a person to look at.
    phrases = {words: own and len(words) > 1 for words, own in short.items() if own or len(words) > 1}
    whole = tuple(sorted({*(long - repeated), *rare}))
    return Wording(runs, runs - shared, phrases | {words_of(name): own for name, own in ids.items() if words_of(name)}, whole)


def words_of(text: str) -> Words:
    """Return the words of a text as they are compared: without case, punctuation and what nobody sees."""
    return tuple(word for word, _, _ in _spots(text))


def _of_others(
    others: Iterable[object], runs: frozenset[Words], vocabulary: set[str], long: set[str]
) -> tuple[set[Words], set[str], set[str]]:
    """Return the runs that others wrote, the words that they used, and the whole answers that stand in theirs."""
    shared: set[Words] = set()
    spoken: set[str] = set()
    repeated: set[str] = set()
    plain = {answer: " ".join(words_of(answer)) for answer in long}
    for text in others:
        if not isinstance(text, str):
            continue
        words = words_of(text)
        spoken |= vocabulary.intersection(words)
        shared_runs = runs.intersection(_runs(words))
        if shared_runs:
            shared |= shared_runs
            joined = f" {' '.join(words)} "
            repeated |= {answer for answer, wording in plain.items() if f" {wording} " in joined}
    return shared, spoken, repeated


def _runs(words: Words) -> Iterator[Words]:
    return (words[place : place + RUN] for place in range(len(words) - RUN + 1))


def _spots(text: str) -> list[tuple[str, int, int]]:
    """Return each word as it is compared, and where it begins and ends."""
    return [(_compared(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]


def _compared(word: str) -> str:
    # Most words are such, and need no normalising.
    if word.isascii() and word.isalnum():
        return word.lower()
    return unicodedata.normalize("NFKC", _NOT_COMPARED.sub("", word).casefold())


def _after(text: str, end: int) -> int:
    closing = _CLOSING.match(text, end)
    return closing.end() if closing else end
