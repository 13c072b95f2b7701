"""What is left of the store when the power goes: all that was acknowledged, however the disk keeps or loses what was not synced.

The store's own code runs on a file system that notes every write and every sync. A cut at some moment leaves what had been
synced by then, and of the rest nothing, or any part of it: that is what drives do that hold writes back and order them anew.
Killing the program shows nothing of this, since the system still has its writes.
"""

import random
import sqlite3
from collections import defaultdict
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import apsw
import pytest

from pipeline.decisions.hash_chain import faults
from pipeline.decisions.store import Store, _set_up


N_DECISIONS, N_CUTS = 60, 200


class Noted(apsw.VFSFile):
    """A file whose writes and syncs are noted."""

    def __init__(self, name, flags, log):
        self.called = Path(name.filename() if isinstance(name, apsw.URIFilename) else name).name
        self.log = log
        super().__init__("", name, flags)

    def xWrite(self, data, offset):  # noqa: N802
        self.log.append(("write", self.called, (offset, bytes(data))))
        super().xWrite(data, offset)

    def xTruncate(self, size):  # noqa: N802
        self.log.append(("truncate", self.called, size))
        super().xTruncate(size)

    def xSync(self, flags):  # noqa: N802
        self.log.append(("sync", self.called, None))
        super().xSync(flags)


class Disk(apsw.VFS):
    """A file system that notes what is done to its files."""

    def __init__(self):
        self.log = []
        self.called = f"disk {id(self)}"
        super().__init__(self.called, "")

    def xOpen(self, name, flags):  # noqa: N802
        return Noted(name, flags, self.log)

    def xDelete(self, name, sync):  # noqa: N802
        self.log.append(("delete", Path(name).name, None))
        super().xDelete(name, sync)


class Row(dict):
    """A row that is read by name and by number."""

    def __iter__(self):
        return iter(self.values())

    def __getitem__(self, key):
        return list(self.values())[key] if isinstance(key, int) else super().__getitem__(key)


class Connection(apsw.Connection):
    """A connection that the store can be set up on."""

    row_factory = None


def written(folder, synchronous):
    """Decide through the store and return what the disk noted, and how much of it when each decision was acknowledged."""
    disk = Disk()
    acknowledged = []
    with closing(Connection(str(folder / "review.sqlite"), vfs=disk.called)) as connection:
        _set_up(connection)
        connection.row_trace = lambda cursor, row: Row(zip((name for name, _ in cursor.get_description()), row, strict=True))
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        # Often, so that the log is moved into the store and begun anew several times.
        connection.execute("PRAGMA wal_autocheckpoint = 40")
        store = Store(connection)
        store.add_reviewer("Ann", "lived experience")
        for number in range(N_DECISIONS):
            store.decide(segment_id=f"s{number}", text_id="t", reviewer="Ann", outcome="codes", codes=["time"], note="x" * 200)
            acknowledged.append(len(disk.log))
    disk.unregister()
    return disk.log[: acknowledged[-1] + 1], acknowledged


class Platter:
    """What is on the disk for good, and what is on its way."""

    def __init__(self):
        self.files = {}
        self.pending = defaultdict(list)

    def note(self, kind, name, what):
        if kind == "sync":
            self.files[name] = self.after(name, self.pending.pop(name, []))
        elif kind == "delete":
            self.files.pop(name, None)
            self.pending.pop(name, None)
        else:
            self.pending[name].append((kind, what))

    def after(self, name, changes):
        content = bytearray(self.files.get(name, b""))
        for kind, what in changes:
            if kind == "truncate":
                del content[what:]
                continue
            offset, data = what
            content.extend(bytes(max(0, offset + len(data) - len(content))))
            content[offset : offset + len(data)] = data
        return content

    def left(self, luck):
        """Return the files after a cut: with luck 0 only what was synced, else also any part of the rest, the last write torn."""
        chance = random.Random(luck)
        for name in {*self.files, *self.pending}:
            kept = [change for change in self.pending.get(name, ()) if luck and chance.random() < 0.5]
            if kept and kept[-1][0] == "write":
                offset, data = kept[-1][1]
                kept[-1] = ("write", (offset, data[: len(data) // 2]))
            yield name, self.after(name, kept)


def lost_in_cuts(log, acknowledged, folder):
    """Return for each of the cuts how many acknowledged decisions were lost, and check that what is left is sound."""
    moments = sorted(random.Random(1).sample(range(acknowledged[0], len(log)), N_CUTS))
    platter = Platter()
    for entry in log[: moments[0]]:
        platter.note(*entry)
    for number, (moment, next_moment) in enumerate(pairwise([*moments, len(log)])):
        place = folder / str(number)
        place.mkdir()
        for name, content in platter.left(luck=number % 2 and number):
            if not name.endswith("-shm"):
                (place / name).write_bytes(content)
        yield sum(found <= moment for found in acknowledged) - decisions_in(place)
        for entry in log[moment:next_moment]:
            platter.note(*entry)


def decisions_in(place):
    with closing(sqlite3.connect(place / "review.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'decisions'").fetchone() is None:
            return 0
        assert faults(connection) == []
        return connection.execute("SELECT count(*) FROM decisions").fetchone()[0]


@pytest.fixture
def cuts(tmp_path):
    def cut(synchronous):
        log, acknowledged = written(tmp_path, synchronous)
        assert len(log) > N_CUTS + acknowledged[0]
        return [max(0, lost) for lost in lost_in_cuts(log, acknowledged, tmp_path)]

    return cut


def test_no_acknowledged_decision_is_lost_in_two_hundred_power_cuts(cuts):
    assert cuts("FULL") == [0] * N_CUTS


def test_the_same_cuts_lose_decisions_where_less_is_synced(cuts):
    assert sum(lost > 0 for lost in cuts("NORMAL")) > N_CUTS / 4
