"""Which number each masked name has, kept in the vault so that a second wave does not number people anew."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.errors import DataError
from pipeline.methods.redact.masks import identify
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_files import is_there, read_json
from pipeline.study.study import Study
from pipeline.study.vault import TOKENS


Key = tuple[str, str]
"""The kind of thing a token names, and what two mentions of the same thing have in common."""


@dataclass(frozen=True)
class MaskNumbers:
    """The numbers given so far, and the last one of each kind, which is not given again when its bearer is erased."""

    numbers: Mapping[Key, int] = field(default_factory=dict)
    last: Mapping[str, int] = field(default_factory=dict)

    def with_numbers(self, more: Mapping[Key, int]) -> "MaskNumbers":
        """Return the tokens with others beside them."""
        last = dict(self.last)
        for (kind, _), number in more.items():
            # Of all that was ever given, also to somebody who is erased: a number that is given again would be two people.
            last[kind] = max(number, last.get(kind, 0))
        return MaskNumbers({**self.numbers, **more}, last)

    def without(self, gone: Iterable[Key]) -> "MaskNumbers":
        """Return the tokens without some; their numbers stay taken."""
        left = set(gone)
        return MaskNumbers({key: number for key, number in self.numbers.items() if key not in left}, self.last)


def numbers_of(masks: pd.DataFrame) -> dict[Key, int]:
    """Return the number that each masked thing has in a table of masks."""
    rows = zip(masks["label"], masks["original"], masks["token"], strict=True)
    return {identify(label, original): int(token.rstrip("]").rsplit(" ", 1)[-1]) for label, original, token in rows}


def read_tokens(study: Study) -> MaskNumbers:
    """Return the numbers given so far; DataError if they are damaged, since tokens would then change their meaning."""
    path = study.vault / TOKENS
    if not is_there(path):
        return MaskNumbers()
    try:
        kept = read_json(path)
        return MaskNumbers({(kind, identity): int(number) for kind, identity, number in kept["numbers"]}, kept["last"])
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise DataError(
            "vault/tokens.json, which keeps the number of each masked name, is damaged. Put a copy of it back from a backup, or "
            "delete it to have names numbered anew."
        ) from exc


def write_tokens(study: Study, tokens: MaskNumbers) -> None:
    """Write the numbers durably."""
    # Sorted, so that the same numbers are the same file.
    rows = sorted([kind, identity, number] for (kind, identity), number in tokens.numbers.items())
    text = json.dumps({"numbers": rows, "last": dict(sorted(tokens.last.items()))}, ensure_ascii=False, indent=1) + "\n"
    write_atomically(study.vault / TOKENS, lambda path: path.write_text(text, encoding="utf-8"))
