"""Open nothing but plain files: a pipe would be waited for for ever, and a device read without end."""

import json
import stat
from pathlib import Path
from typing import Any


def why_no_file(path: Path) -> str:
    """Say why a path is no plain file that could be opened, such as "it is a folder"; empty where it is one."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "it is a link to something that is not there" if path.is_symlink() else "there is no such file"
    except (OSError, ValueError) as fault:
        # A name with a NUL character is a ValueError.
        return f"it cannot be reached ({getattr(fault, 'strerror', None) or 'its name is none that a file can have'})"
    if stat.S_ISREG(mode):
        return ""
    return "it is a folder" if stat.S_ISDIR(mode) else "it is a pipe, a socket or a device, not a file"


def is_there(path: Path) -> bool:
    """Say whether anything stands at a path, if only a link to what is not there: nothing may be written over it unasked."""
    return path.is_symlink() or path.exists()


def read_json(path: Path) -> Any:
    """Return what a file of JSON holds; ValueError where it is none, or nested deeper than anything this program writes."""
    if reason := why_no_file(path):
        raise ValueError(reason)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
