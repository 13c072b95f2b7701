"""What a person may see of how an excerpt is coded: nothing before their own answer, or else it is recorded.

Whether an answer counts as blind is not decided here, but in `decisions/showings.py`, when it is kept.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook.example_words import examples_in
from pipeline.decisions.showings import note_shown
from pipeline.review.session import ReviewSession
from pipeline.runtime.plain_text import plain_words


def may_see_codes(review: ReviewSession, reviewer: str, segment_id: str) -> bool:
    """Return whether a page may show this person how an excerpt is coded: they have answered it, or were shown before.

    Where they answered it on a sheet, that its text is shown now is recorded: other excerpts may say the same.
    """
    tables, state = review.last_run().tables, review.state()
    text_id = tables.text_id(segment_id)
    if text_id is None or not unseen_texts(review, reviewer, [text_id]):
        return True
    # The same words may have been put into the queue again elsewhere, to be read anew by this person.
    latest = max(map(state.round_of, tables.of_text[text_id]))
    if state.round_of(segment_id) < latest or not state.had_seen(reviewer, segment_id, text_id):
        return False
    show_codes(review, reviewer, [text_id], place="own answer on a sheet")
    return True


def unseen_texts(review: ReviewSession, reviewer: str, text_ids: Iterable[str]) -> tuple[str, ...]:
    """Return those of the study's texts of which this person has not been shown how they are coded."""
    state, of_text = review.state(), review.last_run().tables.of_text
    present = (text_id for text_id in text_ids if text_id in of_text)
    unseen = (text_id for text_id in present if not state.had_seen_text(reviewer, text_id, of_text[text_id]))
    return tuple(text_id for text_id in unseen if not stands_in_codebook(review, text_id))


def show_codes(review: ReviewSession, reviewer: str, text_ids: Iterable[str], *, place: str) -> None:
    """Record that this person is shown how texts are coded; what they have seen already is not recorded again."""
    unseen = unseen_texts(review, reviewer, text_ids)
    if unseen:
        review.write(lambda store: note_shown(store, reviewer, unseen, place=place))


def show_words(review: ReviewSession, reviewer: str, words: Iterable[str], *, place: str) -> None:
    """Record the same of what stands on a page as words, such as examples of a code."""
    wanted = [hash(plain) for text in words if (plain := plain_words(text))]
    if not wanted:
        return
    tables = review.last_run().tables
    texts = tables["texts"]

    # A number for each text's words: of a million texts eight megabytes, where the words would be hundreds.
    def numbers() -> NDArray[np.int64]:
        return np.fromiter((hash(plain_words(text)) for text in texts["text"]), dtype=np.int64)

    hashes = review.kept("hashes", tables.stamp, numbers)
    show_codes(review, reviewer, texts["text_id"][np.isin(hashes, wanted)], place=place)


def stands_in_codebook(review: ReviewSession, text_id: str) -> bool:
    """Return whether a text is an example in the codebook, which everybody reads while coding."""
    run = review.last_run()
    if not any(code.examples or code.counter_examples or code.borderline for code in run.codebook.codes):
        return False
    examples = review.kept("examples", run.codebook_stamp, lambda: examples_in(run.codebook))
    tables = run.tables
    # Any excerpt of the text will do: they all say the same.
    return any(plain_words(tables.words(segment_id)) in examples for segment_id in tables.of_text.get(text_id, [])[:1])
