"""What the program is not sure of, and what was heard once."""

import numpy as np
import pandas as pd

from pipeline.methods.coder.suggestion import Abstention
from pipeline.methods.disclosure import Profile, disclose
from pipeline.methods.disclosure.quotable_words import Words
from pipeline.report.blocks import Block, Fold, Paragraph, Quotations, QuotedWords, ReportSection, TableBlock, nothing_to_show
from pipeline.report.numbers_in_words import NOT_SHOWN, number, number_shown, percent, sentence_case
from pipeline.report.quote_bank import quotes_of
from pipeline.report.shown_totals import texts_are_shown, texts_shown
from pipeline.workflow.results import RunResults


OPEN_QUOTATIONS = 8
NO_CODE = "no code came near"
NO_SUGGESTIONS = "The program suggests no code for anything that was said: all of it waits for people to read it."
OUTSIDE: Abstention = "outside the codebook"
NOT_SURE: Abstention = "not sure enough"
WHY_IT_MATTERS = "Such words are easily lost in counting, and may be what matters most."


def abstentions(suggestions: pd.DataFrame, texts: pd.DataFrame, members: pd.DataFrame, theme_codes: pd.DataFrame) -> pd.Series:
    """Return, for each text without a suggested code, why the program keeps silent.

    A text is outside the codebook where the likeliest code is unlikely and its theme, if it has one, has no code either. In
    a theme that has a code the program is only not sure enough.
    """
    ranked = suggestions.sort_values(["text_id", "rank"]).groupby("text_id")
    # The reason stands beside the code that came nearest; a text without any has none.
    reasons = ranked["abstained"].first().reindex(texts["text_id"])
    is_coded = ranked["suggested"].any().reindex(texts["text_id"], fill_value=False).astype(bool)
    placed = set(theme_codes.loc[theme_codes["code"].notna(), "theme_id"])
    in_codebook = set(members.loc[members["theme_id"].isin(placed), "text_id"])
    reasons = reasons[~is_coded].fillna(NO_CODE)
    return reasons.mask(reasons.eq(OUTSIDE) & reasons.index.isin(in_codebook), NOT_SURE)


def not_sure(source: RunResults) -> ReportSection:
    """Return how many things the program gives no code, by reason."""
    name, heading = "not-sure", "What the program is not sure of"
    if len(source["texts"]) and source.labels and not source["suggestions"]["suggested"].any():
        return ReportSection(name, heading, (Paragraph(NO_SUGGESTIONS),))
    reasons = silences(source)
    if reasons.empty:
        return nothing_to_show(name, heading, "The program suggests at least one code for everything that was said.")
    sentence = (
        f"The program suggests no code for {texts_of(source, len(reasons))}. It says so rather than guess. "
        "People should read these first."
    )
    return ReportSection(name, heading, (Paragraph(sentence), _reasons(source, reasons)))


def silences(source: RunResults) -> pd.Series:
    """Return why the program keeps silent on each text without a suggested code; none where it suggests no code at all.

    Without a codebook, or of so few answers that nothing is ever likely enough, silence is no finding.
    """
    if source["suggestions"].empty or not source["suggestions"]["suggested"].any():
        return pd.Series(dtype=object)
    return abstentions(source["suggestions"], source["texts"], source["members"], source["theme_codes"])


def texts_of(source: RunResults, n: int) -> str:
    """Say how many of all texts these are, as the table of reasons does: an exact number would undo its rounding."""
    some = number_shown(n, source.profile)
    if not texts_are_shown(source):
        return f"{some} of the different statements"
    shown, of = disclose(np.array([n, len(source["texts"])], dtype=float), source.profile)
    share = "" if np.isnan([shown, of]).any() else f" ({percent(min(shown / of, 1.0))})"
    return f"{some} of {texts_shown(source)} different statements{share}"


def _reasons(source: RunResults, reasons: pd.Series) -> TableBlock:
    spoken = source["segments"].merge(source["comments"][["comment_id", "response_id"]], on="comment_id")
    spoken["reason"] = spoken["text_id"].map(reasons)
    speakers = spoken.groupby("reason")["response_id"].nunique()
    everyone = spoken.dropna(subset="reason")["response_id"].nunique()
    n_people = speakers.reindex(reasons.value_counts().index, fill_value=0)
    few = n_people < source.profile.fewest
    if few.any() and not few.all():
        # What all reasons add up to would tell what is not shown, if only the few were not.
        few |= n_people == n_people[~few].min()
    rows = [
        (sentence_case(str(reason)), *(NOT_SHOWN if few[reason] else number_shown(n, source.profile) for n in figures))
        for reason, *figures in zip(n_people.index, reasons.value_counts(), n_people, strict=True)
    ]
    in_all = (number_shown(len(reasons), source.profile), number_shown(int(everyone), source.profile))
    return TableBlock(
        name="abstentions",
        caption="What the program gives no code, by reason",
        header=("Why it keeps silent", "Different statements", "People"),
        rows=(*rows, ("All reasons", *in_all)),
        numeric=(1, 2),
        note=f"A person may be counted under more than one reason. {sentence_case(source.profile.rule)}.",
    )


def heard_once(source: RunResults, words: Words) -> ReportSection:
    """Return what is unlike anything else that was said, in the words of those who agreed to be quoted."""
    name, heading = "heard-once", "Heard once"
    single = tuple(source["members"].loc[source["members"]["heard_once"], "text_id"])
    if not single:
        return nothing_to_show(name, heading, "Everything that was said is like something that somebody else said.")
    quoted = quotes_of(words, single)
    # Each is one person's, and those that are not quoted are of people who did not agree: of either few are not numbered.
    sentence = f"{sentence_case(number_shown(len(single), source.profile))} things were said that nothing else is like."
    silent = _silent(len(single) - len(quoted), words, quoted, source.profile)
    blocks: list[Block] = [Paragraph(f"{sentence} {WHY_IT_MATTERS}"), Quotations(quoted[:OPEN_QUOTATIONS], silent)]
    if more := quoted[OPEN_QUOTATIONS:]:
        blocks.append(Fold(f"{number(len(more))} more heard once", (Quotations(more),)))
    return ReportSection(name, heading, tuple(blocks))


def _silent(n: int, words: Words, quoted: tuple[QuotedWords, ...], profile: Profile) -> str:
    if not quoted:
        return words.none
    return sentence_case(f"{number_shown(n, profile)} more were said {words.others}.") if n else ""
