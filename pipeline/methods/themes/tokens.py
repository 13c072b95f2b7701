"""The words of an answer: telling words for keywords, word stems for comparing wording."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# A mask such as "[name 1]" stands in a respondent's text; its words are ours, not theirs.
_MASK = re.compile(r"\[[^\]\n]{1,40}\]")
_ENDINGS = ("ingly", "edly", "ments", "ment", "ness", "ing", "ies", "ied", "ers", "er", "ed", "es", "ly", "s", "e", "y")
# Words come again and again, in a large study a hundred times each; so many are remembered.
_FREQUENT = 65_536
# Stop words to English, answers to a survey.
ANSWERS = frozenset(
    {"nothing", "none", "everything", "never", "always", "nobody", "everyone", "enough", "call", "system", "alone"}
)
# Words that keep talk going: they set a theme apart by how people speak, and a title is to say what they speak of.
FILLERS = frozenset(
    {"like", "know", "did", "does", "mean", "really", "thing", "things"}
    | {"say", "says", "said", "sorry", "went", "took", "got", "want"}
)
# What is left of a short form before its apostrophe, and short forms written without one.
_SHORT_FORMS = frozenset(
    {"ain", "aren", "can", "couldn", "didn", "doesn", "don", "hadn", "hasn", "haven", "isn", "mustn", "needn", "shouldn", "wasn"}
    | {"weren", "won", "wouldn", "cant", "didnt", "doesnt", "dont", "im", "isnt", "ive", "wasnt", "wont"}
)


def words(text: str) -> list[str]:
    """Return a text's words in lower case, without figures, marks and masks."""
    return [word.replace("’", "'") for word in _WORD.findall(_MASK.sub(" ", text.lower()))]


@lru_cache(_FREQUENT)
def stem(word: str) -> str:
    """Cut a word's ending, so that "waiting" and "waited" are one word."""
    word = word.split("'")[0]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def stems(text: str) -> list[str]:
    """Return the stems of a text's words."""
    return [stem(word) for word in words(text)]


def telling_words(text: str) -> list[str]:
    """Return a text's words without stop words, save those that are an answer by themselves, such as "nothing"."""
    return [word for word in words(text) if len(word) > 1 and (word in ANSWERS or not is_stop_word(word))]


@lru_cache(_FREQUENT)
def is_stop_word(word: str) -> bool:
    """Return whether a word says nothing by itself."""
    return word.split("'")[0] in _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS | _SHORT_FORMS)


def words_of_several(texts: Sequence[str]) -> list[str]:
    """Return the telling words that at least two texts use; where there are none, whatever signs the texts hold."""
    uses = Counter(word for text in texts for word in set(telling_words(text)))
    return sorted(word for word, n in uses.items() if n > 1) or sorted(set(signs(" ".join(texts))))


def signs(text: str) -> list[str]:
    """Return a text's telling words, or else its words, or else whatever there is between blanks."""
    return telling_words(text) or words(text) or text.split()


def word_weights(texts: Sequence[str]) -> Any:
    """Return the TF-IDF weights of each text's stems: unit rows, sparse (n_texts, n_stems)."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    bags = [stems(text) for text in texts]
    if not any(bags):
        return csr_matrix((len(texts), 1))
    return TfidfVectorizer(analyzer=list, sublinear_tf=True).fit_transform(bags)
