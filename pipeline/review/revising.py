"""Change the codebook together: propose, agree or object, accept or refuse, and undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.review.room import Room


FIELDS = ("label", "plain_label", "definition", "include", "exclude", "examples", "counter_examples", "borderline", "parent")
"""What people may change of a code; the lists are given with a line for each entry."""

Status = Literal["open", "accepted", "refused", "taken back"]


@dataclass(frozen=True)
class FieldChange:
    """A field of a code before and after; the lists with a line for each entry."""

    field: str
    before: str
    after: str

    @property
    def diff(self) -> tuple[tuple[Literal["same", "gone", "new"], str], ...]:
        """The words that stayed, went and came, in order."""
        raise NotImplementedError


@dataclass(frozen=True)
class Vote:
    """Somebody agrees or objects, and why."""

    by: str
    vote: Literal["agree", "object"]
    why: str
    made_at: str


@dataclass(frozen=True)
class CodeEdit:
    """A change to the codebook that somebody proposed, and what others say of it."""

    code_edit_id: int
    kind: Literal["change", "new"]
    code: str
    changes: tuple[FieldChange, ...]
    why: str
    by: str
    made_at: str
    votes: tuple[Vote, ...]
    status: Status
    settled_by: str = ""
    settled_why: str = ""
    settled_at: str = ""
    reopened: int = 0
    """How many excerpts went back into the queue."""

    @property
    def agreed(self) -> tuple[Vote, ...]:
        """Those who agree."""
        return tuple(vote for vote in self.votes if vote.vote == "agree")

    @property
    def objected(self) -> tuple[Vote, ...]:
        """Those who object."""
        return tuple(vote for vote in self.votes if vote.vote == "object")


def code_edits(room: Room, code: str | None = None, *, status: Status | None = None) -> tuple[CodeEdit, ...]:
    """Return proposed changes, the last one first: the history of the codebook, or of one code."""
    raise NotImplementedError


def code_edit(room: Room, code_edit_id: int) -> CodeEdit:
    """Return one proposed change; ReviewError if there is none of that number."""
    raise NotImplementedError


def propose_change(
    room: Room, code: str, fields: Mapping[str, str], *, why: str, by: str, key: str, seen: Mapping[str, str] | None = None
) -> CodeEdit:
    """Propose other words for a code, and return the proposal; ReviewError if nothing would change.

    `fields` holds what is to stand in each field, `seen` what stood there on the page the person saw: StaleError if the
    codebook says something else now.
    """
    raise NotImplementedError


def propose_code(room: Room, fields: Mapping[str, str], *, why: str, by: str, key: str, code: str = "") -> CodeEdit:
    """Propose a new code; its id is made of the label unless given. ReviewError if the codebook has it already."""
    raise NotImplementedError


def vote(room: Room, code_edit_id: int, given: Literal["agree", "object", "none"], *, by: str, why: str = "") -> CodeEdit:
    """Agree, object (which needs a reason) or take one's word back; a person's last word counts."""
    raise NotImplementedError


def accept(room: Room, code_edit_id: int, *, by: str, despite: str = "") -> CodeEdit:
    """Write an open change to the codebook, and put the excerpts it touches back into the queue.

    Where somebody objects, `despite` must say why it is accepted all the same. StaleError if the codebook was edited by
    hand since, so that what would be replaced is not what the proposal says.
    """
    raise NotImplementedError


def refuse(room: Room, code_edit_id: int, *, by: str, why: str) -> CodeEdit:
    """Close an open change without writing it, with a reason."""
    raise NotImplementedError


def undo_code_edit(room: Room, code_edit_id: int, *, by: str) -> CodeEdit:
    """Take back an open proposal, a refusal, or an accepted change: then the codebook gets its earlier words again."""
    raise NotImplementedError
