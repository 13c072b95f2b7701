"""Bring a project's places, codes and users together with a study's excerpts, codebook and reviewers."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pandas as pd

from pipeline.codebook.codebook import Codebook
from pipeline.codebook.qdc import stable_guid
from pipeline.decisions.decision import Outcome
from pipeline.decisions.imported import Arrival
from pipeline.exchange.refi.export import NOT_SAID
from pipeline.exchange.refi.offsets import plain_line_ends
from pipeline.exchange.refi.project import Note, Project, ProjectCoding, Selection, TextSource, User
from pipeline.runtime.plain_text import one_line


_ANSWER = re.compile(r"^\[answer ([0-9a-f]{16})\]\n", re.MULTILINE)
_WITH_GROUP = re.compile(r"(.+) \((.+)\)")
# An excerpt that is taken in by less than half was hardly meant, unless the place takes in no other by more.
_HALF = 0.5
_LONGEST_NAME = 40

BY_PART = "(taken in) places that are not exactly an excerpt; they count for each excerpt they lie in or hold half of"
MODEL = "codings of the model, which this study makes itself"


@dataclass(frozen=True)
class AnswerBlock:
    """Where an answer of the study stands in a source."""

    start: int
    end: int
    comment_id: str


@dataclass
class _Word:
    """What one coder says of one excerpt, as it is gathered."""

    codes: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    times: list[datetime] = field(default_factory=list)


class StudyExcerpts:
    """A study's answers and excerpts, in texts with plain line ends."""

    def __init__(self, segments: pd.DataFrame, comments: pd.DataFrame) -> None:
        kept = comments[comments["set_aside"].isna()]
        texts = dict(zip(kept["comment_id"], kept["text"], strict=True))
        self.text = {comment_id: plain_line_ends(text) for comment_id, text in texts.items()}
        self.answers_with: dict[str, list[str]] = defaultdict(list)
        for comment_id, text in self.text.items():
            self.answers_with[text.strip()].append(comment_id)
        self.places: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for comment_id, start, end, segment_id in segments[["comment_id", "start", "end", "segment_id"]].itertuples(index=False):
            text = texts.get(comment_id, "")
            self.places[comment_id].append((len(plain_line_ends(text[:start])), len(plain_line_ends(text[:end])), segment_id))

    def blocks(self, source: TextSource, losses: Counter[str]) -> list[AnswerBlock]:
        """Return where answers of the study stand in a source; an answer with other words now is counted and left out."""
        # Our own exports come back with a line above each answer, however the program has renamed its sources.
        heads = list(_ANSWER.finditer(source.text))
        if not heads:
            return self._whole(source, losses)
        blocks: list[AnswerBlock] = []
        for head in heads:
            text = self.text.get(head[1])
            # Somebody's answer may hold a line like ours.
            if blocks and head.start() < blocks[-1].end:
                continue
            if text is None:
                losses["answers that are not in this study, or no longer"] += 1
            # Other programs let people edit a source, and places in it are then about other words.
            elif not source.text.startswith(text, head.end()):
                losses["answers whose words are others now"] += 1
            else:
                blocks.append(AnswerBlock(head.end(), head.end() + len(text), head[1]))
        return blocks

    def _whole(self, source: TextSource, losses: Counter[str]) -> list[AnswerBlock]:
        """Find the answer that is the whole of a source; two people who said the same cannot be told apart."""
        text = source.text.strip()
        same = self.answers_with.get(text, [])
        if len(same) == 1:
            # Both texts may have blanks at their ends, and places are counted from the first character of ours.
            begin = source.text.index(text) - len(self.text[same[0]]) + len(self.text[same[0]].lstrip())
            return [AnswerBlock(begin, len(source.text), same[0])]
        # A source without words is no loss.
        losses["texts that are no answer of this study, or one that several people gave"] += bool(text)
        return []

    def at(self, selection: Selection, block: AnswerBlock, losses: Counter[str]) -> list[str]:
        """Return the excerpts a place is about: the same, those it takes in by half or more, or the one it lies in."""
        # A place that goes on into the next answer is cut here; the next answer is asked about its own part.
        first, last = selection.start - block.start, min(selection.end, block.end) - block.start
        shares: dict[str, float] = {}
        exact = False
        for start, stop, segment_id in self.places.get(block.comment_id, ()):
            both = min(last, stop) - max(first, start)
            if both > 0:
                exact = exact or (first, last) == (start, stop)
                # A few words marked inside an excerpt are meant for it, however long it is.
                shares[segment_id] = 1.0 if start <= first and last <= stop else both / (stop - start)
        losses[BY_PART] += bool(shares) and not exact
        most = max(shares.values(), default=0.0)
        return [segment_id for segment_id, share in shares.items() if share >= min(_HALF, most)]


