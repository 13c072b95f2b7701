"""The structure of the code is what ARCHITECTURE.md says: rooms, layers and names. `tests/house.py` prints it."""

import ast
import re

from house import circles, fillers, function_sizes, layers, measures, modules, room_graph
from sample import ROOT


# Names that stay, with the reason.
NAMES_THAT_STAY = {
    (
        "pipeline/tables/schemas.py",
        "found",
    ): "a column of `answers`, a table that old studies keep on disk",
    (
        "pipeline/tables/schemas.py",
        "one",
    ): "a column of `agreement`, which the reference of tables documents for other programs",
}

LONGEST_MODULE, LONGEST_FUNCTION = 400, 45

# What may speak SQL outside `decisions`, with the reason.
OTHER_DATABASES = {
    "pipeline/review/search.py": "the index for search, which is made anew whenever the tables are",
    "pipeline/erasure/traces.py": "whatever database lies about in a study, opened only to look for words",
}

ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_the_rooms_are_those_that_the_architecture_lists():
    table = ARCHITECTURE.split("| room in `pipeline/` |")[1].split("\n\n")[0]
    listed = set(re.findall(r"^\| `(\w+)(?:\.py)?` \|", table, re.MULTILINE))
    assert set(room_graph()) == listed and len(listed) <= 17


def test_the_layers_are_those_that_the_architecture_draws():
    drawn = re.search(r"^`cli` > .*$", ARCHITECTURE, re.MULTILINE)[0]
    names = [[room.strip(" `") for room in layer.split("|")] for layer in drawn.split(">")]
    enforced = [[room.strip().removeprefix("pipeline.") for room in layer.split("|")] for layer in layers()]
    assert [[room.strip("`") for room in layer] for layer in names] == enforced


def test_no_packages_import_each_other_in_a_circle():
    assert circles() == []


def test_a_name_of_a_file_or_a_class_stands_for_one_thing():
    names = measures()
    assert names["file_names_twice"] == {} and names["class_names_twice"] == {}


def test_no_thing_goes_by_a_name_that_says_nothing_of_it():
    named = [(place, name) for place, name in fillers() if (place.rpartition(":")[0], name) not in NAMES_THAT_STAY]
    assert named == [], "name the thing by its noun: row, theme, user, path"


def test_each_name_that_stays_is_still_there():
    assert {(place.rpartition(":")[0], name) for place, name in fillers()} == set(NAMES_THAT_STAY)


def test_every_module_that_the_architecture_names_exists():
    for name in re.findall(r"`([a-z_/]+\.py)`", ARCHITECTURE):
        assert list((ROOT / "pipeline").glob(f"**/{name}")), name
    table = ARCHITECTURE.split("| room in `pipeline/` |")[1].split("\n\n")[0]
    for room, purpose in re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE):
        for name in re.findall(r"`(\w+\.py)`", purpose):
            assert list((ROOT / "pipeline" / room).glob(f"**/{name}")), f"{name} is not in {room}"


def test_no_package_offers_a_function_by_the_name_of_one_of_its_modules():
    # Whichever is imported last would stand for both.
    for front in (ROOT / "pipeline").rglob("__init__.py"):
        modules = {path.stem for path in front.parent.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
        tree = ast.parse(front.read_text(encoding="utf-8"))
        offered = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        offered |= {alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
        assert not offered & modules, front


def test_a_module_fits_on_a_few_pages_and_a_function_on_one():
    long = {str(path.relative_to(ROOT)): source.count("\n") for path, source in modules().items()}
    assert {name: n for name, n in long.items() if n > LONGEST_MODULE} == {}, "split it by what its parts are about"
    assert {name: n for name, n in function_sizes().items() if n > LONGEST_FUNCTION} == {}, "a function tells one story"


def test_only_decisions_speaks_sql_to_what_people_decided():
    speaking = {
        str(path.relative_to(ROOT))
        for path, source in modules().items()
        if re.search(r"\.execute(many|script)?\(|sqlite3\.connect\(", source)
    }
    assert {name for name in speaking if not name.startswith("pipeline/decisions/")} == set(OTHER_DATABASES)
