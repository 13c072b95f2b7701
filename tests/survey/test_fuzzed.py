"""Files that broke what reads them, found by `tests/benchmarks/fuzzing.py` and made small, are refused in a sentence now."""

import pytest
from fuzzed import CANARY, TARGETS, Reading


def changed(data, place, byte):
    return data[:place] + bytes([byte]) + data[place + 1 :]


# Each byte made the parser end the whole program, ask for all memory, or fail in a way of its own.
DEADLY = [
    *[("sav", place, byte) for place, byte in ((620, 128), (180, 128), (640, 255), (82, 127))],
    *[("zsav", place, byte) for place, byte in ((707, 128), (82, 127))],
    *[("xls", place, byte) for place, byte in ((1652, 255), (1498, 128))],
]


@pytest.mark.parametrize(("kind", "place", "byte"), DEADLY)
def test_what_a_parser_dies_of_is_refused_by_name(tmp_path, kind, place, byte):
    target = TARGETS[kind]
    path = tmp_path / target.file
    path.write_bytes(changed(target.seeds()[0], place, byte))
    with pytest.raises(Exception, match=rf"a\.{kind}: it .*damaged") as refusal:
        target.read(path, tmp_path)
    assert type(refusal.value).__name__ == "DataError" and CANARY not in str(refusal.value)


@pytest.mark.parametrize("kind", TARGETS)
def test_what_the_fuzzing_begins_with_is_read(tmp_path, kind):
    reading = Reading(kind, tmp_path)
    assert [reading.fault(data) for data in TARGETS[kind].seeds()] == [""] * len(TARGETS[kind].seeds())
