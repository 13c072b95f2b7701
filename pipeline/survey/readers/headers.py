"""Find the column names and the wording of the questions in the first rows of an export."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.runtime.plain_text import one_line
from pipeline.runtime.plurals import n_of
from pipeline.survey.readers.header_evidence import HeaderEvidence, evidence_of


Row = list[str | None]
"""The cells of one row, None where a cell is blank."""

DEEPEST = 200
"""Rows that are looked at: names, and enough answers below to tell the ones from the others."""
_DEEPEST_NAMES = 4
_TOOLS_DEEPEST = 3
_FULL, _SPARSE = 0.9, 0.7
_FEWEST_BELOW = 3
_FEWEST_CODES = 2
_SURVEYMONKEY_ANSWER = {"response", "open-ended response"}
_QUALTRICS_DATES = {"StartDate", "EndDate", "RecordedDate"}
# Qualtrics' third row gives each column an id as JSON.
_QUALTRICS_ID = re.compile(r'\{\s*"ImportId"')
_QUESTION_ID = re.compile(r"QID\d+")
_UNTYPABLE = re.compile(r"[\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")
_CODE = re.compile(r"[A-Za-z]{1,12}[ _.-]?\d{1,4}")
_NUMBERED = re.compile(r"[A-Za-z]{1,12}[_.-]?\d[\w.-]{0,8}")
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
    doubt: str = ""


def find_headings(rows: list[Row]) -> Headings:
    """Recognise the layout of the header rows; one row of names where no tool's layout is recognised."""
    top = [[tidy(cell) for cell in row] for row in rows[:_TOOLS_DEEPEST]]
    for recognise in RECOGNISERS:
        headings = recognise(top)
        if headings:
            return headings
    if len(rows) > 2 and len(top[0]) > 1 and not any(rows[1]) and any(rows[2]):
        return replace(_one_row(top), depth=2, note="a blank second header row left out")
    return _by_evidence(rows)


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


def _by_evidence(rows: list[Row]) -> Headings:
    """Tell by what stands below how many rows name the columns: one unless their cells say otherwise."""
    first = [tidy(cell) for cell in rows[0]]
    depth = _n_names(rows)
    if depth > 1:
        return _joined_rows([[tidy(cell) for cell in row] for row in rows[:depth]])
    evidence = evidence_of(rows[0], rows[1:])
    n_below = len(rows) - 1
    if n_below >= _FEWEST_BELOW and evidence.answers >= 2 and not evidence.names:
        names = [f"column {_letter(place)}" for place in range(len(first))]
        doubt = (
            "The first row looks like a person's answers and not like names of columns, so it is read as answers, and the "
            f"columns are called column A to column {_letter(len(first) - 1)}. Put a row of names above it: each question as it "
            "was asked."
        )
        return Headings(names, names, 0, doubt=doubt)
    headings = _one_row([first])
    if n_below >= _FEWEST_BELOW and evidence.answers > evidence.names:
        doubt = (
            "The first row, which should name the columns, looks like a person's answers. If it is, that person is not counted "
            "and their words would be printed as a question: put a row of names above it."
        )
        return replace(headings, doubt=doubt)
    below = evidence_of(rows[1], rows[2:]) if n_below > _FEWEST_BELOW else HeaderEvidence()
    if below.names >= 1 and below.balance > 0 and (below.names >= 2 or below.answers == 0):
        doubt = (
            "The first row below the names is unlike the rows that follow: words where they have numbers, dates or options. "
            "It is counted as a person; delete it if it is a second row of names, a test or a note."
        )
        return replace(headings, doubt=doubt)
    return headings


def _n_names(rows: list[Row]) -> int:
    """Return how many rows hold names: as far down as a row is full, differs from column to column, and unlike answers."""
    depth = 1
    for place in range(1, min(_DEEPEST_NAMES, len(rows) - _FEWEST_BELOW)):
        cells = [tidy(cell) for cell in rows[place]]
        filled = [cell for cell in cells if cell]
        above = [tidy(cell) for cell in rows[place - 1]]
        named = [cell for cell, heading in zip(cells, above, strict=True) if heading]
        is_full = len(filled) > 1 and sum(map(bool, named)) >= _FULL * len(named)
        if not is_full or len(set(filled)) < 0.8 * len(filled):
            continue
        evidence = evidence_of(rows[place], rows[place + 1 :])
        # Under section names, which stand over the first of their columns only, less is enough; so it is for codes.
        filled_above = max(sum(1 for cell in row if tidy(cell)) for row in rows[:place]) / len(filled)
        # Answers can be as short as codes are, so these must be of the kind that a person does not answer: “Q3_1”.
        is_coded = _are_codes(cells) and not _are_codes(above) and sum(map(_is_numbered, filled)) >= _FEWEST_CODES
        needed = 0.5 if filled_above <= _SPARSE else 1 if is_coded or filled_above <= _FULL else 2
        if evidence.names >= needed and evidence.answers <= 0.1 * evidence.names:
            depth = place + 1
    return depth


def _joined_rows(top: list[list[str]]) -> Headings:
    """Make a name and a wording of each column out of several rows of names."""
    *upper, last = top
    above = next((row for row in reversed(upper) if sum(map(bool, row)) > _FULL * sum(map(bool, last))), None)
    left = f"{n_of(len(top), 'row')} of names"
    if above is None:
        # Sections: a question's name is enough unless two sections ask the same.
        sections = _carried(upper[-1])
        names = [
            f"{section} – {name}" if section and name and last.count(name) > 1 else name or section
            for section, name in zip(sections, last, strict=True)
        ]
        return Headings(names, names, len(top), note=f"{left}: section names above the questions left out")
    if _are_codes(last) and not _are_codes(above):
        return Headings([a or b for a, b in zip(above, last, strict=True)], above, len(top), note=f"{left}: the codes left out")
    names = [a or b for a, b in zip(above, last, strict=True)]
    return Headings(names, last, len(top), note=f"{left}: names above, wordings of the questions below")


def _carried(row: list[str]) -> list[str]:
    """Return each cell, or the last before it that is filled."""
    last, carried = "", []
    for cell in row:
        last = cell or last
        carried.append(last)
    return carried


def _are_codes(row: list[str]) -> bool:
    filled = [cell for cell in row if cell]
    return sum(" " not in cell and len(cell) <= 20 for cell in filled) >= _FULL * len(filled)


def _is_numbered(cell: str) -> bool:
    return _NUMBERED.fullmatch(cell) is not None


def _letter(place: int) -> str:
    """Return a column's letters, as spreadsheets show them: A, B … Z, AA."""
    letters, place = "", place + 1
    while place:
        place, remainder = divmod(place - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


def _one_row(top: list[list[str]]) -> Headings:
    names = top[0]
    lower = {name.casefold() for name in names}
    kind = next((kind for kind, marks in _SIGNATURES if marks <= lower), "table")
    questions = [_OPTION.sub("", name) for name in names] if kind == "limesurvey" else names
    return Headings(names, questions, 1, kind)


RECOGNISERS: tuple[Callable[[list[list[str]]], Headings | None], ...] = (_qualtrics, _surveymonkey, _codes_over_questions)
