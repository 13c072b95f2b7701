"""Who has been erased, or has withdrawn a part: salted marks that keep a re-import from bringing them back."""

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.errors import DataError
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_files import is_there, why_no_file
from pipeline.study.study import Study
from pipeline.study.vault import ERASED_DECISIONS, TOMBSTONES


_FROM_A_BACKUP = "`themes restore` a backup into a new folder that has only study.toml and copy it from there"

What = Literal["all", "answer", "quotes"]


@dataclass(frozen=True)
class Erasure:
    """A mark of a person, which nobody can turn back into the person, and what of theirs is gone.

    `all` takes the whole person out, `answer` what they said to one question, and `quotes` lets nothing of theirs (or of
    their answer to one question) be quoted.
    """

    mark: str
    what: What
    question: str = ""


@dataclass(frozen=True)
class ErasureRegister:
    """All marks of a study, and the salt they are made with."""

    salt: str = ""
    stones: tuple[Erasure, ...] = ()

    def with_stone(self, response_id: str, what: What, question: str = "") -> "ErasureRegister":
        """Return the tombstones and one more."""
        # The salt is made with the first mark and kept, or marks made before it would stand for nobody.
        salted = self if self.salt else replace(self, salt=secrets.token_hex(32))
        stone = Erasure(salted.mark(response_id), what, question)
        return salted if stone in salted.stones else replace(salted, stones=(*salted.stones, stone))

    def mark(self, response_id: str) -> str:
        """Return what stands for a person."""
        # Keyed, since whoever has the pseudonyms could find a plain hash by trying each.
        return hmac.new(bytes.fromhex(self.salt), response_id.encode(), hashlib.sha256).hexdigest()[:32]

    def digests(self) -> list[str]:
        """Return what stands for each mark where others may read it, as in the record of a backup."""
        made = (json.dumps([stone.mark, stone.what, stone.question]) for stone in self.stones)
        return sorted({hashlib.sha256(text.encode()).hexdigest()[:32] for text in made})

    def has(self, response_id: str, what: What, question: str = "") -> bool:
        """Say whether this of the person is gone; what is gone of all questions is gone of each."""
        if not self.stones:
            return False
        mark = self.mark(response_id)
        return any(Erasure(mark, what, asked) in self.stones for asked in {"", question})


def tombstones_path(study: Study) -> Path:
    """Return where a study's tombstones are, whether there are any or not."""
    return study.vault / TOMBSTONES


def read_tombstones(study: Study) -> ErasureRegister:
    """Return a study's tombstones; DataError if they are damaged or lost, since a run without them would bring people back."""
    if are_lost(study):
        raise DataError(
            "vault/erased.json is missing, although people were erased from this study: without it they would come back. Put it "
            f"back from a copy you kept, or {_FROM_A_BACKUP}. Nothing was run."
        )
    return tombstones_there(study)


def are_lost(study: Study) -> bool:
    """Say whether the tombstones are gone although people were erased, as the vault knows from what was emptied."""
    return not is_there(tombstones_path(study)) and is_there(study.vault / ERASED_DECISIONS)


def tombstones_there(study: Study) -> ErasureRegister:
    """Return the tombstones that are there, none where they were lost, which a backup may bring back; DataError if damaged."""
    path = tombstones_path(study)
    if not is_there(path):
        return ErasureRegister()
    if reason := why_no_file(path):
        raise DataError(f"vault/erased.json, which keeps people who were erased from coming back, cannot be read: {reason}.")
    return tombstones_from_text(path.read_bytes())


def tombstones_from_text(text: str | bytes) -> ErasureRegister:
    """Read what `tombstones_as_text` wrote; DataError if it is damaged."""
    try:
        record = json.loads(text)
        # Refused here, where a sentence says what to do, and not when the first mark is made with it.
        bytes.fromhex(record["salt"])
        return ErasureRegister(record["salt"], tuple(Erasure(**stone) for stone in record["stones"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise DataError(
            "vault/erased.json, which keeps people who were erased from coming back, is damaged. Put a copy of it back, or "
            f"{_FROM_A_BACKUP}, before anything is run."
        ) from exc


def tombstones_as_text(tombstones: ErasureRegister) -> str:
    """Return them as they are written into the vault."""
    return json.dumps(asdict(tombstones), indent=1) + "\n"


def write_tombstones(study: Study, tombstones: ErasureRegister) -> None:
    """Write a study's tombstones durably."""
    text = tombstones_as_text(tombstones)
    write_atomically(tombstones_path(study), lambda path: path.write_text(text, encoding="utf-8"))
