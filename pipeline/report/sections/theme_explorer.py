"""A theme as the team works on it: its facts, its groups, what lies near it, and its words within the answers they stand in."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.methods.disclosure.quotable_words import Words
from pipeline.report.blocks import Fold, ListEntry, Quotations, QuotedWords
from pipeline.report.numbers_in_words import percent
from pipeline.report.placed_themes import PlacedTheme
from pipeline.report.quote_bank import consent_was_asked, quotes_of
from pipeline.workflow.results import RunResults


MOST_EXCERPTS = 20
Facts = tuple[tuple[str, str], ...]


def explored(
    source: RunResults, entries: Sequence[tuple[PlacedTheme, ListEntry]], words: Words, near: Mapping[str, tuple[str, ...]]
) -> tuple[Fold, ...]:
    """Return a fold for each theme with all its facts and up to twenty excerpts, each within its answer.

    `near` names the themes that lie nearest to each, by id.
    """
    contexts = _contexts(source, {text_id for theme, _ in entries for text_id in _excerpts(theme, words)})
    folds = []
    for theme, entry in entries:
        excerpts = tuple(
            quote
            for text_id in _excerpts(theme, words)
            for quote in _in_context(quotes_of(words, [text_id]), contexts.get(text_id, ("", "")))
        )
        facts: Facts = (*entry.facts, *_groups(source, theme), *_near(near.get(theme.theme_id, ())))
        inside = ListEntry(
            entry.name, entry.heading, facts, Quotations(excerpts, "" if excerpts else words.none), keeps_facts=True
        )
        folds.append(Fold(f"{theme.heading}: {theme.people}", (inside,)))
    return tuple(folds)


def _excerpts(theme: PlacedTheme, words: Words) -> list[str]:
    return [text_id for text_id in theme.exemplars if text_id in words.quotable][:MOST_EXCERPTS]


def _in_context(quotes: Sequence[QuotedWords], context: tuple[str, str]) -> tuple[QuotedWords, ...]:
    before, after = context
    return tuple(QuotedWords(quote.words, quote.who, quote.reworded, before, after) for quote in quotes)


def _contexts(source: RunResults, text_ids: set[str]) -> dict[str, tuple[str, str]]:
    """Return what stands before and after each text in the first answer that has it and that may be shown to the team."""
    comments = source["comments"]
    if consent_was_asked(source):
        # The rest of an answer is its person's, too, and not of somebody else who used the same words.
        comments = comments[comments["consent"] == "quote"]
    comments = comments.loc[comments["set_aside"].isna(), ["comment_id", "text"]].rename(columns={"text": "answer"})
    segments = source["segments"]
    rows = segments.loc[segments["text_id"].isin(text_ids), ["text_id", "comment_id", "start", "end"]].merge(
        comments, on="comment_id"
    )
    first: pd.DataFrame = rows.drop_duplicates("text_id")
    return {
        str(row["text_id"]): (str(row["answer"])[: row["start"]].strip(), str(row["answer"])[row["end"] :].strip())
        for row in first.to_dict("records")
    }


def _groups(source: RunResults, theme: PlacedTheme) -> Facts:
    if not source.groups:
        return ()
    voices = source["voices"]
    rows = voices[(voices["theme_id"] == theme.theme_id) & (voices["group"] == source.groups[0]) & ~voices["suppressed"]]
    shares = [f"{level} {percent(share)}" for level, share in zip(rows["level"], rows["share"], strict=True)]
    return (("Groups, of those who wrote", ", ".join(shares)),) if shares else ()


def _near(names: Sequence[str]) -> Facts:
    return (("Nearest themes", "; ".join(names)),) if names else ()
