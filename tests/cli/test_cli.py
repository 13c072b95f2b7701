import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from sample import ROOT, sample_rows

from pipeline.cli import main


HEAVY = ("torch", "bertopic", "sentence_transformers", "spacy", "sklearn", "umap", "pandas", "matplotlib", "numba", "pyarrow")


def themes(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def commands(group=main, name="themes"):
    for key, command in group.commands.items():
        yield f"{name} {key}", command
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {key}")


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=[name for name, _ in commands()])
def test_every_command_has_help_and_an_example(name, command):
    assert command.help and "Example:" in command.help
    assert name in command.help.split("Example:")[1]


def test_help_loads_nothing_heavy():
    # A slow import is what makes --help slow; this fails however fast the machine is.
    code = f"import sys, pipeline.cli; print([name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (("run", "{tmp}"), 10, "There is no study.toml"),
        (("codebook", "check", "{tmp}/none.csv"), 12, "none.csv"),
        (("codebook", "convert", "{tmp}/a.docx", "{tmp}/b.qdc"), 12, "docx"),
        (("new", "{tmp}/study", "--from", "{tmp}/none.csv"), 11, "none.csv"),
    ],
)
def test_what_went_wrong_is_a_sentence_and_an_exit_code(tmp_path, arguments, exit_code, says):
    found = themes(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert found.exit_code == exit_code
    assert found.stderr.startswith("Error: ") and says in found.stderr
    assert "Traceback" not in found.output


def test_codebooks_start_from_templates_and_nothing_is_overwritten(tmp_path):
    path = tmp_path / "mine.csv"
    for template in ("coproduction", "i-statements", "blank"):
        path.unlink(missing_ok=True)
        assert "Wrote" in themes("codebook", "new", path, "--template", template).stdout
        assert themes("codebook", "check", path).exit_code == 0
    again = themes("codebook", "new", path)
    assert again.exit_code == 12 and "already" in again.stderr


def test_codebooks_are_converted_and_compared(tmp_path):
    path = ROOT / "corpora" / "coproduction" / "codebook.csv"
    assert themes("codebook", "convert", path, tmp_path / "book.qdc").exit_code == 0
    assert themes("codebook", "convert", tmp_path / "book.qdc", tmp_path / "back.csv").exit_code == 0
    assert themes("codebook", "diff", path, tmp_path / "back.csv").stdout == "0 changes.\n"
    changed = (tmp_path / "back.csv").read_text(encoding="utf-8-sig").replace("\ntokenism,", "\ntick-box,")
    (tmp_path / "other.csv").write_text(changed, encoding="utf-8")
    assert (
        "  - tick-box: code renamed from “tokenism” to “tick-box”\n"
        in themes("codebook", "diff", path, tmp_path / "other.csv").stdout
    )


@pytest.mark.model
def test_from_an_export_to_a_report(tmp_path):
    from sample import write_rows

    write_rows(tmp_path / "export.csv", sample_rows(80))
    study = tmp_path / "study"
    codebook = ROOT / "corpora" / "coproduction" / "codebook.csv"
    made = themes("new", study, "--from", tmp_path / "export.csv", "--codebook", codebook)
    assert made.exit_code == 0, made.output
    settings = (study / "study.toml").read_text(encoding="utf-8")
    (study / "study.toml").write_text(settings.replace('model = "voices"', 'model = "static"'), encoding="utf-8")
    checked = themes("check", study, "--json")
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)
    ran = themes("run", study)
    assert ran.exit_code == 0, ran.output
    assert "240 answers in" in ran.stdout and "Not yet checked by people" in ran.stdout
    status = themes("status", study, "--json")
    assert json.loads(status.stdout)["accounts"]["rows_in"] == 240
    assert "excerpts with suggested codes to check" in themes("status", study).stdout
    exported = themes("export", study, "--to", "html", "--to", "tables")
    assert exported.exit_code == 0, exported.output
    assert "What to do next:" in exported.stderr and "Open in a browser:" in exported.stderr
    for line in exported.stdout.splitlines():
        assert (tmp_path / line).stat().st_size > 0


def test_status_before_anything_ran_says_how_to_begin(make_study):
    found = themes("status", make_study())
    assert found.exit_code == 0 and "themes run" in found.stdout
