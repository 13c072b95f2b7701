"""Measure the structure of `pipeline/`: rooms, floors, arrows, circles, sizes and names. `python tests/house.py` prints it.

A *room* is what lies right under `pipeline/`: a package or a module. An *arrow* leads from a room to one that it imports; a
room's *floor* is the length of the longest way down from it. Imports are read by grimp, which import-linter brings;
functions, names and comments with Python's own parser. Imports that only a type checker sees count, since a reader follows
them, too.
"""

import ast
import io
import json
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import networkx


ROOT = Path(__file__).resolve().parents[1]
PIPELINE = ROOT / "pipeline"
FILLERS = ("found", "here", "one", "said", "told", "known")
"""Words that name no thing: as names of local things they leave the reader to guess."""
SMALL = 4
"""A helper of so many lines at most that is used once might as well stand where it is used."""


def main() -> None:
    """Print all measures as JSON."""
    print(json.dumps(measures(), indent=1))


def measures() -> dict[str, object]:
    """Return every measure by name."""
    graph, sizes = room_graph(), function_sizes()
    return {
        "rooms": graph.number_of_nodes(),
        "floors": len(networkx.dag_longest_path(networkx.condensation(graph))),
        "arrows": graph.number_of_edges(),
        "circles": circles(),
        "layers": len(layers()),
        "modules": len(modules()),
        "lines": sum(source.count("\n") for source in modules().values()),
        "functions": len(sizes),
        "function_median": median(sizes.values()),
        "function_p95": quantiles(sizes.values(), n=20)[-1],
        "longest_function": max(sizes.values()),
        "small_single_use_helpers": len(small_single_use_helpers()),
        "comment_share": round(comment_share(), 4),
        "fillers": dict(Counter(name for _, name in fillers())),
        "file_names_twice": repeated(path.stem for path in modules() if path.stem != "__init__"),
        "class_names_twice": repeated(name for _, name in class_names()),
    }


def modules() -> dict[Path, str]:
    """Return the source of each module."""
    return {path: path.read_text(encoding="utf-8") for path in sorted(PIPELINE.rglob("*.py"))}


def room_graph() -> "networkx.DiGraph[str]":
    """Return the rooms and the arrows between them; the package's own front door is no room."""
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    for importer, imported in imports():
        a, b = room_of(importer), room_of(imported)
        graph.add_nodes_from(room for room in (a, b) if room)
        if a and b and a != b:
            graph.add_edge(a, b)
    return graph


def imports() -> Iterator[tuple[str, str]]:
    """Yield each import within the package, as importer and imported."""
    import grimp

    graph = grimp.build_graph("pipeline", cache_dir=None)
    for module in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(module)):
            yield module, imported


def room_of(module: str) -> str:
    """Return a module's room, "" for the front door."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else ""


def circles() -> list[list[str]]:
    """Return the packages, at every depth, that import each other in a circle."""
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    for importer, imported in imports():
        for a, b in parting(importer, imported):
            graph.add_edge(a, b)
    return sorted(sorted(circle) for circle in networkx.strongly_connected_components(graph) if len(circle) > 1)


def parting(importer: str, imported: str) -> Iterator[tuple[str, str]]:
    """Yield the pair of siblings under their common package, if neither is the package itself."""
    a, b = importer.split("."), imported.split(".")
    depth = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if depth < len(a) and depth < len(b):
        yield ".".join(a[: depth + 1]), ".".join(b[: depth + 1])


def layers() -> list[str]:
    """Return the layers that import-linter enforces, top first."""
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(one for one in settings["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    return list(contract["layers"])


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield each function and method."""
    for path, source in modules().items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def function_sizes() -> dict[str, int]:
    """Return the lines of each function from `def` to its end, less its docstring."""
    return {f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": size_of(node) for path, node in functions()}


def size_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's lines less those of its docstring."""
    doc = node.body[0] if ast.get_docstring(node) is not None else None
    return (node.end_lineno or 0) - node.lineno + 1 - (((doc.end_lineno or 0) - doc.lineno + 1) if doc else 0)


def small_single_use_helpers() -> list[str]:
    """Return the private functions of a few lines that are spoken of once in all the package."""
    words = Counter(word for source in modules().values() for word in re.findall(r"\w+", source))
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path, node in functions()
        if node.name.startswith("_") and not node.name.endswith("__") and size_of(node) <= SMALL and words[node.name] == 2
    ]


def comment_share() -> float:
    """Return the share of lines that hold a comment other than an instruction to a tool."""
    lines = comments = 0
    for source in modules().values():
        lines += source.count("\n")
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        comments += sum(token.type == tokenize.COMMENT and not re.match(r"# (noqa|type:)", token.string) for token in tokens)
    return comments / lines


def fillers() -> Iterator[tuple[str, str]]:
    """Yield where a local thing, a parameter or a field is given a filler for a name, and the filler."""
    for path, source in modules().items():
        for node in ast.walk(ast.parse(source)):
            name = ""
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                name = node.id
            elif isinstance(node, ast.arg):
                name = node.arg
            elif isinstance(node, ast.alias):
                name = node.asname or ""
            if name in FILLERS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", name


def class_names() -> Iterator[tuple[str, str]]:
    """Yield where each class stands, and its name."""
    for path, source in modules().items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.name


def repeated(names: Iterator[str]) -> dict[str, int]:
    """Return the names that are there more than once."""
    return {name: n for name, n in sorted(Counter(names).items()) if n > 1}


if __name__ == "__main__":
    main()
