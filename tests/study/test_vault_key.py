"""Nothing is run under another key than the one that decisions, marks of erased people and released figures hang on."""

import pytest
from click.testing import CliRunner
from sample import sample_rows

from pipeline.cli import main
from pipeline.decisions.store import open_store
from pipeline.erasure import erase
from pipeline.study.study import load_study
from pipeline.study.vault import check_of
from pipeline.tables.parquet import read_table
from pipeline.workflow.runner import run


def said(*arguments):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return done.exit_code, done.output


@pytest.fixture
def folder(make_study):
    """A study whose people have pseudonyms."""
    found = make_study(sample_rows(12))
    run(found, until="intake")
    return found


def people(folder):
    return set(read_table("responses", folder / "vault" / "responses.parquet")["response_id"])


def decide(folder):
    with open_store(load_study(folder)) as store:
        store.add_reviewer("Ann", "family")
        store.decide(segment_id="s1", text_id="t", reviewer="Ann", outcome="none")


def erase_somebody(folder):
    erase(folder, sample_rows(1)[0]["respondent"])


def release(folder):
    (folder / "vault" / "ledger.jsonl").write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    ("happened", "named"),
    [(decide, "people's decisions"), (erase_somebody, "marks of erased people"), (release, "ledger of released figures")],
)
def test_a_key_on_which_something_hangs_is_not_replaced(folder, happened, named):
    happened(folder)
    (folder / "vault" / "key").unlink()
    code, words = said("run", folder, "--until", "intake")
    assert code == 11 and "vault/key is missing" in words and named in words and "Put the key back" in words
    assert not (folder / "vault" / "key").exists()
    assert said("erase", folder, sample_rows(2)[1]["respondent"], "--yes")[0] == 11


def test_a_key_on_which_nothing_hangs_is_made_anew(folder):
    before = people(folder)
    (folder / "vault" / "key").unlink()
    run(folder, until="intake")
    assert people(folder).isdisjoint(before) and len(people(folder)) == len(before)
    run(folder, until="intake")


@pytest.mark.parametrize("content", [b"", b"short", b"k" * 31, b"k" * 33])
def test_a_key_of_another_length_is_never_used(folder, content):
    decide(folder)
    (folder / "vault" / "key").write_bytes(content)
    code, words = said("run", folder, "--until", "intake")
    assert code == 11 and f"it holds {len(content)} bytes, and not 32" in words
    assert (folder / "vault" / "key").read_bytes() == content


def test_another_studys_key_is_found(folder):
    before = people(folder)
    (folder / "vault" / "key").write_bytes(b"k" * 32)
    code, words = said("run", folder, "--until", "intake")
    assert code == 11 and "not the key that this study was begun with" in words
    assert people(folder) == before


def test_a_study_of_an_earlier_version_goes_on_and_knows_its_key_from_then_on(folder):
    before = people(folder)
    check = folder / "vault" / "key.check"
    check.unlink()
    decide(folder)
    run(folder, until="intake")
    key = (folder / "vault" / "key").read_bytes()
    assert people(folder) == before and check.read_text(encoding="ascii").strip() == check_of(key)
    (folder / "vault" / "key").write_bytes(b"k" * 32)
    assert said("run", folder, "--until", "intake")[0] == 11
    (folder / "vault" / "key").write_bytes(key)
    assert said("run", folder, "--until", "intake")[0] == 0


def test_an_erased_person_does_not_come_back_with_another_key(folder):
    name = sample_rows(1)[0]["respondent"]
    export = (folder / "responses.csv").read_bytes()
    before = people(folder)
    erase(folder, name)
    (folder / "responses.csv").write_bytes(export)
    for content in (None, b"", b"k" * 32):
        (folder / "vault" / "key").unlink(missing_ok=True)
        if content is not None:
            (folder / "vault" / "key").write_bytes(content)
        assert said("run", folder, "--until", "intake")[0] == 11
    assert len(people(folder) & before) == len(before) - 1 == len(people(folder))
