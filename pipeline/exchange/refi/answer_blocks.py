"""Find a study's answers in the texts of a project: by the line above each, or by their words where only one person said them."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from pipeline.exchange.refi.answer_lines import ANSWER_LINE
from pipeline.exchange.refi.offsets import plain_line_ends
from pipeline.exchange.refi.project import TextSource


OTHER_WORDS = "answers whose words are others now"
NOT_HERE = "answers that are not in this study, or no longer"
SHARED = "answers that several people gave in the same words, or that stand twice, without our line; they cannot be told apart"
NO_ANSWER = "texts that are no answer of this study, or one that several people gave"
BY_WORDS = "answers without our line above them, or with one of another study, found by their words, which one person alone wrote"
# Shorter ones must be a whole line of the text: “No” stands in many an answer.
_LONG = 25
# Characters that are looked through for answers that begin no line; beyond that only lines are looked at.
_MOST_SEARCHED = 2_000_000_000
# An excerpt that is taken in by less than half was hardly meant, unless the place takes in no other by more.
_HALF = 0.5


@dataclass(frozen=True)
class AnswerBlock:
    """Where an answer of the study stands in a source."""

    start: int
    end: int
    comment_id: str


class StudyExcerpts:
    """A study's answers and excerpts, in texts with plain line ends."""

    def __init__(self, segments: pd.DataFrame, comments: pd.DataFrame) -> None:
        kept = comments[comments["set_aside"].isna()]
        texts = dict(zip(kept["comment_id"], kept["text"], strict=True))
        self.text = {comment_id: plain_line_ends(text) for comment_id, text in texts.items()}
        self.answers_with: dict[str, list[str]] = defaultdict(list)
        for comment_id, text in self.text.items():
            self.answers_with[text.strip()].append(comment_id)
        self.answers_with.pop("", None)
        self.places: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for comment_id, start, end, segment_id in segments[["comment_id", "start", "end", "segment_id"]].itertuples(index=False):
            text = texts.get(comment_id, "")
            self.places[comment_id].append((len(plain_line_ends(text[:start])), len(plain_line_ends(text[:end])), segment_id))
        self._begin_with: dict[str, list[str]] = defaultdict(list)
        for text in sorted(self.answers_with, key=len, reverse=True):
            self._begin_with[text.partition("\n")[0].rstrip()].append(text)

    def blocks(self, source: TextSource, losses: Counter[str], odd: Counter[str]) -> list[AnswerBlock]:
        """Return where answers of the study stand in a source; an answer with other words now is counted and left out."""
        # Our own exports come back with a line above each answer, however the program has renamed its sources.
        heads = list(ANSWER_LINE.finditer(source.text))
        if not heads:
            return self._without_lines(source.text, losses, odd)
        blocks: list[AnswerBlock] = []
        for number, head in enumerate(heads):
            # Somebody's answer may hold a line like ours.
            if blocks and head.start() < blocks[-1].end:
                continue
            comment_id = head[1].casefold()
            text = self.text.get(comment_id)
            following = heads[number + 1].start() if number + 1 < len(heads) else len(source.text)
            if text is None:
                blocks += self._of_another_key(source.text, head.end(), following, losses, odd)
            elif (begin := _begin(source.text, head.end(), text)) is None:
                # Other programs let people edit a source, and places in it are then about other words.
                losses[OTHER_WORDS] += 1
            else:
                blocks.append(AnswerBlock(begin, begin + len(text), comment_id))
        return blocks

    def _of_another_key(self, text: str, start: int, end: int, losses: Counter[str], odd: Counter[str]) -> Iterator[AnswerBlock]:
        """Find an answer whose line the study does not know, as of a study that was made anew from the same export."""
        words = text[start:end].strip()
        same = self.answers_with.get(words, [])
        if len(same) == 1:
            odd[BY_WORDS] += 1
            yield self._block(text.index(words, start), same[0])
        else:
            losses[SHARED if same else NOT_HERE] += 1

    def _block(self, place: int, comment_id: str) -> AnswerBlock:
        # Ours may have blanks at its ends, and places are counted from its first character.
        ours = self.text[comment_id]
        begin = place - (len(ours) - len(ours.lstrip()))
        return AnswerBlock(begin, begin + len(ours), comment_id)

    def _without_lines(self, text: str, losses: Counter[str], odd: Counter[str]) -> list[AnswerBlock]:
        same = self.answers_with.get(text.strip(), [])
        if len(same) == 1:
            odd[BY_WORDS] += 1
            return [self._block(text.index(text.strip()), same[0])]
        places = {} if same else self._places_of_answers(text)
        blocks = [
            self._block(at[0], self.answers_with[words][0])
            for words, at in places.items()
            if len(at) == 1 and len(self.answers_with[words]) == 1
        ]
        losses[SHARED] += len(places) - len(blocks)
        odd[BY_WORDS] += len(blocks)
        # A source without words is no loss.
        losses[NO_ANSWER] += bool(text.strip()) and not places
        return sorted(blocks, key=lambda block: block.start)

    def _places_of_answers(self, text: str) -> dict[str, list[int]]:
        """Return where the words of answers stand in a text, none of them inside the words of a longer one."""
        places: dict[str, list[int]] = defaultdict(list)
        taken: list[tuple[int, int]] = []
        for place, words in [*self._at_lines(text), *self._elsewhere(text)]:
            end = place + len(words)
            before = bisect_left(taken, (place, end))
            is_free = (not before or taken[before - 1][1] <= place) and (before == len(taken) or end <= taken[before][0])
            if is_free:
                taken.insert(bisect_right(taken, (place, end)), (place, end))
                places[words].append(place)
        return places

    def _at_lines(self, text: str) -> Iterator[tuple[int, str]]:
        place = 0
        for line in text.split("\n"):
            start = place + len(line) - len(line.lstrip())
            for words in self._begin_with.get(line.strip(), ()):
                end = start + len(words)
                if text.startswith(words, start) and not _to_line_end(text, end).strip():
                    yield start, words
                    break
            place += len(line) + 1

    def _elsewhere(self, text: str) -> Iterator[tuple[int, str]]:
        if len(text) * len(self.answers_with) > _MOST_SEARCHED:
            return
        for words in sorted(self.answers_with, key=len, reverse=True):
            place = text.find(words) if len(words) >= _LONG else -1
            while place >= 0:
                end = place + len(words)
                if not (text[place - 1 : place].isalnum() or text[end : end + 1].isalnum()):
                    yield place, words
                place = text.find(words, end)

    def at(self, start: int, end: int, blocks: list[AnswerBlock]) -> tuple[list[str], bool]:
        """Return the excerpts a place is about, and whether it is exactly one.

        Those are the same, those it takes in by half or more, or the one it lies in.
        """
        # The block that begins at the place or before it; a project may have thousands of places, and most touch one block.
        first = max(bisect_right(blocks, start, key=lambda block: block.start) - 1, 0)
        last = bisect_right(blocks, end - 1, key=lambda block: block.start)
        touched = [self._in_block(start, end, block) for block in blocks[first:last] if start < block.end]
        return [segment_id for ids, _ in touched for segment_id in ids], any(exact for _, exact in touched)

    def _in_block(self, start: int, end: int, block: AnswerBlock) -> tuple[list[str], bool]:
        # A place that goes on into the next answer is cut here; the next answer is asked about its own part.
        first, last = start - block.start, min(end, block.end) - block.start
        shares: dict[str, float] = {}
        exact = False
        for begin, stop, segment_id in self.places.get(block.comment_id, ()):
            both = min(last, stop) - max(first, begin)
            if both > 0:
                exact = exact or (first, last) == (begin, stop)
                # A few words marked inside an excerpt are meant for it, however long it is.
                shares[segment_id] = 1.0 if begin <= first and last <= stop else both / (stop - begin)
        most = max(shares.values(), default=0.0)
        return [segment_id for segment_id, share in shares.items() if share >= min(_HALF, most)], exact


def _to_line_end(text: str, place: int) -> str:
    stop = text.find("\n", place)
    return text[place : stop if stop >= 0 else len(text)]


def _begin(text: str, start: int, answer: str) -> int | None:
    """Return where an answer begins below its line, whatever blanks a program put between them; None where other words do."""
    if text.startswith(answer, start):
        return start
    words = answer.strip()
    place = start
    while place < len(text) and (text[place].isspace() or text[place] == "\ufeff"):
        place += 1
    return place - (len(answer) - len(answer.lstrip())) if words and text.startswith(words, place) else None
