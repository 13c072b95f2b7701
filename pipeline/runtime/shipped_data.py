"""Where the data that comes with the program lies: beside it in a clone, inside it where a wheel was installed."""

from pathlib import Path


_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_data(folder: str) -> Path:
    """Return the place of `models` or `corpora`."""
    inside = _PACKAGE / "shipped" / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder
