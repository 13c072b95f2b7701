import re
import subprocess
import tomllib

import pytest
from click.testing import CliRunner
from reference_pages import MARK, REFERENCE, made_pages
from sample import ROOT

from pipeline.cli import SECTIONS, main


README = (ROOT / "README.md").read_text(encoding="utf-8")
FOLDERS = (".", "models", "corpora", "docs", "docs/decisions", "docs/reference")
DOCUMENTS = [path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.md"))]


def targets():
    return set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_make_alone_lists_every_command():
    listed = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in listed.splitlines()} == targets()


def test_commands_in_the_readme_exist():
    for target in re.findall(r"^\s*make ([a-z]+)", README, re.MULTILINE):
        assert target in targets()
    for command in re.findall(r"^\s*themes ([a-z]+)", README, re.MULTILINE):
        assert command in main.commands


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert ((ROOT / document).parent / target).exists(), target


@pytest.mark.parametrize("name", made_pages())
def test_the_reference_describes_commands_and_tables_as_they_are(name):
    page = (REFERENCE / f"{name}.md").read_text(encoding="utf-8")
    assert page.split(MARK)[1] == made_pages()[name], "make reference writes it again"


def test_every_command_stands_in_one_section_and_each_line_of_the_help_fits():
    listed = [command.name for commands in SECTIONS.values() for command in commands]
    assert sorted(listed) == sorted(main.commands)
    shown = CliRunner().invoke(main, ["--help"], terminal_width=80).stdout
    for commands in SECTIONS.values():
        for command, text in commands.items():
            assert re.search(rf"^  {command.name} +{re.escape(text)}$", shown, re.MULTILINE)


def test_every_dependency_is_pinned():
    pinned = {re.split(r"[=\[]", line)[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # Behind the name stand versions, and on which machines it is wanted.
    wanted = {re.match(r"[\w.-]+", name.lower())[0] for name in project["dependencies"] + project["optional-dependencies"]["dev"]}
    assert wanted <= pinned


@pytest.mark.parametrize(
    "folder",
    [
        *(f"models/{name}" for name in ("minilm", "static-minilm", "voices", "e5", "multilingual")),
        *("corpora/coproduction", "corpora/messy"),
    ],
)
def test_models_and_data_have_their_card(folder):
    assert (ROOT / folder / "README.md").is_file() or (ROOT / folder / "DATASHEET.md").is_file()


def test_what_the_readme_shows_is_what_a_run_says():
    # The sample's answers are counted by hand here; the number of texts and themes hangs on the models and is not.
    from sample import sample_rows

    rows = sample_rows()
    open_questions = [name for name in rows[0] if name.startswith("What ") and "bring" not in name]
    cells = len(rows) * len(open_questions)
    empty = sum(not row[question].strip() for row in rows for question in open_questions)
    assert f"{cells:,} answers in" in README
    assert f"{empty:,} empty" in README
