"""A project as REFI-QDA knows it: sources with coded places, who coded, and what the codes are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class User:
    """Somebody who codes: a person, or the model."""

    guid: str
    name: str


@dataclass(frozen=True)
class Note:
    """A memo, which codings, selections and codes may point to."""

    guid: str
    name: str
    text: str
    user: str = ""
    made_at: str = ""


@dataclass(frozen=True)
class ProjectCoding:
    """One code that one user gave to one place."""

    guid: str
    code: str
    user: str = ""
    made_at: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """A place in a source: code points from the first to one past the last."""

    guid: str
    start: int
    end: int
    name: str = ""
    description: str = ""
    codings: tuple[ProjectCoding, ...] = ()
    notes: tuple[str, ...] = ()
    user: str = ""
    made_at: str = ""
    others: tuple[tuple[int, int], ...] = ()
    """Where the place would be under other ways of counting characters that are possible, too."""


@dataclass(frozen=True)
class TextSource:
    """A text and its places."""

    guid: str
    name: str
    text: str
    selections: tuple[Selection, ...] = ()


@dataclass(frozen=True)
class ProjectVariable:
    """Something known of each case."""

    guid: str
    name: str


@dataclass(frozen=True)
class Case:
    """A person: the values of variables by their GUID, and the places where the person speaks."""

    guid: str
    name: str
    values: tuple[tuple[str, str], ...] = ()
    selections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """A whole project; the codes are rows in our columns, with the GUID of each."""

    name: str
    origin: str = ""
    users: tuple[User, ...] = ()
    codes: tuple[tuple[str, dict[str, str]], ...] = ()
    variables: tuple[ProjectVariable, ...] = ()
    cases: tuple[Case, ...] = ()
    sources: tuple[TextSource, ...] = ()
    notes: tuple[Note, ...] = ()
    description: str = ""
    code_ids: Mapping[str, str] = field(default_factory=dict)
    """The id that our line in a code's description gives it, by the code's GUID, where the line is there."""
    case_codes: frozenset[str] = frozenset()
    """GUIDs under which cases may stand among the codes."""

    def selections(self) -> Iterator[tuple[TextSource, Selection]]:
        """Yield each place with its source, in the order of the file."""
        for source in self.sources:
            for selection in source.selections:
                yield source, selection

    def codings(self) -> Iterator[tuple[Selection, ProjectCoding]]:
        """Yield each coding with its place."""
        for _, selection in self.selections():
            for coding in selection.codings:
                yield selection, coding
