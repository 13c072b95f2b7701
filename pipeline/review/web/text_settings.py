"""How a person wants text on the page: how large, how widely set, and read aloud or not. Kept with their session."""

from dataclasses import asdict, dataclass
from typing import Final

from flask import session


SIZES: Final = (("usual", "As usual"), ("larger", "Larger"), ("largest", "Largest"))


@dataclass(frozen=True)
class TextSettings:
    """What somebody chose; as it is for everybody before that."""

    size: str = "usual"
    spaced: bool = False
    """More room between letters, words and lines."""
    aloud: bool = False
    """A button reads an answer aloud, in a voice of this machine."""

    @property
    def classes(self) -> str:
        """The classes of the page that make it so; none where it is as usual."""
        classes = {"spaced": self.spaced, f"size-{self.size}": self.size != "usual"}
        return " ".join(name for name, is_wanted in classes.items() if is_wanted)


def current() -> TextSettings:
    """Return what whoever is in this browser chose."""
    return TextSettings(**session.get("text", {}))


def choose(size: str, *, spaced: bool, aloud: bool) -> None:
    """Keep what somebody chose; a size that there is not is taken for the usual one."""
    sizes = {name for name, _ in SIZES}
    session["text"] = asdict(TextSettings(size if size in sizes else "usual", spaced, aloud))
