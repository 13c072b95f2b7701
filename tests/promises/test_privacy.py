"""Canaries planted in an export must be found nowhere but in the vault; nothing may ask for a network."""

import subprocess
import sys
from zipfile import ZipFile, is_zipfile

import pytest
from sample import sample_rows


pytestmark = pytest.mark.model

QUESTION = "What makes co-production work well?"
OFFLINE = """
import socket, sys
def refuse(event, arguments):
    if event == "socket.connect" and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        raise SystemExit("a connection was asked for")
    if event == "socket.getaddrinfo":
        raise SystemExit("a name was looked up")
sys.addaudithook(refuse)
from pipeline.cli import main
main(sys.argv[1:])
"""


def themes(*arguments):
    return subprocess.run([sys.executable, "-c", OFFLINE, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A study whose answers hold canaries: of people who withdrew, who may not be quoted, and a name to mask."""
    import shutil

    from sample import SAMPLE, write_rows

    folder = tmp_path_factory.mktemp("planted") / "study"
    folder.mkdir()
    rows = [row for row in sample_rows() if row[QUESTION]][:70]
    rows[0] |= {QUESTION: "The WITHDRAWNCANARY answer is long enough to be read.", "May we quote you?": "Do not use my answers"}
    for letter, row in zip("bdfgkmp", rows[1:8], strict=True):
        row[QUESTION] += f" UNQUOTEDCANARY{letter} was what they told us."
        row["May we quote you?"] = "No, only analyse it"
    rows[8] |= {
        QUESTION: "My social worker Zebedee Canaryname never rang back about it.",
        "May we quote you?": "Yes, in my words",
    }
    rows[9] |= {"respondent": "idcanary@example.org"}
    write_rows(folder / "responses.csv", rows)
    (folder / "vault").mkdir()
    (folder / "responses.csv").rename(folder / "vault" / "responses.csv")
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8").replace('"responses.csv"', '"vault/responses.csv"')
    text = text.replace('# known_names = ["Jo Bloggs"]', 'known_names = ["Zebedee Canaryname"]')
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n', encoding="utf-8")
    done = [
        themes("-v", "run", folder),
        themes("check", folder),
        themes("status", folder),
        themes("export", folder, "--to", "html", "--to", "tables", "--to", "quotes", "--to", "docx", "--to", "xlsx"),
    ]
    return folder, done


def outside_the_vault(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "vault" and path.name != "study.toml"]


def contents(path):
    """Return a file's words; what is compressed is read: Parquet, documents and workbooks."""
    if is_zipfile(path):
        with ZipFile(path) as archive:
            return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist()).casefold()
    if path.suffix != ".parquet":
        return path.read_bytes().decode("utf-8", "replace").casefold()
    import pyarrow.parquet

    return str(pyarrow.parquet.read_table(path).to_pydict()).casefold()


def test_the_whole_line_runs_without_a_network(planted):
    for done in planted[1]:
        assert done.returncode in (0, 11), done.stderr


@pytest.mark.parametrize("canary", ["withdrawncanary", "canaryname", "idcanary"])
def test_withdrawn_words_names_and_ids_stay_in_the_vault(planted, canary):
    folder = planted[0]
    assert outside_the_vault(folder)
    assert [path.name for path in outside_the_vault(folder) if canary in contents(path)] == []


def test_words_that_may_not_be_quoted_are_in_no_export(planted):
    exported = [path for path in outside_the_vault(planted[0]) if "exports" in path.parts]
    assert exported
    assert [path.name for path in exported if "unquotedcanary" in contents(path)] == []


def test_no_word_of_an_answer_is_printed(planted):
    said = " ".join(done.stdout + done.stderr for done in planted[1]).casefold()
    assert "canary" not in said
