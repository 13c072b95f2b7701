"""An excerpt as a person reads it: whole answer, question, who said it; the model's word only after one's own."""

from dataclasses import dataclass

from pipeline.review.room import Room
from pipeline.review.store import Decision


@dataclass(frozen=True)
class CodeCard:
    """A code in plain language, with what counts and what does not one step away."""

    code: str
    label: str
    """The plain label where there is one, else the label, else the id."""
    name: str
    parent: str
    definition: str
    include: str
    exclude: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    borderline: tuple[str, ...]


@dataclass(frozen=True)
class Likely:
    """A code the model finds likely, and why."""

    code: str
    label: str
    score: float
    because: str


@dataclass(frozen=True)
class Hint:
    """What the model would say of an excerpt."""

    suggested: tuple[Likely, ...]
    runner_up: Likely | None
    abstained: str
    """Why it keeps silent, empty if it does not."""


@dataclass(frozen=True)
class Excerpt:
    """An excerpt as one person may see it. `before + words + after` is the whole answer."""

    segment_id: str
    text_id: str
    before: str
    words: str
    after: str
    question: str
    """The wording of the question."""
    group: str
    """Who said it, by the study's groups; empty where fewer than five people share that description."""
    own: Decision | None
    """What this person says of it as things stand."""
    version: int
    """To be sent back with an answer: the number of the decision it would take the place of, or 0."""
    hint: Hint | None
    """What the model would say; only after one's own answer."""
    others: tuple[Decision, ...]
    """What others say; empty until everybody who is to read it has answered."""
    complete: bool
    """Everybody who is to read it has answered."""


def read_excerpt(room: Room, segment_id: str, reviewer: str) -> Excerpt:
    """Return an excerpt as this person may see it; ReviewError if the study no longer has it."""
    raise NotImplementedError


def code_cards(room: Room, words: str = "") -> tuple[CodeCard, ...]:
    """Return the codes in the codebook's order; with `words`, those that hold all of them anywhere in label or meaning."""
    raise NotImplementedError
