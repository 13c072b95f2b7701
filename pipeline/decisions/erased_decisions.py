"""What an erasure took from people's decisions, remembered in the vault, so that a backup does not bring it back.

Ids are kept as salted marks, from which nobody can be worked out; of rows, what was left of them.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline.decisions.emptied_rows import EmptiedRow
from pipeline.errors import DataError
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_files import is_there, why_no_file
from pipeline.study.study import Study
from pipeline.study.vault import ERASED_DECISIONS


# As `content_id` makes them.
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Marks:
    """Marks of ids of erased people, and of those who may no longer be quoted; a salt for each study that they come from."""

    salt: str
    ids: frozenset[str] = frozenset()
    quote_ids: frozenset[str] = frozenset()

    def mark(self, name: str) -> str:
        """Return what stands for an id."""
        return hmac.new(bytes.fromhex(self.salt), name.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True)
class ErasedDecisions:
    """All that is remembered of erasures, and when the last was; ISO UTC, "" for never."""

    marks: tuple[Marks, ...] = ()
    rows: tuple[EmptiedRow, ...] = ()
    last: str = ""

    def __or__(self, other: "ErasedDecisions") -> "ErasedDecisions":
        """Return both together; of a row that stands in both, what `other` leaves of it."""
        rows = {(row.table, row.number, row.sha256): row for row in (*self.rows, *other.rows)}
        salts = {marks.salt: marks for marks in self.marks}
        for marks in other.marks:
            same = salts.get(marks.salt, Marks(marks.salt))
            salts[marks.salt] = Marks(marks.salt, same.ids | marks.ids, same.quote_ids | marks.quote_ids)
        return ErasedDecisions(tuple(salts.values()), tuple(rows.values()), max(self.last, other.last))

    def erased_among(self, ids: Iterable[str], *, quotes: bool = False) -> frozenset[str]:
        """Return which of these ids are an erased person's, or with `quotes` of somebody who may not be quoted."""
        wanted = [(marks, marks.ids | marks.quote_ids if quotes else marks.ids) for marks in self.marks]
        return frozenset(id_ for id_ in ids if any(marks.mark(id_) in marked for marks, marked in wanted))


def ids_in(text: str) -> frozenset[str]:
    """Return what may be an id in a text, JSON or not."""
    return frozenset(_ID.findall(text))


def read_erased(study: Study) -> ErasedDecisions:
    """Return what is remembered; DataError if it is damaged, since a backup might then bring people back."""
    path = study.vault / ERASED_DECISIONS
    if not is_there(path):
        return ErasedDecisions()
    return erased_from_text(b"" if why_no_file(path) else path.read_bytes())


def erased_from_text(text: str | bytes) -> ErasedDecisions:
    """Read what `erased_as_text` wrote."""
    try:
        content = json.loads(text)
        marks = tuple(Marks(mark["salt"], frozenset(mark["ids"]), frozenset(mark["quote_ids"])) for mark in content["marks"])
        for salted in marks:
            # A salt that is none must be found damaged here, not when somebody is to be kept erased.
            bytes.fromhex(salted.salt)
        return ErasedDecisions(marks, tuple(EmptiedRow(**row) for row in content["rows"]), str(content["last"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise DataError(
            f"vault/{ERASED_DECISIONS}, which keeps a backup from bringing erased people back, is damaged. Put a copy back, "
            "or `themes restore` a backup into a new folder that has only study.toml and copy it from there, before anything is "
            "erased or restored."
        ) from exc


def erased_as_text(erased: ErasedDecisions) -> str:
    """Return it as it is written into the vault."""
    marks = [{"salt": mark.salt, "ids": sorted(mark.ids), "quote_ids": sorted(mark.quote_ids)} for mark in erased.marks]
    rows = [{**asdict(row), "left": dict(row.left)} for row in erased.rows]
    return json.dumps({"marks": marks, "rows": rows, "last": erased.last}, indent=1) + "\n"


def remember_erased(study: Study, ids: Iterable[str], *, whole: bool) -> None:
    """Remember whose ids these are; with `whole` false, that they may not be quoted."""
    erased = read_erased(study)
    salt = erased.marks[-1].salt if erased.marks else secrets.token_hex(32)
    marked = frozenset(map(Marks(salt).mark, ids))
    more = Marks(salt, ids=marked) if whole else Marks(salt, quote_ids=marked)
    _write(study, erased | ErasedDecisions((more,), last=datetime.now(UTC).isoformat(timespec="seconds")))


def remember_emptied(study: Study, rows: Sequence[EmptiedRow]) -> None:
    """Remember which rows were emptied and what is left of each."""
    _write(study, read_erased(study) | ErasedDecisions(rows=tuple(rows)))


def _write(study: Study, erased: ErasedDecisions) -> None:
    text = erased_as_text(erased)
    write_atomically(study.vault / ERASED_DECISIONS, partial(Path.write_text, data=text, encoding="utf-8"))
