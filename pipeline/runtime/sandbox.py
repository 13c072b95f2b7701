"""Parse in a process of its own what a parser may die of, so that the program lives to say so."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import DataError
from pipeline.runtime import sandboxed_parsers


_LOCKED = "it is protected with a password. Save it without one."
_DIED = (
    "it could not be read: it is damaged, or too large for the memory here. Open it in the program that wrote it and save it "
    "again, or export the answers as .csv."
)


def parse_apart(kind: str, path: Path, *more: str, damaged: str) -> Any:
    """Return what a parser of `sandboxed_parsers` reads from a file; DataError, with what to say where it is damaged."""
    # Without the folder of that file among those of packages, or its neighbours would pass for libraries.
    command = [sys.executable, "-P", sandboxed_parsers.__file__, kind, str(path.absolute()), *more]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # this program, and no shell
    if done.returncode:
        raise DataError(_DIED)
    parsed = json.loads(done.stdout)
    if isinstance(parsed, str):
        raise DataError(_LOCKED if parsed == sandboxed_parsers.LOCKED else damaged)
    return parsed


@dataclass(frozen=True)
class ParsedSheet:
    """A sheet of a workbook: its cells as texts, if they were asked for, and the first and last cell of each merged range."""

    name: str
    has_cells: bool
    is_shown: bool
    rows: list[list[str | None]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]


def parse_workbook(kind: str, path: Path, *more: str, damaged: str) -> list[ParsedSheet]:
    """Return the sheets of a workbook; DataError as `parse_apart`."""
    return [ParsedSheet(**sheet) for sheet in parse_apart(kind, path, *more, damaged=damaged)]
