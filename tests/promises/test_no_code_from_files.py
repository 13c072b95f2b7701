"""Nothing in the program can run code from a file: no pickle, no torch.load, no unsafe YAML, no allow_pickle."""

import ast
from pathlib import Path

import pytest
from sample import ROOT


FILES = sorted((ROOT / "pipeline").rglob("*.py"))
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
CALLS = {"torch.load", "yaml.load", "yaml.unsafe_load", "yaml.full_load", "pd.read_pickle", "pandas.read_pickle", "eval", "exec"}
SHELL = {"os.system", "os.popen", "subprocess.getoutput"}


def faults(tree: ast.AST) -> list[str]:
    """Return what a file may not do, with its line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [f"line {node.lineno}: import {name.name}" for name in node.names if name.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            found.append(f"line {node.lineno}: from {node.module}")
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            found += [f"line {node.lineno}: {name}"] if name in CALLS | SHELL or name.endswith(".to_pickle") else []
            found += [
                f"line {node.lineno}: {word.arg}"
                for word in node.keywords
                if word.arg in {"allow_pickle", "shell"}
                and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            ]
            found += [f"line {node.lineno}: open().write"] if _open_and_write(node) else []
    return found


def _open_and_write(node: ast.Call) -> bool:
    """Find `open(…).write(…)`, which is cut short in silence on a full disk."""
    function = node.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "write"
        and isinstance(function.value, ast.Call)
        and ast.unparse(function.value.func).split(".")[-1] == "open"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: Path(path).relative_to(ROOT).as_posix())
def test_no_file_can_run_what_it_reads(path):
    assert faults(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(p)",
        "yaml.load(t)",
        "np.load(p, allow_pickle=True)",
        "open(p, 'wb').write(b)",
    ],
)
def test_the_rule_finds_what_it_forbids(code):
    assert faults(ast.parse(code))
