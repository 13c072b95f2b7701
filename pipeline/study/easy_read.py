"""The easy-read text of a study, `easyread.csv`: one idea a line with a picture, how hard it is to read, and who approved it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields
from datetime import date

from pipeline.errors import StudyError
from pipeline.runtime.edited_csv import add_row, read_rows, start_table
from pipeline.study.study import Study


FILE, APPROVALS = "easyread.csv", "easyread_approved.csv"
MOST_WORDS_ON_AVERAGE = 12
MOST_WORDS = 18
# Drafts, and gaps where somebody withdrew, stand in square brackets.
TO_FILL_IN = "["
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Idea:
    """One idea: a short sentence or two, what its picture shows, and the picture, where there is one."""

    heading: str
    text: str
    picture: str
    file: str = ""


@dataclass(frozen=True)
class EasyReadText:
    """How hard a text is to read, and the numbers of the ideas that need work."""

    mean: float
    too_long: tuple[int, ...]
    to_fill_in: tuple[int, ...]
    without_picture: tuple[int, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Say what must be put right before anybody can approve the text."""
        sentences = []
        if self.mean > MOST_WORDS_ON_AVERAGE:
            sentences.append(
                f"sentences have {self.mean:.1f} words on average; at most {MOST_WORDS_ON_AVERAGE} are easy to read."
            )
        for rows, fault in (
            (self.too_long, f"a sentence has more than {MOST_WORDS} words"),
            (self.to_fill_in, "there is still something to fill in, in square brackets"),
            (self.without_picture, "nobody has said what its picture shows"),
        ):
            if rows:
                sentences.append(f"{'ideas' if len(rows) > 1 else 'idea'} {', '.join(map(str, rows))}: {fault}.")
        return tuple(sentences)


@dataclass(frozen=True)
class EasyReadApproval:
    """Who approved which text, and when."""

    sha256: str
    by: str
    when: str


COLUMNS = tuple(field.name for field in fields(Idea))
APPROVAL_COLUMNS = tuple(field.name for field in fields(EasyReadApproval))


def read_ideas(study: Study) -> tuple[Idea, ...]:
    """Return the ideas that people wrote; none where nobody has started."""
    rows = read_rows(study.folder / FILE, COLUMNS).values()
    return tuple(Idea(**row) for row in rows if row["text"])


def start_ideas(study: Study, ideas: Sequence[Idea]) -> None:
    """Write a draft for people to change; StudyError if there is one already."""
    start_table(study.folder / FILE, COLUMNS, [astuple(idea) for idea in ideas])


def reading(ideas: Sequence[Idea]) -> EasyReadText:
    """Say how hard ideas are to read."""
    lengths = [[len(sentence.split()) for sentence in _SENTENCE_END.split(idea.text)] for idea in ideas]
    every = [n_words for of_idea in lengths for n_words in of_idea]
    return EasyReadText(
        mean=sum(every) / len(every) if every else 0.0,
        too_long=tuple(place for place, of_idea in enumerate(lengths, start=1) if max(of_idea) > MOST_WORDS),
        to_fill_in=tuple(place for place, idea in enumerate(ideas, start=1) if TO_FILL_IN in idea.text),
        without_picture=tuple(place for place, idea in enumerate(ideas, start=1) if not idea.picture),
    )


def digest(ideas: Sequence[Idea]) -> str:
    """Return a hash of the ideas: an approval holds for these words and pictures and no others."""
    return hashlib.sha256(repr([astuple(idea) for idea in ideas]).encode()).hexdigest()


def approval_of(study: Study, ideas: Sequence[Idea]) -> EasyReadApproval | None:
    """Return the last approval of exactly these ideas."""
    approvals = [EasyReadApproval(**row) for row in read_rows(study.folder / APPROVALS, APPROVAL_COLUMNS).values()]
    # The last one counts: somebody may have approved the same words again after others.
    return next((approval for approval in reversed(approvals) if approval.sha256 == digest(ideas)), None)


def add_approval(study: Study, ideas: Sequence[Idea], *, by: str, when: date) -> EasyReadApproval:
    """Keep that a person approved these ideas; StudyError says what must be put right first."""
    problems = reading(ideas).problems
    if problems:
        raise StudyError("\n  - ".join([f"{FILE} cannot be approved yet:", *problems]))
    approval = EasyReadApproval(digest(ideas), by, when.isoformat())
    add_row(study.folder / APPROVALS, APPROVAL_COLUMNS, asdict(approval))
    return approval
