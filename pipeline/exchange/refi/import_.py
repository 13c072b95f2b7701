"""Take in what people coded in NVivo, ATLAS.ti, MAXQDA or another program: first a report, then their decisions."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.decisions.imported import Arrival, Fate, arrival_fates, take_in
from pipeline.decisions.store import has_store, open_store
from pipeline.errors import DataError, ReviewError
from pipeline.exchange.refi.answer_blocks import StudyExcerpts
from pipeline.exchange.refi.export import coder_guid, project_name
from pipeline.exchange.refi.match_study import UNDECIDED, Matching, name_and_group
from pipeline.exchange.refi.project import User
from pipeline.exchange.refi.read_project import ReadProject, read_qdpx
from pipeline.exchange.refi.returning_notes import with_our_words
from pipeline.runtime.plurals import n_of
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, read_table


_LONGEST_NAME, _MOST_NAMED = 40, 20
_FATES: dict[Fate, str] = {
    "added": "new",
    "changed": "with other codes, or another note, than before",
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
    notices: tuple[str, ...] = ()
    """What was read otherwise than the standard says, or taken in on other grounds than our lines and ids."""
    new_codes: tuple[str, ...] = ()

    @property
    def n_new(self) -> int:
        """Number of decisions that would be added."""
        return sum(coder.fates.get("added", 0) + coder.fates.get("changed", 0) for coder in self.coders if coder.group)

    def as_text(self) -> str:
        """Say in plain English what would come in and what could not."""
        project = self.read.project
        lines = [
            f"{self.file}, made by {project.origin or 'an unnamed program'}: {n_of(len(project.sources), 'text')}, "
            f"{n_of(sum(1 for _ in project.codings()), 'coding')}. {self.read.counting.sentence()}",
            *(f"  {coder.sentence()}" for coder in self.coders),
        ]
        lines += ["Read, though not as expected:", *(f"  - {notice}" for notice in self.notices)] if self.notices else []
        lines += ["Not taken in:", *(f"  - {loss}" for loss in self.losses)] if self.losses else []
        if self.undecided:
            ways = " or ".join(reading.key for reading in self.read.counting.possible)
            lines.append(
                "How the program counted characters is not certain. Look up in it where one of its codings stands, and import "
                f"again with --counting {ways}."
            )
        lines += self._about_new_codes()
        return "\n".join(lines if self.losses or self.new_codes else [*lines, "Nothing in it is left out."])

    @property
    def undecided(self) -> int:
        """Number of places that wait until somebody says how characters were counted."""
        start = f"{UNDECIDED}: "
        return sum(int(loss.removeprefix(start).replace(",", "")) for loss in self.losses if loss.startswith(start))

    def _about_new_codes(self) -> list[str]:
        if not self.new_codes:
            return []
        shown = ", ".join(f"“{name[:_LONGEST_NAME]}”" for name in self.new_codes[:_MOST_NAMED])
        more = f" and {len(self.new_codes) - _MOST_NAMED:,} more" if len(self.new_codes) > _MOST_NAMED else ""
        return [
            f"Codes of the file that the study does not have: {len(self.new_codes):,} ({shown}{more}).",
            f"`themes codebook convert {self.file} their-codes.csv` writes the file's codes as a table. Copy the rows that you "
            "want into your codebook and import again; `themes codebook diff` shows what differs.",
        ]


def read_incoming(study: Study, path: Path, *, groups: Mapping[str, str] | None = None, counting: str = "") -> Incoming:
    """Read a project file and say what it would bring; nothing is stored.

    `groups` gives the group of coders who are new to the study, by name in small letters; `counting` the way in which the
    program counted characters, such as "utf16/2", where a person knows it. DataError if the file is no project or not safe
    to open.
    """
    read = read_qdpx(path, counting=counting)
    segments, comments = (_table(study, name) for name in ("segments", "comments"))
    codebook = read_codebook(study.codebook) if study.codebook else Codebook(())
    matching = Matching(read.project, StudyExcerpts(segments, comments), codebook)
    merged = Counter[str]()
    coders = tuple(_coders(study, matching, groups or {}, merged))
    losses = (*(f"{what}: {n:,}" for what, n in read.losses.items()), *matching.sentences())
    text_of = dict(zip(segments["segment_id"], segments["text_id"], strict=True))
    notices = (*read.deviations, *(f"{what}: {n:,}" for what, n in (matching.odd + merged).items()))
    return Incoming(study, path.name, read, coders, losses, text_of, notices, tuple(matching.new_codes()))


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


def _coders(study: Study, matching: Matching, groups: Mapping[str, str], merged: Counter[str]) -> Iterator[Coder]:
    reviewers = _known_coders(study)
    arrivals_of: dict[str, dict[str, Arrival]] = {}
    who: dict[str, tuple[str, str]] = {}
    users: dict[str, set[str]] = {}
    for user, arrival in matching.arrivals():
        name, group = _who(user, reviewers, groups)
        # By person and not by user: a program may write one person as several users, such as one for each machine.
        person = name.casefold()
        users.setdefault(person, set()).add(user.guid)
        who[person] = (who.get(person, (name, ""))[0], group or who.get(person, ("", ""))[1])
        of_person = arrivals_of.setdefault(person, {})
        earlier = of_person.get(arrival.segment_id)
        of_person[arrival.segment_id] = _united(earlier, arrival, matching.order) if earlier else arrival
    for person, by_excerpt in arrivals_of.items():
        name, group = who[person]
        merged["people who are several users in the file, and count as one, with all codes that any of them gave"] += (
            len(users[person]) > 1
        )
        arrivals = with_our_words(study, name, list(by_excerpt.values()))
        yield Coder(name, group, tuple(arrivals), _counted(study, name, arrivals))


def _united(first: Arrival, second: Arrival, order: Sequence[str]) -> Arrival:
    """Return what one person says of an excerpt under two users: all codes, and both notes."""
    codes = tuple(code for code in order if code in {*first.codes, *second.codes})
    times = [arrival.made_at for arrival in (first, second) if arrival.made_at]
    last = max((first, second), key=lambda arrival: (arrival.made_at is not None, arrival.made_at))
    note = "\n".join(dict.fromkeys(filter(None, [first.note, second.note])))
    return replace(first, outcome="codes" if codes else last.outcome, codes=codes, note=note, made_at=max(times, default=None))


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
