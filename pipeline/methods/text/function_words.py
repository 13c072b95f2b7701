"""The little words of languages, by which a sentence shows what language it is in."""

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path


SCOTS, ENGLISH = "sco", "en"
"""Scots is read as English is: its own words are words, and names stand in it as in English."""


@cache
def function_words() -> Mapping[str, frozenset[str]]:
    """Return the function words of each language, in lower case and with their accents, by language code."""
    lists = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {language: frozenset(words.split()) for language, words in lists.items()}


@cache
def words_of_others() -> Mapping[str, frozenset[str]]:
    """Return the little words of languages other than English and Scots, without accents, with the codes of each."""
    languages: dict[str, set[str]] = {}
    for language, words in function_words().items():
        if language not in (ENGLISH, SCOTS):
            for word in words:
                plain = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
                languages.setdefault(plain.replace("\u2019", "'"), set()).add(language)
    return {word: frozenset(codes) for word, codes in languages.items()}
