"""Find a study's codes among those of a project: by GUID, by our id in the description, by label and parent, by label alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.codebook.codebook import Codebook
from pipeline.codebook.qdc import stable_guid, unique_names
from pipeline.exchange.refi.project import Project
from pipeline.runtime.plain_text import one_line


@dataclass(frozen=True)
class CodeMatches:
    """Which code of the study each code of a file is, by GUID, and for those that may be several which."""

    code_of: Mapping[str, str]
    several: Mapping[str, tuple[str, ...]]


def match_codes(project: Project, codebook: Codebook) -> CodeMatches:
    """Return the codes of a study that those of a project stand for; none is guessed where two are possible."""
    ours = {code.guid or stable_guid("code", code.code): code.code for code in codebook.codes}
    ours |= {stable_guid("code", code.code): code.code for code in codebook.codes}
    by_line = dict(_by_line(project, codebook))
    labels = _Labels(codebook, project)
    code_of: dict[str, str] = {}
    several: dict[str, tuple[str, ...]] = {}
    for guid, row in project.codes:
        possible = [ours[guid]] if guid in ours else [by_line[guid]] if guid in by_line else labels.possible(guid, row)
        if len(possible) == 1:
            code_of[guid] = possible[0]
        elif possible:
            several[guid] = tuple(possible)
    return CodeMatches(code_of, several)


def _by_line(project: Project, codebook: Codebook) -> Iterator[tuple[str, str]]:
    names = {code.code.casefold(): code for code in codebook.codes}
    claims: dict[str, list[str]] = defaultdict(list)
    for guid, code_id in project.code_ids.items():
        if code_id.casefold() in names:
            claims[code_id.casefold()].append(guid)
    labels = {guid: _key(row["label"]) for guid, row in project.codes}
    for code_id, guids in claims.items():
        # A code that somebody copied bears the line of the first, too; then the one that is still called so is meant.
        same = [guid for guid in guids if labels.get(guid) == _key(names[code_id].name)]
        chosen = guids if len(guids) == 1 else same
        if len(chosen) == 1:
            yield chosen[0], names[code_id].code


class _Labels:
    """The labels of both sides, with and without the name of what a code stands under."""

    def __init__(self, codebook: Codebook, project: Project) -> None:
        names = codebook.names
        self._alone: dict[str, list[str]] = defaultdict(list)
        self._parented: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._ids = {_key(code.code): code.code for code in codebook.codes}
        unique = unique_names([(code.code, code.parent, code.name) for code in codebook.codes])
        for code in codebook.codes:
            self._alone[_key(code.name)].append(code.code)
            self._parented[_key(names.get(code.parent, code.parent)), _key(code.name)].append(code.code)
            if unique[code.code] != code.name:
                self._alone[_key(unique[code.code])].append(code.code)
        labels = {row["code"]: row["label"] for _, row in project.codes}
        self._parent = {guid: _key(labels.get(row["parent"], row["parent"])) for guid, row in project.codes}
        self._theirs: dict[str, list[str]] = defaultdict(list)
        for guid, row in project.codes:
            self._theirs[_key(row["label"])].append(guid)

    def possible(self, guid: str, row: Mapping[str, str]) -> list[str]:
        """Return the codes that a code of the file may be."""
        label = _key(row["label"])
        if parented := self._parented.get((self._parent[guid], label), []):
            return parented
        alone = self._alone.get(label, [])
        # Another code of the file that is called the same and stands under our parent is the one; this is not.
        theirs = [other for other in self._theirs[label] if (self._parent[other], label) in self._parented]
        if theirs and len(alone) == 1:
            return []
        if len(alone) == 1 and len(self._theirs[label]) > 1:
            return [*alone, ""]
        # Where people typed our ids as names.
        return alone or ([self._ids[label]] if label in self._ids else [])


def _key(text: str) -> str:
    return one_line(text).casefold()
