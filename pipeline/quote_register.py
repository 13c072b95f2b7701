"""Where each quotation was used, in `quotes_used.csv`: ids only, so that a withdrawal finds the page and nobody's words."""

import csv
import re
from collections.abc import Collection
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

from pipeline.errors import StudyError
from pipeline.study import Study


FILE = "quotes_used.csv"
_ID = re.compile(r"[\w-]{1,64}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Use:
    """One place where a quotation was printed."""

    quote: str
    """The id of the excerpt."""
    where: str
    page: str
    when: str
    by: str


def read_uses(study: Study) -> tuple[Use, ...]:
    """Return all uses that were noted, the first one first."""
    path = study.folder / FILE
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [field.name for field in fields(Use)]
    if rows and not set(names) <= set(rows[0]):
        raise StudyError(f"{FILE} must have the columns {', '.join(names)}. Put the first row back as it was.")
    return tuple(Use(*((row[name] or "").removeprefix("'") for name in names)) for row in rows)


def note_use(study: Study, quote: str, *, where: str, page: str, by: str, when: date, known: Collection[str]) -> Use:
    """Add a use to the register; StudyError if no quotation of the study has this id, or nothing says where it was used."""
    if quote not in known or not _ID.fullmatch(quote):
        raise StudyError(f"No quotation in this study has the id {quote!r}. The ids are in exports/quotes.csv.")
    if not where.strip():
        raise StudyError("Say where the quotation was used: the title of the report, a talk, a web page.")
    use = Use(quote, " ".join(where.split()), page.strip(), when.isoformat(), " ".join(by.split()))
    path = study.folder / FILE
    is_new = not path.is_file()
    # Read first: a register that somebody broke in a spreadsheet must not be added to.
    read_uses(study)
    with path.open("a", encoding="utf-8-sig" if is_new else "utf-8", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(field.name for field in fields(Use))
        writer.writerow(_as_text(cell) for cell in astuple(use))
    return use


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def register_path(study: Study) -> Path:
    """Return where the register is kept."""
    return study.folder / FILE
