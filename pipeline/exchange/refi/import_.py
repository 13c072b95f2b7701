"""Take in what people coded in NVivo, ATLAS.ti, MAXQDA or another program: first a report, then their decisions."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.decisions.imported import Arrival, Fate, arrival_fates, take_in
from pipeline.decisions.store import has_store, open_store
from pipeline.errors import DataError, ReviewError
from pipeline.exchange.refi.export import coder_guid, project_name
from pipeline.exchange.refi.match_study import Matching, StudyExcerpts, name_and_group
from pipeline.exchange.refi.project import User
from pipeline.exchange.refi.read_project import ReadProject, read_qdpx
from pipeline.runtime.plurals import n_of
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, read_table


_FATES: dict[Fate, str] = {
    "added": "new",
    "changed": "with other codes than before",
    "known": "known already",
    "overtaken": "on which the person has said something else here since",
}


@dataclass(frozen=True)
class Coder:
    """Somebody who coded in the file: their name and group here, and what would come of each of their words."""

    name: str
    group: str
    arrivals: tuple[Arrival, ...]
    fates: Mapping[Fate, int]

    def sentence(self) -> str:
        """Say what would come in of this coder."""
        if not self.group:
            return (
                f"{self.name}: {n_of(len(self.arrivals), 'excerpt')} would wait, since {self.name} is new to this study. "
                f'Give their group: --group "{self.name}=researcher"'
            )
        parts = [f"{self.fates[fate]:,} {wording}" for fate, wording in _FATES.items() if self.fates.get(fate)]
        return f"{self.name} ({self.group}): {n_of(len(self.arrivals), 'excerpt')}, {', '.join(parts)}"


@dataclass(frozen=True)
class Incoming:
    """What a project file would bring into a study, and what it could not."""

    study: Study
    file: str
    read: ReadProject
    coders: tuple[Coder, ...]
    losses: tuple[str, ...]
    text_of: Mapping[str, str] = field(repr=False)

    @property
    def n_new(self) -> int:
        """Number of decisions that would be added."""
        return sum(coder.fates.get("added", 0) + coder.fates.get("changed", 0) for coder in self.coders if coder.group)

    def as_text(self) -> str:
        """Say in plain English what would come in and what could not."""
        project = self.read.project
        lines = [
            f"{self.file}, made by {project.origin or 'an unnamed program'}: {n_of(len(project.sources), 'text')}, "
            f"{n_of(sum(1 for _ in project.codings()), 'coding')}. Characters read as: {self.read.counted_by.name}.",
            *(f"  {coder.sentence()}" for coder in self.coders),
        ]
        lines += ["Not taken in:", *(f"  - {loss}" for loss in self.losses)] if self.losses else ["Nothing in it is left out."]
        return "\n".join(lines)


def read_incoming(study: Study, path: Path, *, groups: Mapping[str, str] | None = None) -> Incoming:
    """Read a project file and say what it would bring; nothing is stored.

    `groups` gives the group of coders who are new to the study, by name in small letters. DataError if the file is no
    project or not safe to open.
    """
    read = read_qdpx(path)
    segments, comments = (_table(study, name) for name in ("segments", "comments"))
    codebook = read_codebook(study.codebook) if study.codebook else Codebook(())
    matching = Matching(read.project, StudyExcerpts(segments, comments), codebook)
    coders = tuple(_coders(study, matching, groups or {}))
    losses = (*(f"{what}: {n:,}" for what, n in read.losses.items()), *matching.sentences())
    text_of = dict(zip(segments["segment_id"], segments["text_id"], strict=True))
    return Incoming(study, path.name, read, coders, losses, text_of)


def import_decisions(incoming: Incoming) -> int:
    """Store what people decided, all of it or nothing, and return the number of decisions added."""
    n = 0
    # Together, or a file that fails half way would leave the study with half of what somebody coded.
    with open_store(incoming.study) as store, store.together():
        for coder in incoming.coders:
            # Nobody's word counts for a group that they may not belong to.
            if coder.group:
                made = take_in(store, store.add_reviewer(coder.name, coder.group), coder.arrivals, incoming.text_of)
                n += made["added"] + made["changed"]
    return n


def parse_groups(texts: Sequence[str]) -> dict[str, str]:
    """Return groups by name in small letters from texts such as "Jo=researcher"."""
    groups = {}
    for text in texts:
        name, _, group = (part.strip() for part in text.partition("="))
        if not (name and group):
            raise ReviewError(f'A group is given as "NAME=GROUP", such as "Jo=researcher"; {text!r} is not.')
        groups[name.casefold()] = group
    return groups


def _table(study: Study, name: str) -> pd.DataFrame:
    table = read_table(name, study.folder / TABLES[name].file)
    if not isinstance(table, pd.DataFrame):
        raise DataError(f"The table {name} has no rows of text.")
    return table


def _coders(study: Study, matching: Matching, groups: Mapping[str, str]) -> Iterator[Coder]:
    reviewers = _known_coders(study)
    arrivals_of: dict[tuple[str, str], list[Arrival]] = {}
    for user, arrival in matching.arrivals():
        # By person and not by user: a program may write one person as several users, such as one for each machine.
        arrivals_of.setdefault(_who(user, reviewers, groups), []).append(arrival)
    for (name, group), arrivals in arrivals_of.items():
        yield Coder(name, group, tuple(arrivals), _counted(study, name, arrivals))


def _counted(study: Study, name: str, arrivals: Sequence[Arrival]) -> Counter[Fate]:
    if not has_store(study):
        # To read what would come must not make a store.
        return Counter(arrival_fates(None, name, arrivals).values())
    with open_store(study) as store:
        return Counter(arrival_fates(store, name, arrivals).values())


def _known_coders(study: Study) -> dict[str, tuple[str, str]]:
    """Return name and group of the study's reviewers, by their name in small letters and by the GUID our exports give them."""
    if not has_store(study):
        return {}
    with open_store(study) as store:
        rows = store.reviewers()
    coders: dict[str, tuple[str, str]] = {}
    for name, group in zip(rows["name"], rows["reviewer_group"], strict=True):
        # By either, since some programs keep our GUIDs and some only the names.
        coders[name.casefold()] = coders[coder_guid(project_name(study), name)] = (name, group)
    return coders


def _who(user: User, reviewers: Mapping[str, tuple[str, str]], groups: Mapping[str, str]) -> tuple[str, str]:
    """Return the name and group of a coder; the group is empty where nobody has said it."""
    name, group = name_and_group(user)
    # The GUID first: it holds though another program has changed the name.
    reviewer = reviewers.get(user.guid) or reviewers.get(name.casefold()) or reviewers.get(user.name.strip().casefold())
    return reviewer or (name, groups.get(name.casefold(), group))
