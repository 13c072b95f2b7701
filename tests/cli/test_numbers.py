"""Whatever number is typed on the command line or into an address, a sentence comes back."""

import pytest
from click.testing import CliRunner
from small_study import add_vectors, build_study

from pipeline.cli import main


NUMBERS = ["99999999999999999999", "-99999999999999999999", "9" * 5000, "9223372036854775808", "-1", "0", "1e3"]


def themes(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return add_vectors(build_study(tmp_path_factory.mktemp("numbers") / "study")).folder


@pytest.mark.parametrize("number", NUMBERS, ids=range(len(NUMBERS)))
@pytest.mark.parametrize(
    "command",
    [
        ("theme", "undo", "{study}", "--", "{number}"),
        ("theme", "aside", "{study}", "--", "{number}"),
        ("theme", "merge", "{study}", "--", "{number}", "{number}"),
        ("theme", "split", "{study}", "99", "--into", "{number}"),
        ("review", "{study}", "--port", "{number}", "--host", "999.0.0.1"),
        ("quote", "used", "{study}", "--where", "x", "--page", "{number}", "--", "{number}"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_number_that_is_none_of_the_study_is_a_sentence(study, command, number):
    before = themes("theme", "list", study).stdout
    found = themes(*(part.format(study=study, number=number) for part in command))
    assert found.exit_code in (2, 10, 11, 15), found.output
    assert "fault of the program" not in found.output and "Traceback" not in found.output
    assert themes("theme", "list", study).stdout == before


@pytest.mark.parametrize("number", NUMBERS[:4], ids=range(4))
def test_any_seed_draws_excerpts_and_any_number_of_them_is_all_there_are(study, tmp_path, number):
    for option in ("--seed", "--n"):
        found = themes("pack", study, "--out", tmp_path / f"{option}.csv", option, number)
        assert found.exit_code in (0, 2), found.output
        assert "fault of the program" not in found.output
