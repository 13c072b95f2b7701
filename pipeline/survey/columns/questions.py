"""Find the open questions, and closed questions with several choices."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipeline.survey.columns.column import Column, plain
from pipeline.survey.columns.vocabulary import at_start, whole, within


_ASKS_TEXT, _ASKS_HOW_MUCH, _ASKS = within("asks_text"), within("asks_how_much"), at_start("asks_first")
_WRITE_IN, _OTHER = within("write_in"), whole("write_in_alone")
_QUESTION, _TEXT = whole("question_column"), whole("text_column")
_GROUP = whole("group")
_TICK, _NO_TICK = whole("tick"), whole("no_tick")

# The comma last: options themselves hold commas.
_SEPARATORS = (";", "|", "\n", ",")
_BETWEEN = re.compile(r" [-\u2013\u2014|:] |: | ?\[")
# As in "Q5_1".
_NUMBER_AFTER = re.compile(r"_(?=\d+$)")
# Qualtrics adds this to the wording of a question that has a write-in beside it.
_SELECTED = re.compile(r"(?<!\s)\s*[-\u2013\u2014]\s*selected choice$", re.IGNORECASE)


def is_open(column: Column) -> bool:
    """Tell whether the column is an open question: people's own sentences, or a wording that asks for them."""
    if column.n == 0 or column.numbers is not None or column.is_moment or column.is_yes_no:
        return False
    if column.is_called(_GROUP):
        return False
    if column.is_prose:
        return not is_write_in(column) or column.n_words.mean() >= 3
    if not column.has_words or is_write_in(column):
        return False
    asks_text = column.matches(_ASKS_TEXT) and not column.matches(_ASKS_HOW_MUCH)
    spoken = column.spoken
    if asks_text and (column.distinct == 1 or spoken.nunique() > 0.3 * len(spoken) > 0):
        return True
    return column.distinct > 20 and column.variety > 0.3 and any(map(_ASKS.match, column.headings))


def could_be_open(column: Column) -> bool:
    """Tell whether short answers in people's own words stand in the column, such as write-ins for "other"."""
    is_varied = column.distinct >= 8 and column.variety >= 0.3
    return is_varied and column.has_words and column.numbers is None and not column.is_called(_GROUP)


def is_write_in(column: Column) -> bool:
    """Tell whether the column holds what people wrote beside the option "other"."""
    return column.matches(_WRITE_IN) or column.is_called(_OTHER)


def find_long(columns: Sequence[Column]) -> tuple[Column, Column] | None:
    """Return the column of questions and the column of answers, if the export has a row for each answer."""
    asked = [column for column in columns if _names_questions(column)]
    texts = [
        column
        for column in columns
        if column not in asked and (column.is_prose or (column.is_called(_TEXT) and column.has_words and not column.is_yes_no))
    ]
    if not asked or not texts:
        return None
    question = min(asked, key=lambda column: not column.is_called(_QUESTION))
    named = [column for column in texts if column.is_called(_TEXT)]
    return question, max(named or texts, key=lambda column: column.answers.str.len().sum())


def _names_questions(column: Column) -> bool:
    if not 1 <= column.distinct <= 60 or column.n < len(column.cells) or column.numbers is not None:
        return False
    if column.is_called(_QUESTION):
        return column.n > column.distinct
    asking = sum(value.endswith("?") for value in column.counts.index)
    return column.distinct >= 2 and column.n >= 3 * column.distinct and asking >= 0.8 * column.distinct


def separator_of(column: Column) -> str:
    """Return the sign between several choices in one cell, or an empty word where there is one choice."""
    return next((sign for sign in _SEPARATORS if _separates(sign, column)), "")


def _separates(sign: str, column: Column) -> bool:
    cells = column.answers.str.rstrip(sign).str.strip()
    several = int(cells.str.contains(sign, regex=False).sum())
    options = cells.str.split(sign, regex=False).explode().str.strip()
    options = options[options != ""]
    n_options = options.nunique()
    if several < max(2, 0.05 * column.n) or not 2 <= n_options <= 30 or options.str.len().max() > 100:
        return False
    # Options that hold a comma themselves fall apart into pieces that nobody chose alone.
    alone = len(set(cells) & set(options))
    return n_options < cells.nunique() and alone >= 0.5 * n_options and len(options) >= 2 * n_options


def find_ticks(columns: Sequence[Column]) -> dict[str, dict[str, Column]]:
    """Return the questions whose options have a column each: question to option to column."""
    parts: dict[str, dict[str, Column]] = defaultdict(dict)
    for column in columns:
        split = next((split for split in _splits(column) if _is_ticked(column, split[1])), None)
        if split:
            parts[split[0]].setdefault(split[1], column)
    return {question: options for question, options in parts.items() if len(options) > 1}


def _splits(column: Column) -> Iterator[tuple[str, str]]:
    """Yield the ways in which a heading falls into a question and an option, the last sign between them first."""
    name, wording = column.name, column.wording
    for heading, signs in ((wording, _BETWEEN), (name, _BETWEEN), (name, _NUMBER_AFTER)):
        for match in reversed(list(signs.finditer(heading))):
            question, option = heading[: match.start()].strip(), heading[match.end() :].strip(" ]")
            if question and option:
                yield _SELECTED.sub("", question), option


def _is_ticked(column: Column, option: str) -> bool:
    marks = {plain(value) for value in column.counts.index}
    if len(marks) == 1:
        return marks == {plain(option)} or all(map(_TICK.fullmatch, marks))
    # A battery of yes-or-no questions is not one question of which several options may be chosen.
    is_pair = len(marks) == 2 and any(map(_TICK.fullmatch, marks)) and any(map(_NO_TICK.fullmatch, marks))
    return is_pair and not marks <= {"yes", "no", "y", "n"}
