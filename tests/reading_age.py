"""How old a reader has to be: the Flesch-Kincaid grade (Kincaid and others, 1975) and the five years before school."""

import re


_VOWELS = re.compile(r"[aeiouy]+")
_WORD = re.compile(r"[A-Za-z’']+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[”\"]?\s+")
_SPOKEN_ENDINGS = ("ses", "zes", "ches", "shes", "les", "ted", "ded")


def syllables(word: str) -> int:
    """Count the vowels that are spoken, by rules that are right for nine of ten English words."""
    letters = re.sub("[^a-z]", "", word.lower())
    n = len(_VOWELS.findall(letters))
    if letters.endswith("e") and not letters.endswith(("le", "ee")):
        n -= 1
    if letters.endswith(("es", "ed")) and not letters.endswith(_SPOKEN_ENDINGS):
        n -= 1
    return max(n, 1)


def reading_age(text: str) -> float:
    """Return the age in years at which a text is understood."""
    n_sentences = len([sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()])
    words = _WORD.findall(text)
    grade = 0.39 * len(words) / n_sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    return grade + 5
