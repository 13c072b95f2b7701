"""The Redactor: finds personal data in answers and puts tokens in its place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import chain
from typing import Any, TypeVar

from pipeline.methods.redact.across_answers import mask_together
from pipeline.methods.redact.addresses import find_addresses
from pipeline.methods.redact.capitalised import find_capitalised, find_unheard_of_places
from pipeline.methods.redact.dates import DATES, find_ages, find_in_words
from pipeline.methods.redact.identifiers import IDENTIFIERS
from pipeline.methods.redact.lexicon import WORD, Lexicon, load_lexicon, one_slip
from pipeline.methods.redact.life_details import find_life_details
from pipeline.methods.redact.masks import Masked
from pipeline.methods.redact.name_score import KNOWN, NEARLY_KNOWN, weigh_all
from pipeline.methods.redact.names import find_names, names_in_doubt, only_a_name
from pipeline.methods.redact.organisations import find_providers
from pipeline.methods.redact.other_languages import told_apart
from pipeline.methods.redact.patterns import find_forms
from pipeline.methods.redact.places import find_places, find_roles, places_in_doubt
from pipeline.methods.redact.spans import Span, settle
from pipeline.methods.redact.tokenized_text import TokenizedText, read, recased
from pipeline.methods.text.common_words import fold
from pipeline.methods.text.function_words import ENGLISH
from pipeline.methods.text.spacy_model import MODEL, load_english, load_spacy, others_than
from pipeline.runtime.executors import Executor


Item = TypeVar("Item")

_BLOCK = 2000
# Answers read at once, and characters the model reads at once: neither many answers nor a long one fill the memory.
_CHUNK = 2000


class Redactor:
    """Find identifiers in answers and mask them; a person must check what is left.

    What stands in another language than English is masked by its form, the lists of names and places and the study's known
    names alone, as the model knows English only.

    Parameters
    ----------
    known_names : iterable of str
        Names the study knows of, such as its staff's; masked wherever they stand.
    model : str
        The spaCy model that marks names and places; loaded at first use, from this machine only.

    Raises
    ------
    ModelError
        At first use, if the model or the list of first names is not installed.

    Examples
    --------
    >>> from pipeline import Redactor
    >>> Redactor().mask("Ring my daughter Olwen on 07700 900123.")
    'Ring my daughter [name 1] on [phone 1].'
    """

    def __init__(self, known_names: Iterable[str] = (), *, model: str = MODEL) -> None:
        self.known_names = tuple(known_names)
        self.model = model

    def find(self, text: str) -> tuple[Span, ...]:
        """Return what is to be masked or flagged in one answer, in its order."""
        return self.find_all([text])[0]

    def load(self) -> None:
        """Load the model and the lists of words now, not at first use."""
        _ = self._lexicon

    def __reduce__(self) -> tuple[Any, ...]:
        """Arrive in another process without the model, which is loaded there once."""
        return _redactor, (self.known_names, self.model)

    def find_all(
        self, texts: Sequence[str], *, languages: Sequence[str] | None = None, engine: Executor = map
    ) -> list[tuple[Span, ...]]:
        """Return the spans of each answer; every answer is judged by itself, so order and neighbours play no part.

        `languages` are the answers' languages, English where nothing is told; empty for one of which nobody can tell.
        """
        answers = list(zip(texts, languages or [ENGLISH] * len(texts), strict=True))
        # Sorted, so that blocks hold the same answers whatever the order of the export.
        unique = sorted(set(answers))
        spans_of = dict(zip(unique, chain.from_iterable(engine(self._find_block, _blocks(unique))), strict=True))
        return [spans_of[answer] for answer in answers]

    def _find_block(self, answers: Sequence[tuple[str, str]]) -> list[tuple[Span, ...]]:
        lexicon, known_names = self._lexicon, self._known_words
        readings = [told_apart(read(text, lexicon), lexicon, language) for text, language in answers]
        weights = [weigh_all(reading, lexicon, known_names) for reading in readings]
        pairs = list(zip(readings, weights, strict=True))
        self._mark_entities(
            [reading for reading, token_weights in pairs if names_in_doubt(token_weights) or places_in_doubt(reading, lexicon)]
        )
        return [self._spans(reading, token_weights) for reading, token_weights in pairs]

    def mask(self, text: str) -> str:
        """Return one answer with tokens such as `[name 1]`, numbered within it."""
        return self.mask_all([text])[0].text

    def mask_all(
        self,
        texts: Sequence[str],
        *,
        numbered: Mapping[tuple[str, str], int] | None = None,
        last: Mapping[str, int] | None = None,
        engine: Executor = map,
    ) -> list[Masked]:
        """Mask all answers of a study together.

        The same name, however it is cased, has the same token in all of them, whatever the order of the answers;
        and a name found in one answer is masked in the others too, unless it is also an everyday word. `numbered` are numbers
        given before, by kind and identity (see `masks.identify`), and `last` the last number of each kind. `engine` is called
        as `map` is, and may work elsewhere.
        """
        spans_of = self.find_all(texts, engine=engine)
        places = zip(texts, spans_of, strict=True)
        names = {fold(text[start:end]) for text, spans in places for start, end in self.only_names(text, spans)}
        return mask_together(texts, spans_of, names, numbered=numbered, last=last)

    def only_names(self, text: str, spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
        """Yield where the words of masked names stand that are nothing but names, and so are masked in other answers, too."""
        for span in spans:
            if span.label == "name" and not span.flagged_only:
                for match in WORD.finditer(text, span.start, span.end):
                    word = fold(match.group())
                    if only_a_name(word, self._lexicon) and self._lexicon.name(word):
                        yield match.span()

    @cached_property
    def _nlp(self) -> Any:
        return load_english(self.model)

    @cached_property
    def _lexicon(self) -> Lexicon:
        # Before the import below, which would load spaCy whole.
        load_spacy()
        from spacy.lang.en.stop_words import STOP_WORDS

        return load_lexicon(self._nlp.get_pipe("lemmatizer").lookups, set(STOP_WORDS))

    @cached_property
    def _known_words(self) -> dict[str, int]:
        """The words of the known names, and what is one slip of the finger away from a longer one, with their weight."""
        words = {fold(word) for name in self.known_names for word in name.split() if len(fold(word)) > 1}
        # Of shorter words nearly every word is one slip away.
        slips = {slip for word in words if len(word) > 4 for slip in one_slip(word)}
        near = dict.fromkeys(
            (slip for slip in slips if only_a_name(slip, self._lexicon) and slip not in self._lexicon.elsewhere), NEARLY_KNOWN
        )
        return near | dict.fromkeys(words, KNOWN)

    def _mark_entities(self, readings: list[TokenizedText]) -> None:
        """Let the model mark persons and places in answers that hang on it, long ones piece by piece, where a capital stands."""
        pieces = [
            (piece, (reading, offset))
            for reading in readings
            for offset, piece in _pieces(recased(reading, self._lexicon))
            if any(map(str.isupper, piece))
        ]
        for doc, (reading, offset) in self._nlp.pipe(pieces, as_tuples=True, batch_size=32, disable=others_than("ner")):
            reading.entities.update({offset + token.idx: token.ent_type_ for ent in doc.ents for token in ent})

    def _spans(self, reading: TokenizedText, weights: Sequence[int]) -> tuple[Span, ...]:
        places = list(find_places(reading, self._lexicon))
        names = find_names(reading, self._lexicon, weights, known_names=self._known_words, places=places)
        spans = [*find_forms(reading.text, (*IDENTIFIERS, *DATES)), *find_addresses(reading), *names, *places]
        spans += [*find_providers(reading, self._lexicon), *find_roles(reading, places)]
        spans += [*find_ages(reading.text, names), *find_in_words(reading.text)]
        spans += find_life_details(reading, self._lexicon)
        spans += [*find_capitalised(reading, self._lexicon, spans), *find_unheard_of_places(reading, self._lexicon)]
        return settle(reading.text, spans)


@cache
def _redactor(known_names: tuple[str, ...], model: str) -> Redactor:
    return Redactor(known_names, model=model)


def _blocks(items: Sequence[Item]) -> list[Sequence[Item]]:
    return [items[start : start + _BLOCK] for start in range(0, len(items), _BLOCK)]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text into pieces the model takes, at white space where there is some."""
    start = 0
    while len(text) - start > _CHUNK:
        cut = max(text.rfind(" ", start, start + _CHUNK), text.rfind("\n", start, start + _CHUNK))
        end = cut + 1 if cut > start else start + _CHUNK
        yield start, text[start:end]
        start = end
    yield start, text[start:]
