"""Practice from day one: the codebook's examples and counter-examples, and what the codebook says of each, with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.codebook.codebook import Code, Codebook
from pipeline.errors import ReviewError
from pipeline.review.excerpts import Excerpt
from pipeline.runtime.files import content_id
from pipeline.runtime.plain_text import plain_words


_PREFIX = "example-"


@dataclass(frozen=True)
class ExampleComparison:
    """One's own reading of an example beside what the codebook says of it."""

    fits: tuple[Code, ...]
    """Codes that have it as an example."""
    fits_not: tuple[Code, ...]
    """Codes that have it as a counter-example."""
    hard: tuple[Code, ...]
    """Codes of which the codebook says that this is hard to say."""
    missed: tuple[Code, ...]
    """Codes that fit and were not ticked."""
    wrong: tuple[Code, ...]
    """Codes that were ticked though it is a counter-example of theirs."""
    more: tuple[str, ...]
    """Codes that were ticked and of which the codebook says nothing here."""

    @property
    def same(self) -> bool:
        """Whether nothing that was ticked, or was not, goes against the codebook."""
        return not self.missed and not self.wrong


def is_example(practice_id: str) -> bool:
    """Return whether this is the name of an example, and not of an excerpt of the study."""
    return practice_id.startswith(_PREFIX)


def example_ids(codebook: Codebook) -> tuple[str, ...]:
    """Return the names of all examples and counter-examples, each text once, in an order as good as a shuffle."""
    return tuple(sorted(_by_id(codebook)))


def read_example(codebook: Codebook, practice_id: str) -> Excerpt:
    """Return an example as an excerpt to try, with nothing of its codes; ReviewError if the codebook no longer has it."""
    return Excerpt(practice_id, "", "", _words(codebook, practice_id), "", question="", group="")


def compare_with_codebook(codebook: Codebook, practice_id: str, ticked: tuple[str, ...]) -> ExampleComparison:
    """Return what the codebook says of an example beside the codes that were ticked."""
    plain = plain_words(_words(codebook, practice_id))
    fits = tuple(code for code in codebook.codes if plain in map(plain_words, code.examples))
    fits_not = tuple(code for code in codebook.codes if plain in map(plain_words, code.counter_examples))
    hard = tuple(code for code in codebook.codes if plain in map(plain_words, code.borderline))
    mentioned = {code.code for code in (*fits, *fits_not, *hard)}
    return ExampleComparison(
        fits=fits,
        fits_not=fits_not,
        hard=hard,
        missed=tuple(code for code in fits if code.code not in ticked),
        wrong=tuple(code for code in fits_not if code.code in ticked and code not in fits),
        more=tuple(code for code in ticked if code not in mentioned),
    )


def _words(codebook: Codebook, practice_id: str) -> str:
    words = _by_id(codebook).get(practice_id)
    if words is None:
        raise ReviewError("The codebook has changed, and no longer has this example. Go on with the next one.")
    return words


def _by_id(codebook: Codebook) -> dict[str, str]:
    texts: dict[str, str] = {}
    for text in _texts(codebook):
        if plain := plain_words(text):
            texts.setdefault(_PREFIX + content_id("example", plain), text)
    return texts


def _texts(codebook: Codebook) -> Iterator[str]:
    for code in codebook.codes:
        yield from (*code.examples, *code.counter_examples)
