"""Bring a project's places, codes and users together with a study's excerpts, codebook and reviewers."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.codebook.codebook import Codebook
from pipeline.decisions.decision import Outcome
from pipeline.decisions.imported import Arrival
from pipeline.exchange.refi.answer_blocks import StudyExcerpts
from pipeline.exchange.refi.export import CONTESTED, NOT_SAID
from pipeline.exchange.refi.match_codes import match_codes
from pipeline.exchange.refi.project import Note, Project, ProjectCoding, Selection, TextSource, User
from pipeline.runtime.plain_text import one_line


_WITH_GROUP = re.compile(r"(.+) \((.+)\)")
_LONGEST_NAME = 40
_MOST_NAMED = 20

BY_PART = "places that are not exactly an excerpt; they count for each excerpt they lie in or hold half of"
MODEL = "codings of the model, which this study makes itself"
CASES = "codings that stand for a whole person, of which the study knows what they said"
UNDECIDED = "places that would be about other answers or excerpts if characters were counted in another way that is possible, too"
NOTES_ALONE = "notes at a place where their writer gave no code"
OUTSIDE = "places outside the excerpts of this study"
NOBODY = "excerpts coded by nobody whom the file names"


@dataclass
class _Word:
    """What one coder says of one excerpt, as it is gathered."""

    codes: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    times: list[datetime] = field(default_factory=list)


class Matching:
    """What a project's coders say of a study's excerpts, and in figures what could not be brought together."""

    def __init__(self, project: Project, excerpts: StudyExcerpts, codebook: Codebook) -> None:
        self.losses: Counter[str] = Counter()
        self.odd: Counter[str] = Counter()
        self.unknown_codes: Counter[str] = Counter()
        self.several_codes: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self._project, self._excerpts = project, excerpts
        # Codes of a decision stand in the codebook's order, whatever the file's.
        self.order = [code.code for code in codebook.codes]
        self._codes = match_codes(project, codebook)
        self._labels = {guid: row["label"] for guid, row in project.codes}
        self._notes = {note.guid: note for note in project.notes}
        self._users = {user.guid: user for user in project.users}
        self._models = {user.guid for user in project.users if user.name.casefold().startswith("model:")}
        self._words: dict[tuple[str, str], _Word] = defaultdict(_Word)
        self._remarks: list[tuple[str, str, str]] = []
        for source in project.sources:
            self._read(source)
        self._add_remarks()

    def arrivals(self) -> Iterator[tuple[User, Arrival]]:
        """Yield each coder's word on each excerpt."""
        for (guid, segment_id), word in self._words.items():
            codes = tuple(code for code in self.order if code in word.codes)
            outcome: Outcome | None = "codes" if codes else word.outcome
            user = self._users.get(guid)
            if outcome and (user is None or not user.name.strip()):
                self.losses[NOBODY] += 1
            elif outcome and user:
                note = "\n".join(dict.fromkeys(filter(None, word.notes)))
                yield user, Arrival(segment_id, outcome, codes, note, max(word.times, default=None))

    def sentences(self) -> Iterator[str]:
        """Say what could not be brought together, after `arrivals` have been taken."""
        yield from (f"{what}: {n:,}" for what, n in self.losses.items() if n)
        for (name, codes), n in self.several_codes.items():
            which = " or ".join(filter(None, codes)) + ("" if all(codes) else " or none of the codebook")
            yield f"codings with “{name}”, which may be {which}; give each its own label and import again: {n:,}"
        if self.unknown_codes:
            named = ", ".join(f"“{name[:_LONGEST_NAME]}” ({n:,})" for name, n in self.unknown_codes.most_common(_MOST_NAMED))
            yield f"codings with codes that the codebook does not have; add them to it and import again: {named}"

    def new_codes(self) -> list[str]:
        """Return the labels of the file's codes that the study does not have, used or not."""
        matched = {*self._codes.code_of, *self._codes.several, *self._project.case_codes}
        return [row["label"] for guid, row in self._project.codes if guid not in matched]

    def _read(self, source: TextSource) -> None:
        telling = [selection for selection in source.selections if selection.codings or selection.description or selection.notes]
        # A source in which nobody coded may be anything, and is no loss.
        blocks = self._excerpts.blocks(source, self.losses, self.odd) if telling else []
        for selection in telling:
            matched, exact = self._excerpts.at(selection.start, selection.end, blocks)
            if any(set(self._excerpts.at(start, end, blocks)[0]) != set(matched) for start, end in selection.others):
                self.losses[UNDECIDED] += 1
                continue
            is_coded = bool(self._coded(selection) or self._outcomes(selection))
            self.losses[OUTSIDE] += not matched and is_coded
            self.losses[NOTES_ALONE] += not matched and not is_coded and bool(list(self._remarks_at(selection)))
            self.odd[BY_PART] += bool(matched) and is_coded and not exact
            for segment_id in matched:
                self._hear(segment_id, selection)
            self._count_codes(selection, n_excerpts=len(matched))

    def _coded(self, selection: Selection) -> list[ProjectCoding]:
        return [coding for coding in selection.codings if coding.code not in self._project.case_codes]

    def _outcomes(self, selection: Selection) -> list[tuple[Note, Outcome]]:
        """Return the notes at a place that say "none of the codes" or "not sure"."""
        outcomes: dict[str, Outcome] = {NOT_SAID["none"]: "none", NOT_SAID["not sure"]: "not sure"}
        notes = [self._notes[guid] for guid in selection.notes if guid in self._notes]
        # Programs that drop notes keep the description of a place.
        if not selection.codings and not notes:
            notes = [Note("", "", selection.description, user=selection.user, made_at=selection.made_at)]
        return [(note, outcomes[line]) for note in notes if (line := note.text.partition("\n")[0].strip()) in outcomes]

    def _count_codes(self, selection: Selection, *, n_excerpts: int) -> None:
        """Count once for each excerpt what codings are not taken in, whatever came of the others."""
        self.losses[CASES] += len(selection.codings) - len(self._coded(selection))
        for coding in self._coded(selection):
            # Taken in, they would count as somebody's own word for what the program suggested.
            if coding.user in self._models:
                self.losses[MODEL] += n_excerpts
            elif several := self._codes.several.get(coding.code):
                self.several_codes[self._labels.get(coding.code, ""), several] += n_excerpts
            elif coding.code not in self._codes.code_of:
                self.unknown_codes[self._labels.get(coding.code, "a code that is not in the file")] += n_excerpts

    def _hear(self, segment_id: str, selection: Selection) -> None:
        for coding in self._coded(selection):
            if coding.user not in self._models and coding.code in self._codes.code_of:
                word = self._words[coding.user, segment_id]
                word.codes.add(self._codes.code_of[coding.code])
                word.times += [time] if (time := _time(coding.made_at)) else []
        outcomes = self._outcomes(selection)
        for note, outcome in outcomes:
            word = self._words[note.user or selection.user, segment_id]
            word.outcome = outcome
            word.times += [time] if (time := _time(note.made_at)) else []
        self._remarks += [(user, segment_id, text) for user, text in self._remarks_at(selection)]

    def _remarks_at(self, selection: Selection) -> Iterator[tuple[str, str]]:
        """Yield who wrote what beside a place: in its description and in notes of it or of its codings."""
        coders = list(dict.fromkeys(coding.user for coding in self._coded(selection) if coding.user not in self._models))
        for text in _own_lines(selection.description):
            names = [(user, text.removeprefix(f"{name}: ")) for user, name in self._named() if text.startswith(f"{name}: ")]
            # Our exports used to name each writer in the description; else it is the word of who coded or marked the place.
            yield from names or ((coder, text) for coder in coders or [selection.user])
        for guid in selection.notes:
            if note := self._notes.get(guid):
                yield from ((user, note.text) for user in ([note.user] if note.user else coders or [selection.user]))
        for coding in self._coded(selection):
            notes = [self._notes[guid] for guid in coding.notes if guid in self._notes]
            yield from ((note.user or coding.user, note.text) for note in notes)

    def _named(self) -> list[tuple[str, str]]:
        return [(user.guid, user.name) for user in self._project.users if user.name.strip()]

    def _add_remarks(self) -> None:
        for user, segment_id, text in self._remarks:
            lines = [line for line in _own_lines(text) if line not in NOT_SAID.values()]
            lines = [_without_outcome(line) for line in lines]
            if not any(lines) or user in self._models:
                continue
            word = self._words.get((user, segment_id))
            if word is None:
                self.losses[NOTES_ALONE] += 1
            else:
                word.notes += [line for line in lines if line]


def name_and_group(user: User) -> tuple[str, str]:
    """Return the name of a user and the group that stands behind it, as our exports write it."""
    # Other programs let people type their names, with what blanks they like.
    name = one_line(user.name)
    parted = _WITH_GROUP.fullmatch(name)
    return (parted[1], parted[2]) if parted else (name, "")


def _own_lines(text: str) -> list[str]:
    """Return the lines of a note but for those that our exports write of themselves."""
    return [line.rstrip() for line in text.split("\n") if line.strip() and not CONTESTED.match(line.strip())]


def _without_outcome(line: str) -> str:
    for outcome in NOT_SAID.values():
        line = line.removeprefix(outcome).strip() if line.startswith(outcome) else line
    return line


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # A time without a zone could not be set against ours, which are in UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
