"""Who else on this machine may read a study or write in it, and closing to others what the program makes."""

import contextlib
import grp
import os
import pwd
import stat
import tempfile
from pathlib import Path
from typing import Literal


May = Literal["", "read", "write"]

FOLDERS = ("vault", "derived", "exports", "backups", "models")
"""What the program makes in a study. Each holds answers, or what was worked out from them."""


def close_folders(study: Path) -> None:
    """Let nobody but the owner into the folders that the program makes in a study.

    One that is a link to a place elsewhere is left as it is, since somebody chose that place; the vault is closed there, too.
    """
    for path in (study / name for name in FOLDERS):
        if not path.is_symlink() or path.name == "vault":
            _close(path, 0o700)


def close_file(path: Path) -> None:
    """Let nobody but the owner read a file or write it."""
    _close(path, 0o600)


def make_file(path: Path) -> None:
    """Make an empty file that nobody but the owner may read, unless it is there already."""
    if path.exists():
        return
    # It is opened nowhere but under its temporary name: whoever closes a database's file lets go of SQLite's locks on it.
    with contextlib.suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
        os.close(handle)
        try:
            os.link(temporary, path)
        finally:
            Path(temporary).unlink()


def others_may(folder: Path) -> May:
    """Return what other people on this machine may do in a folder; that of a folder nobody else can come to is nothing."""
    folder = folder.resolve()
    states = [path.stat() for path in (folder, *folder.parents)]
    strangers = [state.st_mode for state in states]
    # Shifted so that a group's bits stand where strangers' do. A group that is one person's own lets in nobody else.
    group = [state.st_mode >> 3 if _has_others(state) else state.st_mode for state in states]
    may = [_may(modes) for modes in (strangers, group)]
    return "write" if "write" in may else "read" if "read" in may else ""


def warning(folder: Path) -> str:
    """Return a sentence where others may read a study's folder or write in it, and nothing where they may not."""
    may = others_may(folder)
    if not may:
        return ""
    what = {"read": "read its settings and codebook", "write": "change what is in it"}[may]
    return f"Other people on this machine can open the folder {folder.name} and {what}. Close it to them: chmod 700 {folder}"


def _may(modes: list[int]) -> May:
    """Return what the last three bits of a folder and of those above it let somebody do."""
    own_mode, *above = modes
    if not own_mode & stat.S_IXOTH or not all(mode & stat.S_IXOTH for mode in above):
        return ""
    # With the sticky bit, as on /tmp, others may add files but not take away or rename ours.
    return "write" if own_mode & stat.S_IWOTH and not own_mode & stat.S_ISVTX else "read" if own_mode & stat.S_IROTH else ""


def _has_others(state: os.stat_result) -> bool:
    """Say whether the group of a file has anybody in it but the file's owner."""
    try:
        group, owner = grp.getgrgid(state.st_gid), pwd.getpwuid(state.st_uid)
    # Where the system has no name for them, as in a container, nobody can tell who is in the group.
    except KeyError:
        return True
    own = group.gr_gid == owner.pw_gid and group.gr_name == owner.pw_name
    return not own or any(member != owner.pw_name for member in group.gr_mem)


def _close(path: Path, mode: int) -> None:
    # Where the disk knows no rights, or the file is somebody else's, there is nothing to be closed by us.
    with contextlib.suppress(OSError):
        rights = stat.S_IMODE(path.stat().st_mode)
        if rights & 0o077:
            path.chmod(rights & mode)
