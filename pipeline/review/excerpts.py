"""An excerpt as a person reads it: whole answer, question, who said it; the model's word only after one's own."""

from dataclasses import dataclass, replace

from pipeline.codebook.codebook import Code
from pipeline.decisions.decision import Decision
from pipeline.errors import ReviewError
from pipeline.review.run_tables import RunTables
from pipeline.review.session import ReviewSession
from pipeline.runtime.files import content_id


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
    language: str = ""
    """Such as "cy"; empty where it is not sure which it is."""
    own: Decision | None = None
    """What this person says of it as things stand."""
    version: int = 0
    """To be sent back with an answer: the number of the decision it would take the place of, or 0."""
    hint: Hint | None = None
    """What the model would say; only after one's own answer."""
    others: tuple[Decision, ...] = ()
    """What others say; empty until everybody who is to read it has answered."""
    complete: bool = False
    """Everybody who is to read it has answered."""

    @property
    def shown(self) -> str:
        """To be sent back with an answer: what words were read, and which of them were marked."""
        return content_id(self.question, self.before, self.words, self.after)


def read_excerpt(review: ReviewSession, segment_id: str, reviewer: str) -> Excerpt:
    """Return an excerpt as this person may see it; ReviewError if the study no longer has it."""
    state, run = review.state(), review.last_run()
    own = state.of(reviewer, segment_id)
    # In this round: after an excerpt was put back into the queue its hint is hidden again.
    answered = reviewer in state.readers(segment_id)
    complete = segment_id in state.complete.every
    shown = bare_excerpt(run, segment_id)
    return replace(
        shown,
        own=own,
        version=own.decision_id if own else 0,
        hint=hint_of(run, shown.text_id) if answered else None,
        others=tuple(made for made in state.now(segment_id) if made.reviewer != reviewer) if complete and answered else (),
        complete=complete,
    )


def bare_excerpt(run: RunTables, segment_id: str) -> Excerpt:
    """Return an excerpt with nobody's answer and no suggestion; ReviewError if the study no longer has it."""
    tables = run.tables
    row = tables.row_of.get(segment_id)
    # A page may have been open since before the last run.
    if row is None:
        raise ReviewError("This excerpt is no longer in the study; answers to it are kept. Go on with the next one.")
    place, start, end = tables.places[row]
    answer, question, person = tables.answers[place]
    return Excerpt(
        segment_id=segment_id,
        text_id=tables.text_ids[row],
        before=answer[:start],
        words=answer[start:end],
        after=answer[end:],
        question=run.wording(question),
        group=tables.groups.get(person, ""),
        language=tables.languages[place],
    )


def hint_of(run: RunTables, text_id: str) -> Hint:
    """Return what the model would say of a text."""
    rows = run.tables.ranked(text_id).to_dict("records")
    likely = [Likely(row["code"], run.label(row["code"]), row["score"], row["because"]) for row in rows]
    suggested = tuple(code for code, row in zip(likely, rows, strict=True) if row["suggested"])
    # The likeliest that is not suggested is shown, too, so that people see what the model nearly said.
    others = (code for code in likely if code not in suggested)
    return Hint(suggested, next(others, None), next((row["abstained"] for row in rows if isinstance(row["abstained"], str)), ""))


def code_cards(review: ReviewSession, words: str = "") -> tuple[CodeCard, ...]:
    """Return the codes in the codebook's order; with `words`, those that hold all of them anywhere in label or meaning."""
    # In any order, as people type what they remember of a label.
    wanted = words.casefold().split()
    cards = (code_card(code) for code in review.last_run().codebook.for_people.codes)
    return tuple(card for card in cards if all(word in _searched(card) for word in wanted))


def code_card(code: Code) -> CodeCard:
    """Return a code as people read it."""
    return CodeCard(
        code=code.code,
        label=code.plain_name,
        name=code.name,
        parent=code.parent,
        definition=code.definition,
        include=code.include,
        exclude=code.exclude,
        examples=code.examples,
        counter_examples=code.counter_examples,
        borderline=code.borderline,
    )


def _searched(card: CodeCard) -> str:
    parts = (card.label, card.name, card.parent, card.definition, card.include, card.exclude, *card.examples)
    return "\n".join(parts).casefold()
