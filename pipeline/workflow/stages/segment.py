"""Split answers into meaning units: sentences, lines, and the two sides of a contrast."""

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain, pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.methods.text.language import sentence_starts
from pipeline.runtime.executors import Executor, Parts, parts_of
from pipeline.runtime.files import content_id
from pipeline.tables import lookup
from pipeline.tables.lazy import Rows, batches, concat_or_stream, take
from pipeline.tables.parquet import empty_table


# "Lovely meeting but nothing came of it" says two things; each side must be able to stand alone.
# Bounded, as from each blank of a long row of blanks an unbounded one would look to the row's end.
CONTRAST = re.compile(r"[,;–—-]?\s{1,40}(?=(?:but|although|though|however|whereas|on the other hand)\b)", re.IGNORECASE)
PARAGRAPH = re.compile(r"\n\s*\n")
TOKEN = re.compile(r"\[[^\[\]\n]*\]")
LINE = re.compile(r"\n+")
MIN_WORDS = 2

Places = dict[str, list[tuple[int, int]]]
"""Where the segments of each comment stand."""


def segment(
    comments: Rows, *, settings: SimpleNamespace, engine: Executor = map, earlier: Rows | None = None
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Return segments, whose offsets reproduce the comment's text exactly.

    A comment that is spelt by its segments in `earlier` is split as it was.
    """
    work = partial(_segments_of, unit=settings.segment.unit, engine=engine)
    parts = map(work, batches(comments)) if earlier is None else map(work, batches(comments), _beside(comments, earlier))
    return concat_or_stream(parts, comments)


def _beside(comments: Rows, earlier: Rows) -> Iterator[pd.DataFrame]:
    places = lookup.index_in(earlier["comment_id"], comments["comment_id"])
    begin = 0
    for part in batches(comments):
        yield take(earlier, np.flatnonzero((places >= begin) & (places < begin + len(part))))
        begin += len(part)


def _segments_of(comments: pd.DataFrame, earlier: pd.DataFrame | None = None, *, unit: str, engine: Executor) -> pd.DataFrame:
    kept = comments.loc[comments["set_aside"].isna(), ["comment_id", "frame", "text"]].reset_index(drop=True)
    places = {} if earlier is None else _split_before(dict(zip(kept["comment_id"], kept["text"], strict=True)), earlier)
    new = kept if not places else kept[~kept["comment_id"].isin(list(places))]
    spans = chain.from_iterable(engine(partial(_spans, unit=unit), Parts(new["text"])))
    # Few at a time, so that the rows of only these are there as Python's objects.
    parts = [_segments(kept.iloc[part], places, spans) for part in parts_of(len(kept))]
    return pd.concat(parts, ignore_index=True) if any(map(len, parts)) else empty_table("segments")


def _segments(kept: pd.DataFrame, places: Places, spans: Iterator[list[tuple[int, int]]]) -> pd.DataFrame:
    """Return the segments of some comments; spans are those of comments without places, in their order."""
    rows = [
        (comment_id, frame, start, end, text[start:end], content_id(comment_id, str(start), str(end)))
        for comment_id, frame, text in zip(kept["comment_id"], kept["frame"], kept["text"], strict=True)
        for start, end in (places[comment_id] if comment_id in places else next(spans))
    ]
    segments = pd.DataFrame(rows, columns=["comment_id", "frame", "start", "end", "text", "segment_id"])
    ids = [content_id(frame, text) for frame, text in zip(segments["frame"], segments["text"], strict=True)]
    return segments.drop(columns="frame").assign(text_id=ids)


def _split_before(texts: dict[str, str], earlier: pd.DataFrame) -> Places:
    """Return the places of comments that their earlier segments spell, but for white space between these."""
    places: Places = {}
    changed = set()
    columns = (earlier[name] for name in ("comment_id", "start", "end", "text"))
    for comment_id, start, end, text in zip(*columns, strict=True):
        places.setdefault(comment_id, []).append((start, end))
        if texts.get(comment_id, "")[start:end] != text:
            # What is masked in it is another thing than it was, or it is gone.
            changed.add(comment_id)
    return {
        comment_id: spans
        for comment_id, spans in places.items()
        if comment_id not in changed and not _between(texts[comment_id], spans).strip()
    }


def _between(text: str, places: list[tuple[int, int]]) -> str:
    ends = [0, *(end for _, end in places)]
    starts = [*(start for start, _ in places), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _spans(texts: list[str], *, unit: str) -> list[list[tuple[int, int]]]:
    if unit == "paragraph":
        return [_trimmed(text, _cuts(text, PARAGRAPH)) for text in texts]
    # Each mask becomes a word as long, so that the splitter takes it for the name it stands for and offsets stay.
    plain = [TOKEN.sub(lambda mask: "N" + "n" * (len(mask.group()) - 1), text) for text in texts]
    return [
        [side for sentence in _trimmed(text, sorted({*starts, *_cuts(text, LINE)})) for side in _sides(text, sentence)]
        for text, starts in zip(plain, sentence_starts(plain), strict=True)
    ]


def _cuts(text: str, pattern: re.Pattern[str]) -> list[int]:
    return [0, *(match.end() for match in pattern.finditer(text))]


def _trimmed(text: str, starts: list[int]) -> list[tuple[int, int]]:
    ends = [*starts[1:], len(text)]
    trimmed = [_strip(text, start, end) for start, end in zip(starts, ends, strict=True)]
    spans = [(start, end) for start, end in trimmed if start < end]
    return list(_without_fragments(text, spans))


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


def _without_fragments(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    # What has no letter or digit, such as a lone bullet or bracket, is joined to what follows or precedes it.
    held: tuple[int, int] | None = None
    for start, end in spans:
        if held is None:
            held = (start, end)
        elif _says_something(text, held) and _says_something(text, (start, end)):
            yield held
            held = (start, end)
        else:
            held = (held[0], end)
    if held is not None:
        yield held


def _says_something(text: str, span: tuple[int, int]) -> bool:
    return any(character.isalnum() for character in text[span[0] : span[1]])


def _sides(text: str, span: tuple[int, int]) -> list[tuple[int, int]]:
    start, end = span
    cuts = [start, *(start + match.end() for match in CONTRAST.finditer(text[start:end])), end]
    sides = [start]
    for cut, following in pairwise(cuts[1:]):
        if _words(text[sides[-1] : cut]) >= MIN_WORDS and _words(text[cut:following]) > MIN_WORDS:
            sides.append(cut)
    return [_strip(text, first, last) for first, last in pairwise([*sides, end])]


def _words(text: str) -> int:
    return len(text.split())
