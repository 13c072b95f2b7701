"""Where people disagreed: the readings of contested excerpts side by side, by group of readers and never by name."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from pipeline.methods.disclosure.quotable_words import Words
from pipeline.report.blocks import Block, Fold, Paragraph, ReportSection, TableBlock, nothing_to_show, quote_in_words
from pipeline.report.numbers_in_words import number
from pipeline.report.quote_bank import quotes_of
from pipeline.runtime.plurals import listed, n_of
from pipeline.workflow.results import RunResults


OPEN_ROWS = 12
NONE = "People read the same excerpts alike: no code is contested."
WHY = (
    "These are not mistakes to be voted away: they show where words can be read in more than one way, often by people with other "
    "experience. Both readings are kept, and both are counted as contested."
)
NO_CODE = "no code"
_WHY_NOT = {
    False: "as the person has not agreed to be quoted",
    True: "as nobody has approved it yet or the person has not agreed to be quoted",
}
NOBODY_YET = "Nobody has read the same excerpt as somebody else yet, so nobody can have read it differently."


def disagreements(source: RunResults, words: Words) -> ReportSection:
    """Return contested excerpts with each reading, in the words of those who agreed to be quoted."""
    name, heading = "disagreements", "Where people disagreed"
    contested = source["codings"][source["codings"]["status"] == "contested"]
    made = source["decisions"].merge(source["segments"][["segment_id", "text_id"]], on=["segment_id", "text_id"])
    # "Not sure" and "skip" are no readings.
    made = made[made["outcome"].isin(["codes", "none"])]
    if contested.empty:
        twice = bool((made.groupby("segment_id")["reviewer"].nunique() > 1).any()) if len(made) else False
        return nothing_to_show(name, heading, NONE if twice else NOBODY_YET)
    rows = list(_rows(source, made, contested, words))
    n, shown = contested["segment_id"].nunique(), len(rows)
    sentence = f"People read {n_of(n, 'excerpt')} differently. {WHY}"
    held = f" {n_of(n - shown, 'is', 'are')} not shown, {_WHY_NOT[words.released]}." if shown < n else ""
    blocks: list[Block] = [Paragraph(sentence + held), _codes(source, contested)]
    if rows:
        blocks.append(_table("readings", rows[:OPEN_ROWS]))
    if rows[OPEN_ROWS:]:
        blocks.append(Fold(f"{number(len(rows) - OPEN_ROWS)} more", (_table("more-readings", rows[OPEN_ROWS:]),)))
    return ReportSection(name, heading, tuple(blocks))


def _codes(source: RunResults, contested: pd.DataFrame) -> TableBlock:
    counts = contested["code"].value_counts()
    rows = tuple((source.label(str(code)), number(n)) for code, n in counts.items())
    return TableBlock("contested-codes", "Codes that are contested", ("Code", "Excerpts"), rows, numeric=(1,))


def _table(name: str, rows: list[tuple[str, str]]) -> TableBlock:
    return TableBlock(name, "Excerpts that people read differently, and how", ("What was said", "How it was read"), tuple(rows))


def _rows(source: RunResults, made: pd.DataFrame, contested: pd.DataFrame, words: Words) -> Iterator[tuple[str, str]]:
    consent = source["segments"].merge(source["comments"][["comment_id", "consent"]], on="comment_id").set_index("segment_id")
    for segment_id in dict.fromkeys(contested["segment_id"]):
        place: dict[str, Any] = consent.loc[segment_id].to_dict()
        # The person who said it here must have agreed, and not only somebody else who used the same words.
        if place["consent"] == "quote" and place["text_id"] in words.quotable:
            (quote,) = quotes_of(words, [place["text_id"]])
            yield quote_in_words(quote), "\n".join(_readings(source, made[made["segment_id"] == segment_id]))


def _readings(source: RunResults, made: pd.DataFrame) -> Iterator[str]:
    labels = [listed([source.label(code) for code in codes.split("|")]) if codes else NO_CODE for codes in made["codes"]]
    for reading, rows in made.assign(reading=labels).groupby("reading", sort=True):
        readers = rows.groupby("reviewer_group")["reviewer"].nunique()
        yield f"{reading}: {listed([f'{group} ({number(n)})' for group, n in readers.items()])}"