class Matching:
    """What a project's coders say of a study's excerpts, and in figures what could not be brought together."""

    def __init__(self, project: Project, excerpts: StudyExcerpts, codebook: Codebook) -> None:
        self.losses: Counter[str] = Counter()
        self.unknown_codes: Counter[str] = Counter()
        self._project, self._excerpts = project, excerpts
        # Codes of a decision stand in the codebook's order, whatever the file's.
        self._order = [code.code for code in codebook.codes]
        self._code_of = dict(_codes_of(project, codebook))
        self._labels = {guid: row["label"] for guid, row in project.codes}
        self._notes = {note.guid: note for note in project.notes}
        self._models = {user.guid for user in project.users if user.name.casefold().startswith("model:")}
        self._words: dict[tuple[str, str], _Word] = defaultdict(_Word)
        for source in project.sources:
            self._read(source)

    def arrivals(self) -> Iterator[tuple[User, Arrival]]:
        """Yield each coder's word on each excerpt."""
        users = {user.guid: user for user in self._project.users}
        for (guid, segment_id), word in self._words.items():
            codes = tuple(code for code in self._order if code in word.codes)
            outcome: Outcome | None = "codes" if codes else word.outcome
            user = users.get(guid)
            if outcome and (user is None or not user.name.strip()):
                self.losses["excerpts coded by nobody whom the file names"] += 1
            elif outcome and user:
                note = "\n".join(dict.fromkeys(filter(None, word.notes)))
                yield user, Arrival(segment_id, outcome, codes, note, max(word.times, default=None))

    def sentences(self) -> Iterator[str]:
        """Say what could not be brought together, after `arrivals` have been taken."""
        yield from (f"{what}: {n:,}" for what, n in self.losses.items() if n)
        if self.unknown_codes:
            named = ", ".join(f"“{name[:_LONGEST_NAME]}” ({n:,})" for name, n in self.unknown_codes.most_common(20))
            yield f"codings with codes that the codebook does not have; add them to it and import again: {named}"

    def _read(self, source: TextSource) -> None:
        telling = [selection for selection in source.selections if selection.codings or self._words_of_notes(selection)]
        # A source in which nobody coded may be anything, and is no loss.
        blocks = self._excerpts.blocks(source, self.losses) if telling else []
        starts = [block.start for block in blocks]
        for selection in telling:
            # The block that begins at the place or before it; a project may have thousands of places, and most touch one block.
            first = max(bisect_right(starts, selection.start) - 1, 0)
            last = bisect_right(starts, selection.end - 1)
            touched = [block for block in blocks[first:last] if selection.start < block.end]
            matched = [segment_id for block in touched for segment_id in self._excerpts.at(selection, block, self.losses)]
            self.losses["places outside the excerpts of this study"] += not matched
            for segment_id in matched:
                self._hear(segment_id, selection)

    def _words_of_notes(self, selection: Selection) -> list[tuple[Note, Outcome]]:
        """Return the notes at a place that say "none of the codes" or "not sure"."""
        outcomes: dict[str, Outcome] = {NOT_SAID["none"]: "none", NOT_SAID["not sure"]: "not sure"}
        notes = [self._notes[guid] for guid in selection.notes if guid in self._notes]
        return [(note, outcomes[line]) for note in notes if (line := note.text.partition("\n")[0].strip()) in outcomes]

    def _hear(self, segment_id: str, selection: Selection) -> None:
        for coding in selection.codings:
            # Taken in, they would count as somebody's own word for what the program suggested.
            if coding.user in self._models:
                self.losses[MODEL] += 1
            elif coding.code not in self._code_of:
                self.unknown_codes[self._labels.get(coding.code, "a code that is not in the file")] += 1
            else:
                self._add(segment_id, coding)
        for note, outcome in self._words_of_notes(selection):
            word = self._words[note.user, segment_id]
            word.outcome = outcome
            word.notes.append(note.text.partition("\n")[2])
            word.times += [time] if (time := _time(note.made_at)) else []

    def _add(self, segment_id: str, coding: ProjectCoding) -> None:
        word = self._words[coding.user, segment_id]
        word.codes.add(self._code_of[coding.code])
        word.times += [time] if (time := _time(coding.made_at)) else []
        notes = [self._notes[guid] for guid in coding.notes if guid in self._notes]
        # A note of somebody else, such as ours on a contested code, is not this coder's word.
        word.notes += [note.text for note in notes if note.user == coding.user]


def name_and_group(user: User) -> tuple[str, str]:
    """Return the name of a user and the group that stands behind it, as our exports write it."""
    # Other programs let people type their names, with what blanks they like.
    name = one_line(user.name)
    parted = _WITH_GROUP.fullmatch(name)
    return (parted[1], parted[2]) if parted else (name, "")


def _codes_of(project: Project, codebook: Codebook) -> Iterator[tuple[str, str]]:
    ours = {stable_guid("code", code.code): code.code for code in codebook.codes}
    named: Mapping[str, str] = {
        **{code.name.casefold(): code.code for code in codebook.codes},
        # Later, so that an id wins over a label that reads the same.
        **{code.code.casefold(): code.code for code in codebook.codes},
    }
    # By GUID first, as our own exports come back; other programs make GUIDs of their own, and then the name must do.
    for guid, row in project.codes:
        code = ours.get(guid) or named.get(row["label"].casefold())
        if code:
            yield guid, code


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # A time without a zone could not be set against ours, which are in UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
