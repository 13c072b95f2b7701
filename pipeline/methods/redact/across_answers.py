"""What hangs on all answers of a study together: names that others said, and the same token for the same thing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain

from pipeline.methods.redact.lexicon import WORD
from pipeline.methods.redact.masks import Masked, identify, mask, number
from pipeline.methods.redact.names import find_again
from pipeline.methods.redact.other_languages import in_another_language
from pipeline.methods.redact.spans import Span, settle
from pipeline.methods.text.common_words import fold
from pipeline.methods.text.function_words import ENGLISH, words_of_others


def mask_together(
    texts: Sequence[str],
    spans: Sequence[tuple[Span, ...]],
    names: Set[str],
    *,
    numbered: Mapping[tuple[str, str], int] | None = None,
    last: Mapping[str, int] | None = None,
) -> list[Masked]:
    """Mask what was found in each answer, and the names, given as folded words, wherever they stand.

    `numbered` are numbers given before, by kind and identity, and `last` the last number of each kind.
    """
    settled = [with_names(text, answer_spans, names) for text, answer_spans in zip(texts, spans, strict=True)]
    numbers = number(chain.from_iterable(map(identities, texts, settled)), numbered, last)
    return [
        mask(text, answer_spans, numbers) if answer_spans else Masked(text)
        for text, answer_spans in zip(texts, settled, strict=True)
    ]


def with_names(text: str, spans: tuple[Span, ...], names: Set[str], language: str = ENGLISH) -> tuple[Span, ...]:
    """Add names of other answers that stand in this one, too; most answers hold none, and are as they were found.

    "Beth" and "Allen" are little words of Welsh and German: they are names where the words around them are not in that language.
    """
    present = names & set(map(fold, WORD.findall(text)))
    if not present:
        return spans
    little = present & words_of_others().keys()
    again = find_again(text, present)
    if little:
        again = [span for span in again if not _is_little(text, span, little, language)]
    return settle(text, [*spans, *again])


def _is_little(text: str, span: Span, little: Set[str], language: str) -> bool:
    words = {fold(word) for word in WORD.findall(text, span.start, span.end)}
    return words <= little and in_another_language(text, span.start, words, language)


def identities(text: str, spans: Iterable[Span]) -> Iterator[tuple[str, str]]:
    """Yield the kind and identity of all that is to be masked in an answer: what `number` numbers over the whole study."""
    for span in spans:
        if not span.flagged_only:
            yield identify(span.label, text[span.start : span.end])
