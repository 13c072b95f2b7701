"""Where each quotation was used, in `quotes_used.csv`: ids only, so that a withdrawal finds the page and nobody's words."""

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import date

from pipeline.errors import StudyError
from pipeline.runtime.edited_csv import add_row, read_rows
from pipeline.runtime.plain_text import one_line
from pipeline.study.study import Study


FILE = "quotes_used.csv"
_ID = re.compile(r"[\w-]{1,64}")


@dataclass(frozen=True)
class Use:
    """One place where a quotation was printed."""

    quote: str
    """The id of the excerpt."""
    where: str
    page: str
    when: str
    by: str


COLUMNS = tuple(field.name for field in fields(Use))


def read_uses(study: Study) -> tuple[Use, ...]:
    """Return all uses that were noted, the first one first."""
    return tuple(Use(**row) for row in read_rows(study.folder / FILE, COLUMNS).values())


def note_use(study: Study, quote: str, *, where: str, page: str, by: str, when: date, ids: Collection[str]) -> Use:
    """Add a use to the register; StudyError if no quotation of the study has this id, or nothing says where it was used."""
    # What goes into the file must be an id: a quotation typed here by mistake would stand in it for good.
    if quote not in ids or not _ID.fullmatch(quote):
        raise StudyError(f"No quotation in this study has the id {quote!r}. The ids are in exports/quotes.csv.")
    if not where.strip():
        raise StudyError("Say where the quotation was used: the title of the report, a talk, a web page.")
    use = Use(quote, one_line(where), page.strip(), when.isoformat(), one_line(by))
    add_row(study.folder / FILE, COLUMNS, asdict(use))
    return use
