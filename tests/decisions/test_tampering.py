"""Two hundred ways to change the store behind its back, each found by `themes verify`: the last kinds only with a seal."""

import random
import sqlite3

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.decisions.hash_chain import faults, row_sha256
from pipeline.decisions.schema import IDENTITY
from pipeline.decisions.seal import broken_since, heads_of
from pipeline.decisions.store import open_store, store_path


N_EACH = 25
TABLES = ("reviewers", "decisions", "withdrawals", "learnings", "theme_edits")


def fill(study):
    with open_store(study) as store, store.together():
        for number in range(6):
            store.add_reviewer(f"R{number}", "family")
        for number in range(30):
            note = "a note" if number % 3 else None
            ids = {"segment_id": f"s{number % 12}", "text_id": f"t{number % 12}", "reviewer": f"R{number % 6}"}
            store.decide(**ids, outcome="codes", codes=["time", f"c{number}"], note=note, key=f"key {number}")
        for number in range(1, 7):
            store.withdraw(number, "R1")
            store.add_learning(up_to=number, effort="quick", accepted_by="R2")
            store.add_theme_edit("rename", [[f"t{number}"]], f"Title {number}", "R3")


@pytest.fixture(scope="module")
def filled(built, tmp_path_factory):
    """Return the bytes of a filled store and its seal."""
    import shutil

    from pipeline.study.study import load_study

    folder = tmp_path_factory.mktemp("filled") / "study"
    shutil.copytree(built.folder, folder)
    study = load_study(folder)
    fill(study)
    connection = sqlite3.connect(store_path(study))
    connection.execute("PRAGMA journal_mode = DELETE")
    content, heads = connection.serialize(), heads_of(connection)
    connection.close()
    return content, heads


