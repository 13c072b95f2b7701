"""Find the open questions, and closed questions with several choices."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import pandas as pd

from pipeline.survey.columns.column import Column, plain
from pipeline.survey.columns.vocabulary import at_start, whole, within


_ASKS_TEXT, _ASKS_HOW_MUCH, _ASKS = within("asks_text"), within("asks_how_much"), at_start("asks_first")
_WRITE_IN, _OTHER = within("write_in"), whole("write_in_alone")
_QUESTION, _TEXT = whole("question_column"), whole("text_column")
_GROUP = whole("group")
_MOST_PLACES = 30
_TICK, _NO_TICK = whole("tick"), whole("no_tick")

_BETWEEN = re.compile(r" [-\u2013\u2014|:] |: | ?\[")
# As in "Q5_1".
_NUMBER_AFTER = re.compile(r"_+(?=\d+$)")
_PATH = re.compile(r"(?<=\S)[/.](?=\S)")
# Qualtrics adds this to the wording of a question that has a write-in beside it.
_SELECTED = re.compile(r"(?<!\s)\s*[-\u2013\u2014]\s*selected choice$", re.IGNORECASE)


def is_open(column: Column) -> bool:
    """Tell whether the column is an open question: people's own sentences, or a wording that asks for them."""
    if column.n == 0 or column.numbers is not None or column.is_moment or column.is_yes_no:
        return False
    if column.is_called(_GROUP):
        return False
    if column.is_prose:
        # Two or three write-ins of a few people are no question of their own.
        is_for_many = column.n >= max(20, 0.02 * len(column.cells))
        return not is_write_in(column) or (column.n_words.mean() >= 3 and is_for_many)
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
    if column.matches(_WRITE_IN) or column.is_called(_OTHER):
        return True
    return any(_OTHER.fullmatch(plain(option)) for _, option in _splits(column, ()))


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


def find_ticks(columns: Sequence[Column], *, kind: str = "") -> dict[str, dict[str, Column]]:
    """Return the questions whose options have a column each: question to option to column."""
    parts: dict[str, dict[str, Column]] = defaultdict(dict)
    names = {column.name for column in columns} | {column.wording for column in columns}
    others = {question for column in columns for question, option in _splits(column, names) if _OTHER.fullmatch(plain(option))}
    unticked: set[str] = set()
    for column in columns:
        splits = list(_splits(column, names))
        # A battery of yes-or-no questions is not one question of which several options may be chosen, unless the tool says so.
        split = next((split for split in splits if _is_ticked(column, split, kind == "limesurvey" or split[0] in others)), None)
        if split:
            parts[split[0]].setdefault(split[1], column)
        elif not is_write_in(column):
            unticked |= {question for question, _ in splits}
    return {
        question: options
        for question, options in parts.items()
        if len(options) > 1 and not (question in unticked and _says_yes_or_no(options.values()))
    }


def find_rankings(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """Return the questions whose options have a column of places each: people gave every place once, from 1 on."""
    parts: dict[str, list[Column]] = defaultdict(list)
    for column in columns:
        if column.numbers is not None and 2 <= column.distinct <= _MOST_PLACES:
            for question in dict.fromkeys(question for question, _ in _splits(column, ())):
                parts[question].append(column)
    return {question: group for question, group in parts.items() if len(group) > 2 and _are_places(group)}


def _are_places(columns: Sequence[Column]) -> bool:
    cells = pd.concat([column.cells.str.strip() for column in columns], axis="columns").dropna()
    rows = [tuple(row) for row in cells.itertuples(index=False, name=None)]
    places = sorted(str(place) for place in range(1, len(columns) + 1))
    ordered = [row for row in rows if sorted(row) == places]
    return len(rows) > 2 and len(ordered) >= 0.8 * len(rows) and len(set(ordered)) > 1


def holds_all(column: Column, options: Collection[str]) -> bool:
    """Tell whether the cells are made of options of a question that have columns of their own, too."""
    longest = sorted(options, key=len, reverse=True)
    left = re.compile("|".join(map(re.escape, longest)), re.IGNORECASE)
    made = sum(not re.search(r"\w", left.sub(" ", cell)) for cell in column.answers)
    return column.n > 0 and made >= 0.8 * column.n


def _splits(column: Column, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the ways in which a heading falls into a question and an option, the last sign between them first."""
    name, wording = column.name, column.wording
    for heading, signs in ((wording, _BETWEEN), (name, _BETWEEN), (name, _NUMBER_AFTER), (wording, _PATH), (name, _PATH)):
        for match in reversed(list(signs.finditer(heading))):
            question, option = heading[: match.start()].strip(), heading[match.end() :].strip(" ]")
            # As in KoBo and ODK, where the question's own column holds all choices.
            if question and option and (signs is not _PATH or question in names):
                yield _SELECTED.sub("", question), option


def _is_ticked(column: Column, split: tuple[str, str], may_be_yes_or_no: bool) -> bool:
    option = split[1]
    marks = {plain(value) for value in column.counts.index} - {"n a"}
    if may_be_yes_or_no and column.n and not _OTHER.fullmatch(plain(option)) and marks <= {"yes", "no", "y", "n"}:
        return True
    if len(marks) == 1:
        return marks == {plain(option)} or all(map(_TICK.fullmatch, marks))
    is_pair = len(marks) == 2 and any(map(_TICK.fullmatch, marks)) and any(map(_NO_TICK.fullmatch, marks))
    return is_pair and not marks <= {"yes", "no", "y", "n"}


def _says_yes_or_no(columns: Iterable[Column]) -> bool:
    return all({plain(value) for value in column.counts.index} <= {"yes", "no", "y", "n", "n a"} for column in columns)
