"""A theme as the team works on it: its facts, its groups, what lies near it, and its words within the answers they stand in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.methods.disclosure.quotable_words import Words
from pipeline.report.blocks import Fold, ListEntry, Quotations, QuotedWords
from pipeline.report.numbers_in_words import percent
from pipeline.report.placed_themes import PlacedTheme
from pipeline.report.quote_bank import consent_was_asked, quotes_of
from pipeline.workflow.results import RunResults


MOST_EXCERPTS = 20
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Answer:
    """An answer in which a text stands, and what stands before and after it."""

    comment_id: str
    before: str
    after: str


def explored(
    source: RunResults,
    entries: Sequence[tuple[PlacedTheme, ListEntry]],
    words: Words,
    near: Mapping[str, tuple[str, ...]],
    *,
    back: str,
) -> tuple[Fold, ...]:
    """Return a fold for each theme with all its facts and up to twenty answers, in each of which its words stand out.

    `near` names the themes that lie nearest to each, by id; `back` is where a link at the end of each leads.
    """
    answers = _answers(source, {text_id for theme, _ in entries for text_id in _excerpts(theme, words)})
    folds = []
    for theme, entry in entries:
        excerpts = tuple(
            quote
            for text_id in _of_different_answers(_excerpts(theme, words), answers)[:MOST_EXCERPTS]
            for quote in _in_context(quotes_of(words, [text_id]), answers.get(text_id))
        )
        facts: Facts = (*entry.facts, *_groups(source, theme), *_near(near.get(theme.theme_id, ())))
        inside = replace(
            entry,
            facts=facts,
            quotations=Quotations(excerpts, "" if excerpts else words.none),
            keeps_facts=True,
            back=back,
        )
        folds.append(Fold(f"{theme.heading}: {theme.people}", (inside,)))
    return tuple(folds)


def _excerpts(theme: PlacedTheme, words: Words) -> list[str]:
    return [text_id for text_id in theme.exemplars if text_id in words.quotable]


def _of_different_answers(text_ids: Sequence[str], answers: Mapping[str, _Answer]) -> list[str]:
    """Leave out a text whose whole answer is there already: the same answer twice, with other words marked, reads as two."""
    seen: set[str] = set()
    kept: list[str] = []
    for text_id in text_ids:
        answer = answers.get(text_id)
        if answer is None or answer.comment_id not in seen:
            kept.append(text_id)
            seen |= {answer.comment_id} if answer else set()
    return kept


def _in_context(quotes: Sequence[QuotedWords], answer: _Answer | None) -> tuple[QuotedWords, ...]:
    before, after = (answer.before, answer.after) if answer else ("", "")
    return tuple(QuotedWords(quote.words, quote.who, quote.reworded, before, after) for quote in quotes)


def _answers(source: RunResults, text_ids: set[str]) -> dict[str, _Answer]:
    """Return the first answer that has each text and that may be shown to the team."""
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
        str(row["text_id"]): _Answer(
            str(row["comment_id"]), str(row["answer"])[: row["start"]].strip(), str(row["answer"])[row["end"] :].strip()
        )
        for row in first.to_dict("records")
    }


def _groups(source: RunResults, theme: PlacedTheme) -> Facts:
    if not source.groups:
        return ()
    voices = source["voices"]
    rows = voices[(voices["theme_id"] == theme.theme_id) & (voices["group"] == source.groups[0]) & ~voices["suppressed"]]
    shares = [f"{level} {percent(share)}" for level, share in zip(rows["level"], rows["share"], strict=True)]
    return (("Groups, of those with a statement in any theme", ", ".join(shares)),) if shares else ()


def _near(names: Sequence[str]) -> Facts:
    return (("Like themes", "; ".join(names)),) if names else ()
