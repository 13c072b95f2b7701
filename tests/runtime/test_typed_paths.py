import os
import shlex

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.runtime.typed_paths import typed


pytestmark = pytest.mark.skipif(os.name == "nt", reason="shlex reads a POSIX shell's commands")


@pytest.mark.parametrize("path", ["study", "my study", "it's mine", "a&b", "Ymchwil 2025 (terfynol)", "$HOME"])
def test_a_path_is_one_word_of_a_command(path):
    assert shlex.split(f"themes run {typed(path)}") == ["themes", "run", path]


def test_the_command_that_new_prints_can_be_pasted(tmp_path):
    export = tmp_path / "export.csv"
    export.write_text("ID,What could be better?\n1,The bus stops at six\n2,A quiet corner would help\n", encoding="utf-8")
    folder = tmp_path / "my first study"
    printed = CliRunner().invoke(main, ["new", str(folder), "--from", str(export)]).stdout
    command = printed.strip().splitlines()[-1].partition("then: ")[2]
    assert CliRunner().invoke(main, shlex.split(command)[1:]).exit_code == 0
