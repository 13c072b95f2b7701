"""`confirmed_texts.csv`: which words of the team's own a person has looked at and lets leave, by a hash and never in words."""

import hashlib
from dataclasses import asdict, dataclass, fields
from datetime import date

from pipeline.runtime.edited_csv import add_row, read_rows
from pipeline.runtime.plain_text import one_line
from pipeline.study.study import Study


FILE = "confirmed_texts.csv"


@dataclass(frozen=True)
class Confirmation:
    """One text that may leave although something in it looks like personal data."""

    text_sha256: str
    place: str
    holds: str
    """What was pointed out, by kind and place in the text."""
    by: str
    on: str


COLUMNS = tuple(field.name for field in fields(Confirmation))


def text_sha256(text: str) -> str:
    """Return the hash by which a text is known: a confirmation holds for these words and no others."""
    return hashlib.sha256(text.encode()).hexdigest()


def confirmed_texts(study: Study) -> frozenset[str]:
    """Return the hashes of all texts that were confirmed."""
    return frozenset(row["text_sha256"] for row in read_rows(study.folder / FILE, COLUMNS).values())


def add_confirmation(study: Study, *, sha256: str, place: str, holds: str, by: str, on: date) -> None:
    """Keep that a person lets a text leave."""
    row = Confirmation(sha256, place, holds, one_line(by), on.isoformat())
    add_row(study.folder / FILE, COLUMNS, asdict(row))
