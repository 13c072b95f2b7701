"""What a release shows, read from the files that people get: the report in its forms, and the tables as CSV."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import docx
import lxml.html
import numpy as np
import openpyxl
import pandas as pd


EVERYONE, ANY = "everyone", "any"
GROUPS = "Everyone"
CSV = ("counts", "closed", "response_rates", "voices", "themes")


@dataclass(frozen=True)
class Sheet:
    """A table as it stands in a file: its title, and its rows of text, the header first."""

    title: str
    rows: Sequence[Sequence[str]]


def sheets_of(path: Path) -> list[Sheet]:
    """Return the tables of a report."""
    return list({".html": _html, ".docx": _docx, ".xlsx": _xlsx}[path.suffix](path))


def text_of(path: Path) -> str:
    """Return the words of a report that stand in no table."""
    if path.suffix == ".html":
        return " ".join(" ".join(element.text_content().split()) for element in lxml.html.parse(path).getroot().iter("p"))
    if path.suffix == ".docx":
        return " ".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    book = openpyxl.load_workbook(path)
    return " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def read_report(path: Path, group: str) -> dict[str, pd.DataFrame]:
    """Return the figures of a report, compared by one group, as the tables that they were made from."""
    rates, counts, closed, themes = [], [], [], []
    for sheet in sheets_of(path):
        header, *rows = sheet.rows
        if sheet.title.startswith("People asked each open question"):
            for question, *figures in rows:
                rates += _rates(question, EVERYONE, EVERYONE, figures)
        elif asked := re.match(r"People asked and answering (at least one open question|“(.+)”), by group", sheet.title):
            for level, *figures in rows:
                rates += _rates(asked[2] or ANY, group, level, figures)
        elif spoken := re.match(r"People who spoke of each code under (any open question|“(.+)”), by group", sheet.title):
            counts += _cells(header, rows, group, question=spoken[2] or ANY, column="code")
        elif answers := re.match(r"Answers to “(.+)”, by group", sheet.title):
            closed += _cells(header, rows, group, question=answers[1], column="value", measure="share")
        elif sheet.title.startswith("Mean scores"):
            for row in rows:
                closed += _cells(header, [["", *row[1:]]], group, question=row[0], column="value", measure="mean")
        elif sheet.title.startswith("All themes"):
            themes += [{"theme_id": row[0], "n_people": _number(row[1]), "set_aside": False} for row in rows]
    # "109 or more" follows from other figures that are shown, and is none of the tables'.
    words = re.sub(r"[\d,]+ or (?:more|fewer)", "not-shown", text_of(path))
    spoke = re.search(r"one open question: (\S+) people\. Wrote [^:]*: (\S+) .*?every question blank: ([\w,-]+)", words)
    rates += _rates(ANY, EVERYONE, EVERYONE, spoke.groups()) if spoke else []
    voices = pd.DataFrame(columns=["theme_id", "group", "level", "n", "base"])
    keys = ["question", "group", "level", "value", "code", "measure", "n", "base", "estimate"]
    frames = [pd.DataFrame(rows) if rows else pd.DataFrame(columns=keys) for rows in (rates, counts, closed)]
    frames.append(pd.DataFrame(themes, columns=["theme_id", "n_people", "set_aside"]))
    return {**dict(zip(("response_rates", "counts", "closed", "themes"), frames, strict=True), voices=voices)}


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the figures of the CSV tables."""
    tables = {name: pd.read_csv(folder / f"{name}.csv", keep_default_na=False, na_values=[""]) for name in CSV}
    # What a spreadsheet would take for a formula has an apostrophe before it.
    return {**tables, "closed": tables["closed"].assign(value=tables["closed"]["value"].fillna("").str.removeprefix("'"))}


def _rates(question: str, group: str, level: str, figures: Sequence[str]) -> list[dict[str, object]]:
    asked, answered, blank = map(_number, figures)
    cell = {"question": question, "group": group, "level": level, "base": asked}
    return [{**cell, "value": "answered", "n": answered}, {**cell, "value": "blank", "n": blank}]


def _cells(
    header: Sequence[str], rows: Sequence[Sequence[str]], group: str, *, question: str, column: str, measure: str = ""
) -> Iterator[dict[str, object]]:
    for name, *cells in rows:
        for level, cell in zip(header[1:], cells, strict=True):
            of = re.search(r"([\d,]+) of ([\d,]+)", cell.splitlines()[-1] if cell else "")
            people = re.search(r"([\d,]+) people", cell)
            mean = re.match(r"-?\d+\.\d+", cell)
            everyone = level == GROUPS
            yield {
                "question": question,
                column: name,
                "measure": measure,
                "group": EVERYONE if everyone else group,
                "level": EVERYONE if everyone else level,
                "n": _number(of[1]) if of else np.nan,
                "base": _number(of[2]) if of else _number(people[1]) if people else np.nan,
                "estimate": float(mean[0]) if mean and measure == "mean" else np.nan,
            }


def _number(text: str) -> float:
    return float(text.replace(",", "")) if re.fullmatch(r"[\d,]+", text) else np.nan


def _html(path: Path) -> Iterator[Sheet]:
    for table in lxml.html.parse(path).getroot().iter("table"):
        caption = table.find("caption")
        rows = [["\n".join(part.strip() for part in cell.itertext() if part.strip()) for cell in row] for row in table.iter("tr")]
        yield Sheet("" if caption is None else " ".join(caption.text_content().split()), rows)


def _docx(path: Path) -> Iterator[Sheet]:
    title = ""
    for block in docx.Document(str(path)).iter_inner_content():
        if hasattr(block, "rows"):
            yield Sheet(title, [[cell.text for cell in row.cells] for row in block.rows])
        else:
            # Word numbers its captions.
            title = re.sub(r"^Table \d+\. ", "", block.text) or title


def _xlsx(path: Path) -> Iterator[Sheet]:
    for sheet in openpyxl.load_workbook(path):
        lines = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        for table in sheet.tables.values():
            _, first, last, end = openpyxl.utils.range_boundaries(table.ref)
            # Its title is the nearest above it; notes may stand between.
            title = next((line[0] for line in reversed(lines[: first - 1]) if line[0].startswith("Table ")), "")
            # Differences are of figures that stand in another table, and all figures together stand in theirs.
            if title and not title.endswith(": which groups differ"):
                yield Sheet(title.partition(": ")[2], _joined([line[:last] for line in lines[first - 1 : end]]))


def _joined(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Put what a workbook sets into columns of their own, from, to and people, back into one cell."""
    header, *others = rows
    firsts = [place for place, name in enumerate(header) if not re.search(r": (from|to|people)$", name)]
    spans = list(zip(firsts, [*firsts[1:], len(header)], strict=True))
    joined = [
        ["\n".join(cell for cell in row[first:end] if cell and not cell.startswith("[")) for first, end in spans]
        for row in others
    ]
    return [[header[first] for first in firsts], *joined]
