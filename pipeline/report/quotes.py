"""Quotations: those that people have approved leave; each other candidate stays, with the reason."""

from dataclasses import dataclass

import pandas as pd

from pipeline.consent import Words
from pipeline.methods.disclosure.identifying import may_identify, pointers
from pipeline.report.source import read_source
from pipeline.study import Study


GONE = "the answer is no longer in the data"
WITHDRAWN = "the person does not, or no longer, agree to be quoted"
REWORDING = "the person agreed to rewording only, and no rewording has been approved"
WAITING = "nobody has approved it yet"
REFUSED = "people decided against it"
POINTS = "what comes together in it (such as {}) may point at the person; approve a rewording without that"
COLUMNS = ["segment_id", "code", "caption", "reason", "text"]


@dataclass(frozen=True)
class Release:
    """Which candidates leave, and why each other one stays."""

    approved: pd.DataFrame
    withheld: pd.DataFrame

    @property
    def figures(self) -> dict[str, int]:
        """Number of quotations approved, and withheld for each reason."""
        reasons = self.withheld["why"].value_counts()
        return {"approved": len(self.approved), **{str(reason): int(n) for reason, n in reasons.items()}}


def release(quotes: pd.DataFrame, segments: pd.DataFrame, comments: pd.DataFrame) -> Release:
    """Sort candidates by what the people who said them allow today, whatever was noted when they were picked.

    Where people approved a rewording, it leaves in place of what was said.
    """
    spoken = segments[["segment_id", "comment_id"]].merge(comments[["comment_id", "consent", "set_aside"]], on="comment_id")
    today = spoken[spoken["set_aside"].isna()].set_index("segment_id")["consent"]
    consent = quotes["segment_id"].map(today)
    rows = zip(consent, quotes["consent"], quotes["approved"], quotes["wording"], quotes["refused"], strict=True)
    why = [_why(now, then, approved=bool(yes), reworded=bool(other), refused=bool(no)) for now, then, yes, other, no in rows]
    quotes = quotes.assign(text=quotes["text"].mask(quotes["wording"] != "", quotes["wording"]))
    why = [reason or _pointing(text) for reason, text in zip(why, quotes["text"], strict=True)]
    reasons = pd.Series(why, index=quotes.index, dtype="object")
    leaves = reasons.isna()
    withheld = quotes.loc[~leaves, ["segment_id", "code"]].assign(why=reasons[~leaves])
    return Release(quotes.loc[leaves, COLUMNS].reset_index(drop=True), withheld.reset_index(drop=True))


def _why(now: object, then: str, *, approved: bool, reworded: bool, refused: bool) -> str | None:
    if not isinstance(now, str):
        return GONE
    if now not in ("quote", "paraphrase"):
        return WITHDRAWN
    if refused:
        return REFUSED
    if "paraphrase" in (now, then) and not (approved and reworded):
        return REWORDING
    return None if approved else WAITING


def _pointing(text: str) -> str | None:
    return POINTS.format(" and ".join(pointers(text))) if may_identify(text) else None


def quote_figures(study: Study) -> dict[str, int]:
    """Return how many quotations are approved, and how many are withheld for each reason."""
    source = read_source(study, ("quotes", "segments", "comments"))
    return release(source["quotes"], source["segments"], source["comments"]).figures


def approved_words(quotes: pd.DataFrame, segments: pd.DataFrame, comments: pd.DataFrame) -> Words:
    """Return the words that people have approved, or the rewordings; all others stay with the team."""
    found = release(quotes, segments, comments)
    texts = found.approved.merge(segments[["segment_id", "text_id"]], on="segment_id")
    waiting = found.withheld.loc[found.withheld["why"] == WAITING, "segment_id"].nunique()
    return Words(dict(zip(texts["text_id"], texts["text"], strict=True)), released=True, n_waiting=int(waiting))
