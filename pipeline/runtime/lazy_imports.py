"""Import libraries without those parts of them that are never used here, and leave them whole for whoever else imports them."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let imports of the packages fail that nobody has loaded yet."""
    # To Python, None among the modules is one that cannot be imported.
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def stubbed(modules: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """Let modules that nobody has loaded yet be ones that hold only what is given for each."""
    missing = {name: held for name, held in modules.items() if name not in sys.modules}
    for name, held in missing.items():
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(held)
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


@contextmanager
def for_ourselves(*modules: str) -> Iterator[None]:
    """Load modules, and what is in them, anew and forget them again, so that whoever imports them beside us gets all of them."""
    loaded = _forget(modules)
    try:
        yield
    finally:
        _forget(modules)
        sys.modules.update(loaded)
        # `import a.b` also sets `b` on `a`, where others look for it.
        for name, module in loaded.items():
            parent, _, child = name.rpartition(".")
            if parent in sys.modules:
                setattr(sys.modules[parent], child, module)


def _forget(modules: tuple[str, ...]) -> dict[str, ModuleType]:
    inside = tuple(f"{module}." for module in modules)
    loaded = {name: sys.modules[name] for name in list(sys.modules) if name in modules or name.startswith(inside)}
    for name in loaded:
        del sys.modules[name]
        parent, _, child = name.rpartition(".")
        if hasattr(sys.modules.get(parent), child):
            delattr(sys.modules[parent], child)
    return loaded
