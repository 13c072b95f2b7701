"""Open questions that people answered in several boxes, each of which has a column of its own."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from pipeline.survey.columns.column import Column


_NUMBER = r"(?:\d{1,2}|one|two|three|four|five|six|first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|[ivx]{1,4}|[a-h])"
# "… [1]", "… (2)", "… - 3", "…: Answer 1", "… #2", "q5_1", "Idea 1", "1. …" is the number of a question and not of a box.
_BOX = re.compile(
    r"(?P<stem>.*?)[\[(]? ?"
    r"(?:(?:answer|response|idea|thing|reason|comment|suggestion|word|point|item|option|box|line|text|no\.?|nr\.?) ?)?"
    rf"#? ?(?P<number>{_NUMBER}) ?[\])]?(?:[_ ]?text)?",
    re.IGNORECASE,
)
_MOST_BOXES = 12
_BARE_CODE = re.compile(r"[a-z]{0,4}", re.IGNORECASE)
# "Question 1", "column A" and "Thoughts on option 2" are numbers of what is asked, or asked about, and not of boxes.
_NUMBERS_SOMETHING = re.compile(
    r"(?:.*\W)?(?:columns?|questions?|frage|pregunta|field|var|variable|verbatim|open ended|free ?text|sections?|parts?|pages?"
    r"|forms?|topics?|themes?|tasks?|stages?|phases?|sessions?|weeks?|days?|months?|years?|waves?|modules?|plans?|proposals?|policy"
    r"|on|of|about|for|to|with|in|at|from|the|this)",
    re.IGNORECASE,
)


def boxes_of(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """Return the questions with several boxes: what the headings share, to the columns, in the order they stand in.

    Headings must be equal but for a number, and say what is asked; "Q1" and "Q2" are two questions.
    """
    groups: dict[str, list[Column]] = defaultdict(list)
    for column in columns:
        stem = _stem(column)
        if stem:
            groups[stem].append(column)
    return {stem: parts for stem, parts in groups.items() if 2 <= len(parts) <= _MOST_BOXES and _are_filled_in_turn(parts)}


def _stem(column: Column) -> str:
    # The wording first: under codes such as Q5_1 and Q6_1 it says whether the question is one.
    match = _BOX.fullmatch(" ".join(column.wording.split()))
    if match is None:
        return ""
    stem = match["stem"].strip(" :_-–—[(")
    return "" if _BARE_CODE.fullmatch(stem) or _NUMBERS_SOMETHING.fullmatch(stem) else stem


def _are_filled_in_turn(parts: Sequence[Column]) -> bool:
    """Tell whether the first boxes are filled most, as when people stop at the second of three things."""
    filled = [part.n for part in parts]
    return all(later <= 1.1 * earlier + 2 for earlier, later in pairwise(filled))