class Forger:
    """Somebody with the file and a program that opens it."""

    def __init__(self, content, seed):
        self.chance = random.Random(seed)
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.deserialize(content)
        self.connection.row_factory = sqlite3.Row
        for (name,) in self.do("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self.do(f"DROP TRIGGER {name}")
        self.do("PRAGMA ignore_check_constraints = ON")
        self.table = self.chance.choice(TABLES)
        self.identity = IDENTITY[self.table]

    def do(self, sql, values=()):
        return self.connection.execute(sql, values)

    def rows(self):
        return [dict(row) for row in self.do(f"SELECT * FROM {self.table} ORDER BY {self.identity}")]

    def write(self, rows):
        self.do(f"DELETE FROM {self.table}")
        for row in rows:
            columns = ", ".join(f'"{name}"' for name in row)
            self.do(f"INSERT INTO {self.table} ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values()))

    def number(self, n):
        """Write again how many rows there have ever been, as if no others had been."""
        self.do("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (n, self.table))


def edit_a_cell(forger):
    row = forger.chance.choice(forger.rows())
    column = forger.chance.choice([name for name in row if name != forger.identity])
    changed = forger.chance.choice([f"{row[column]} ", "x", "", b"x", 7.5])
    forger.do(f'UPDATE {forger.table} SET "{column}" = ? WHERE {forger.identity} = ?', (changed, row[forger.identity]))


def delete_a_row(forger):
    forger.do(f"DELETE FROM {forger.table} WHERE {forger.identity} = ?", (forger.chance.randint(1, len(forger.rows())),))


def insert_a_row(forger):
    rows = forger.rows()
    place = forger.chance.randrange(len(rows))
    row = {**forger.chance.choice(rows), "previous": rows[place - 1]["sha256"] if place else "", forger.identity: place + 1}
    row |= {"name": "Forged"} if "name" in row else {}
    row |= {"idempotency_key": None} if "idempotency_key" in row else {}
    row |= {"decision_id": 25, "edit_id": None} if forger.table == "withdrawals" else {}
    row["sha256"] = row_sha256(row)
    later = [{**found, forger.identity: found[forger.identity] + 1} for found in rows[place:]]
    forger.write([*rows[:place], row, *later])


def swap_two_rows(forger):
    rows = forger.rows()
    one, other = forger.chance.sample(range(len(rows)), 2)
    rows[one][forger.identity], rows[other][forger.identity] = rows[other][forger.identity], rows[one][forger.identity]
    forger.write(rows)


def reorder_the_end(forger):
    rows = forger.rows()
    begin = forger.chance.randrange(len(rows) - 1)
    numbers = [row[forger.identity] for row in rows[begin:]]
    turned = [{**row, forger.identity: number} for row, number in zip(reversed(rows[begin:]), numbers, strict=True)]
    forger.write([*rows[:begin], *turned])


def cut_the_end(forger):
    rows = forger.rows()
    forger.do(f"DELETE FROM {forger.table} WHERE {forger.identity} > ?", (forger.chance.randrange(len(rows)),))


def cut_the_end_and_hide_it(forger):
    kept = forger.chance.randrange(len(forger.rows()))
    forger.do(f"DELETE FROM {forger.table} WHERE {forger.identity} > ?", (kept,))
    forger.number(kept)


def rewrite_every_hash(forger):
    rows, previous = forger.rows(), ""
    forger.chance.choice(rows)["made_at"] = "2020-01-01T00:00:00+00:00"
    for row in rows:
        row["previous"] = previous
        row["sha256"] = previous = row_sha256(row)
    forger.write(rows)


FOUND_ALONE = (edit_a_cell, delete_a_row, insert_a_row, swap_two_rows, reorder_the_end, cut_the_end)
FOUND_WITH_A_SEAL = (cut_the_end_and_hide_it, rewrite_every_hash)


def test_two_hundred_are_tried():
    assert N_EACH * len(FOUND_ALONE + FOUND_WITH_A_SEAL) == 200


def test_what_nobody_touched_is_as_it_was_written(filled):
    content, heads = filled
    forger = Forger(content, 0)
    assert faults(forger.connection) == [] == broken_since(forger.connection, heads)


@pytest.mark.parametrize("seed", range(N_EACH))
@pytest.mark.parametrize("way", FOUND_ALONE)
def test_it_is_found(filled, way, seed):
    forger = Forger(filled[0], seed)
    way(forger)
    what = forger.table.replace("_", " ")
    assert any(sentence.startswith(f"{what}: row") for sentence in faults(forger.connection))


@pytest.mark.parametrize("seed", range(N_EACH))
@pytest.mark.parametrize("way", FOUND_WITH_A_SEAL)
def test_it_is_found_with_a_seal_and_would_not_be_without(filled, way, seed):
    content, heads = filled
    forger = Forger(content, seed)
    way(forger)
    assert faults(forger.connection) == []
    (sentence,) = broken_since(forger.connection, heads)
    assert sentence.startswith(f"{forger.table.replace('_', ' ')}: ")


def test_by_command_a_seal_and_a_backup_find_what_was_cut_off(study, tmp_path):
    def said(*arguments):
        done = CliRunner().invoke(main, [str(argument) for argument in arguments])
        return done.exit_code, done.output

    fill(study)
    assert "Keep it away from the study." in said("verify", study.folder, "--seal", tmp_path / "seal.json")[1]
    said("backup", study.folder, tmp_path / "kept.zip", "--no-key")
    with open_store(study) as store:
        store.decide(segment_id="later", text_id="t", reviewer="R1", outcome="none")
    assert "are still there" in said("verify", study.folder, "--against", tmp_path / "seal.json")[1]
    connection = sqlite3.connect(store_path(study))
    connection.execute("DROP TRIGGER decisions_no_delete")
    connection.execute("DELETE FROM decisions WHERE decision_id > 28")
    connection.execute("UPDATE sqlite_sequence SET seq = 28 WHERE name = 'decisions'")
    connection.commit()
    connection.close()
    assert said("verify", study.folder)[0] == 0
    for kept in ("seal.json", "kept.zip"):
        code, words = said("verify", study.folder, "--against", tmp_path / kept)
        assert code == 15 and "decisions: there were 30 rows, and row 30 is missing" in words
    assert said("verify", study.folder, "--seal", tmp_path / "seal.json")[0] == 15
    (tmp_path / "other.txt").write_text("no seal")
    assert "neither a seal nor a backup" in said("verify", study.folder, "--against", tmp_path / "other.txt")[1]
