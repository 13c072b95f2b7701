"""Find the column names and the wording of the questions in the first rows of an export."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.runtime.plain_text import one_line


Row = list[str | None]
"""The cells of one row, None where a cell is blank."""

DEEPEST = 3
_SURVEYMONKEY_ANSWER = {"response", "open-ended response"}
_QUALTRICS_DATES = {"StartDate", "EndDate", "RecordedDate"}
# Qualtrics' third row gives each column an id as JSON.
_QUALTRICS_ID = re.compile(r'\{\s*"ImportId"')
_QUESTION_ID = re.compile(r"QID\d+")
_UNTYPABLE = re.compile(r"[\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_CODE = re.compile(r"[A-Za-z]{1,12}[ _.-]?\d{1,4}")
_OPTION = re.compile(r"(?<!\s)\s*\[[^\[\]]*\]$")

_SIGNATURES = (
    ("surveymonkey", {"respondentid"}),
    ("surveymonkey", {"respondent id", "collector id"}),
    ("limesurvey", {"lastpage", "startlanguage"}),
    ("limesurvey", {"date submitted", "last page", "start language"}),
    ("ms-forms", {"id", "start time", "completion time"}),
    ("google-forms", {"timestamp"}),
)


@dataclass(frozen=True)
class Headings:
    """What the first rows say: a name and a wording for each column, either of which may be blank."""

    names: list[str]
    questions: list[str]
    depth: int = 1
    kind: str = "table"
    note: str = ""


def find_headings(rows: list[Row]) -> Headings:
    """Recognise the layout of the header rows; one row of names where no tool's layout is recognised."""
    top = [[tidy(cell) for cell in row] for row in rows[:DEEPEST]]
    for recognise in RECOGNISERS:
        headings = recognise(top)
        if headings:
            return headings
    # No layout of a tool: then the first row names the columns, whatever it looks like.
    headings = _one_row(top)
    if len(rows) > 2 and len(top[0]) > 1 and not any(rows[1]) and any(rows[2]):
        return replace(headings, depth=2, note="a blank second header row left out")
    return headings


def tidy(cell: str | None) -> str:
    """Return a heading on one line, without stray spaces and unseen signs that nobody could type."""
    return one_line(_UNTYPABLE.sub(" ", cell or ""))


def _qualtrics(top: list[list[str]]) -> Headings | None:
    names = top[0]
    if len(top) > 2 and _has_qualtrics_ids(names, top[2]):
        return Headings(names, top[1], 3, "qualtrics", "three header rows of Qualtrics; two left out")
    if len(top) < 2:
        return None
    two = "two header rows of Qualtrics; one left out"
    # Somebody has deleted the row of wordings, so the names must do for them.
    if _has_qualtrics_ids(names, top[1]):
        return Headings(names, names, 2, "qualtrics", two)
    is_legacy = names[0] == "V1" and "ResponseID" in top[1]
    if is_legacy or _has_qualtrics_wording(names, top[1]):
        return Headings(names, top[1], 2, "qualtrics", two)
    return None


def _has_qualtrics_ids(names: list[str], below: list[str]) -> bool:
    if any(_QUALTRICS_ID.match(cell) for cell in below):
        return True
    return not _QUALTRICS_DATES.isdisjoint(names) and any(_QUESTION_ID.match(cell) for cell in below)


def _has_qualtrics_wording(names: list[str], below: list[str]) -> bool:
    """Tell wording from an answer in any language: under the name of a date, an answer has digits."""
    dates = [cell for name, cell in zip(names, below, strict=True) if name in _QUALTRICS_DATES]
    return bool(dates) and all(cell and not re.search(r"\d", cell) for cell in dates)


def _surveymonkey(top: list[list[str]]) -> Headings | None:
    if len(top) < 2 or len(top[0]) < 2 or not top[0][0]:
        return None
    above, below = top[0], top[1]
    if not _is_option_row(above, below):
        return None
    questions, question = [], ""
    for heading, option in zip(above, below, strict=True):
        # A question stands over its first option only; the blank cells to its right belong to it.
        question = heading or question
        questions.append(question if heading or option else "")
    names = [_joined(question, option) for question, option in zip(questions, below, strict=True)]
    is_surveymonkey = above[0].casefold().startswith("respondent") or any(map(_is_answer_word, below))
    note = f"two header rows{' of SurveyMonkey' if is_surveymonkey else ''}, joined as “question – option”"
    return Headings(names, questions, 2, "surveymonkey" if is_surveymonkey else "table", note)


def _is_option_row(above: list[str], below: list[str]) -> bool:
    """Tell options from an answer: no respondent's number, and an option under every blank heading."""
    answers = sum(map(_is_answer_word, below))
    # Under a respondent's number stands no option. Where something does, it must be one of SurveyMonkey's own words.
    if below[0]:
        return _is_answer_word(below[0]) and answers > 1
    options = [option for heading, option in zip(above, below, strict=True) if not heading]
    spread = bool(options) and all(options)
    return answers > 0 or (spread and (len(options) > 1 or above[0].casefold().startswith("respondent")))


def _is_answer_word(cell: str) -> bool:
    return cell.casefold() in _SURVEYMONKEY_ANSWER


def _joined(question: str, option: str) -> str:
    return question if not option or _is_answer_word(option) else f"{question} – {option}"


def _codes_over_questions(top: list[list[str]]) -> Headings | None:
    """Recognise codes (“Ident 1”) above questions; one person's answers are hardly ever distinct questions."""
    if len(top) < 2 or len(top[0]) < 3 or not all(_CODE.fullmatch(name) for name in top[0]):
        return None
    names, wording = top[0], top[1]
    asked = sum(cell.endswith("?") for cell in wording)
    # Questions have three words at least, no two are alike, and more than half end in a question mark.
    if len(set(wording)) < len(wording) or min(len(cell.split()) for cell in wording) < 3 or asked * 2 <= len(wording):
        return None
    kind = "citizen-space" if names[0].startswith("Ident") else "table"
    return Headings(names, wording, 2, kind, "two header rows, codes above the questions; one left out")


def _one_row(top: list[list[str]]) -> Headings:
    names = top[0]
    lower = {name.casefold() for name in names}
    kind = next((kind for kind, marks in _SIGNATURES if marks <= lower), "table")
    questions = [_OPTION.sub("", name) for name in names] if kind == "limesurvey" else names
    return Headings(names, questions, 1, kind)


RECOGNISERS: tuple[Callable[[list[list[str]]], Headings | None], ...] = (_qualtrics, _surveymonkey, _codes_over_questions)
