"""Themes that only repeat what a question asked: they hold every kind of answer to it, so their size is no finding."""

from collections.abc import Sequence

from pipeline.methods.themes.tokens import FILLERS, stem, stems, telling_words
from pipeline.report.placed_themes import PlacedTheme
from pipeline.workflow.results import RunResults


MOSTLY = 0.5
"""From which share of its excerpts on a theme is one question's."""


def echoed_questions(source: RunResults, placed: Sequence[PlacedTheme]) -> dict[str, str]:
    """Return for each theme that repeats a question, by the theme's id, the question's wording.

    A theme repeats a question where most of its excerpts answer it and each telling word of its title stands in it: asked "What
    has changed?", people who write that nothing did are in "Something changed", too.
    """
    spoken = source["segments"][["text_id", "comment_id"]].merge(source["members"][["text_id", "theme_id"]], on="text_id")
    spoken = spoken.merge(source["comments"][["comment_id", "question"]], on="comment_id")
    shares = spoken.groupby("theme_id")["question"].value_counts(normalize=True).rename("share").reset_index()
    mostly = shares[shares["share"] >= MOSTLY]
    asked_of = dict(zip(mostly["theme_id"].astype(str), mostly["question"].astype(str), strict=True))
    echoes: dict[str, str] = {}
    for theme in placed:
        question = asked_of.get(theme.theme_id)
        telling = {stem(word) for word in telling_words(theme.title) if word not in FILLERS}
        if question and telling and telling <= set(stems(source.wording(question))):
            echoes[theme.theme_id] = source.wording(question)
    return echoes


def not_echoing(source: RunResults, placed: Sequence[PlacedTheme]) -> tuple[PlacedTheme, ...]:
    """Return the themes whose size tells something; all of them where each repeats a question."""
    echoes = echoed_questions(source, placed)
    return tuple(theme for theme in placed if theme.theme_id not in echoes) or tuple(placed)
