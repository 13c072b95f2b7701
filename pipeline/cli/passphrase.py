"""The passphrase of a backup: from a file, from the environment, or asked for at the terminal; never from the command line."""

import os
import sys
from pathlib import Path

import click

from pipeline.errors import ReviewError


VARIABLE = "THEMES_PASSPHRASE"
# Bytes of the first line that are looked at, so that a device or a film taken for the file does not fill the memory.
_LONGEST = 10_000
FILE_OPTION = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"A file with the passphrase in its first line; or set {VARIABLE}.",
)


def kept_passphrase(file: Path | None) -> str | None:
    """Return the passphrase of a file or of the environment; None where there is neither, ReviewError if the file has none."""
    if file is None:
        return os.environ.get(VARIABLE) or None
    try:
        # A pipe is right here, such as one from a keeper of passwords; a device without end is not.
        with file.open("rb") as source:
            lines = source.readline(_LONGEST).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ReviewError(f"{file.name}: the passphrase cannot be read there. Check the name and where it lies.") from None
    # A letter takes four bytes at most: so long a line may have been cut, and half a passphrase opens nothing.
    if lines and len(lines[0]) >= _LONGEST // 4:
        raise ReviewError(f"{file.name}: its first line is longer than a passphrase can be. Check that it is the right file.")
    if not lines or not lines[0].strip():
        raise ReviewError(f"{file.name}: its first line is empty, so there is no passphrase. Write it there.")
    return lines[0]


def is_terminal() -> bool:
    """Say whether there is somebody to ask."""
    return sys.stdin.isatty()


def new_passphrase(file: Path | None) -> str:
    """Return the passphrase to lock a backup with; ReviewError where there is none and nobody to ask."""
    kept = kept_passphrase(file)
    if kept is not None:
        return kept
    # Asking where nobody answers would wait for ever, or take the next line of a script for the passphrase.
    if not is_terminal():
        raise ReviewError(
            "A backup holds the vault's key, locked with a passphrase, and there is no terminal to ask for it. Give "
            f"--passphrase-file FILE, or set {VARIABLE}; --no-key leaves the key out. Nothing was written."
        )
    click.echo("The backup holds the vault's key, locked with a passphrase. Nobody can open it without: write it down elsewhere.")
    passphrase: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt="The same again")
    return passphrase
