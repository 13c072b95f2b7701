"""Paths as they are typed in a command."""

import os
import shlex
from pathlib import Path


def typed(path: str | Path) -> str:
    """Return a path so that it can be pasted into a command, in quotation marks where it holds blanks or the like."""
    text = str(path)
    if os.name == "nt":
        # Windows knows double marks only, and no file name holds one.
        return f'"{text}"' if any(sign in text for sign in " &()^;,=") else text
    return shlex.quote(text)
