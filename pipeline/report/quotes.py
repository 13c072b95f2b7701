"""Quotations: those that people have approved leave; each other candidate stays, with the reason."""

from dataclasses import dataclass

import pandas as pd

from pipeline.consent import Words
from pipeline.methods.disclosure.identifying import may_identify, pointers
from pipeline.methods.rewording import too_like
from pipeline.report.source import read_source
from pipeline.study import Study


GONE = "the answer is no longer in the data"
WITHDRAWN = "the person does not, or no longer, agree to be quoted"
REWORDING = "the person agreed to rewording only, and no rewording has been approved"
CHANGED = "its words are other ones since it was approved, as they were masked or split anew; approve it again"
NOT_LISTED = "the last run did not list it; run the study again (`themes run`)"
WAITING = "nobody has approved it yet"
REFUSED = "people decided against it"
SAME = "what was approved as a rewording is still what was said ({}); approve other words"
POINTS = "what comes together in it (such as {}) may point at the person; approve a rewording without that"
COLUMNS = ["segment_id", "code", "caption", "reason", "text"]
RECORD = ["segment_id", "text_id", "outcome", "wording", "stands"]


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


def release(
    quotes: pd.DataFrame, segments: pd.DataFrame, comments: pd.DataFrame, approvals: pd.DataFrame | None = None
) -> Release:
    """Sort candidates by what the people who said them allow today, whatever was noted when they were picked.

    Where people approved a rewording, it leaves in place of what was said. `approvals` is what people have decided up to now:
    what was taken back since the last run stays, and an excerpt that was approved and is no candidate any more is listed.
    """
    spoken = segments[["segment_id", "comment_id"]].merge(comments[["comment_id", "consent", "set_aside"]], on="comment_id")
    today = spoken[spoken["set_aside"].isna()].set_index("segment_id")["consent"]
    approvals = pd.DataFrame(columns=RECORD) if approvals is None else approvals
    quotes = _as_decided(quotes, segments, approvals)
    consent = quotes["segment_id"].map(today)
    rows = zip(consent, quotes["consent"], quotes["approved"], quotes["wording"], quotes["refused"], strict=True)
    why = [_why(now, then, approved=bool(yes), reworded=bool(other), refused=bool(no)) for now, then, yes, other, no in rows]
    why = [CHANGED if reason == WAITING and stale else reason for reason, stale in zip(why, quotes["stale"], strict=True)]
    pairs = zip(why, quotes["text"], quotes["wording"], strict=True)
    why = [reason or (_same_words(said, words) if words else None) for reason, said, words in pairs]
    quotes = quotes.assign(text=quotes["text"].mask(quotes["wording"] != "", quotes["wording"]))
    why = [reason or _pointing(text) for reason, text in zip(why, quotes["text"], strict=True)]
    reasons = pd.Series(why, index=quotes.index, dtype="object")
    leaves = reasons.isna()
    withheld = quotes.loc[~leaves, ["segment_id", "code"]].assign(why=reasons[~leaves])
    lost = _no_candidates(approvals, quotes, segments, today)
    return Release(quotes.loc[leaves, COLUMNS].reset_index(drop=True), pd.concat([withheld, lost], ignore_index=True))


def _as_decided(quotes: pd.DataFrame, segments: pd.DataFrame, approvals: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates with what people have decided up to now; `stale` where it was about words that changed since."""
    said = approvals.set_index("segment_id")
    outcome = quotes["segment_id"].map(said["outcome"].where(said["stands"].astype(bool), "taken back"))
    on_record = outcome.notna()
    texts = quotes["segment_id"].map(segments.set_index("segment_id")["text_id"])
    stale = on_record & (outcome != "taken back") & (quotes["segment_id"].map(said["text_id"]) != texts)
    wording = quotes["segment_id"].map(said["wording"]).where((outcome == "reworded") & ~stale, "")
    return quotes.assign(
        approved=quotes["approved"].mask(on_record, outcome.isin(["approved", "reworded"]) & ~stale).astype(bool),
        refused=quotes["refused"].mask(on_record, (outcome == "refused") & ~stale).astype(bool),
        wording=quotes["wording"].mask(on_record, wording).astype(str),
        stale=stale,
    )


def _no_candidates(
    approvals: pd.DataFrame, quotes: pd.DataFrame, segments: pd.DataFrame, today: "pd.Series[str]"
) -> pd.DataFrame:
    """Return why each excerpt that people approved, and that is no candidate any more, does not leave."""
    let = approvals[approvals["stands"].astype(bool) & approvals["outcome"].isin(["approved", "reworded"])]
    let = let[~let["segment_id"].isin(quotes["segment_id"])]
    texts = dict(zip(segments["segment_id"], segments["text_id"], strict=True))
    rows = [
        (segment_id, "", _why_not(today.get(segment_id), same=texts.get(segment_id) == text_id))
        for segment_id, text_id in zip(let["segment_id"], let["text_id"], strict=True)
    ]
    return pd.DataFrame(rows, columns=["segment_id", "code", "why"])


def _why_not(consent: object, *, same: bool) -> str:
    if not isinstance(consent, str):
        return GONE
    if consent not in ("quote", "paraphrase"):
        return WITHDRAWN
    return NOT_LISTED if same else CHANGED


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


def _same_words(said: str, words: str) -> str | None:
    alike = too_like(said, words)
    return SAME.format(alike) if alike else None


def _pointing(text: str) -> str | None:
    return POINTS.format(" and ".join(pointers(text))) if may_identify(text) else None


def quote_figures(study: Study) -> dict[str, int]:
    """Return how many quotations are approved, and how many are withheld for each reason."""
    source = read_source(study, ("quotes", "segments", "comments"))
    return release(source["quotes"], source["segments"], source["comments"], source.approvals).figures


def approved_words(quotes: pd.DataFrame, segments: pd.DataFrame, comments: pd.DataFrame, approvals: pd.DataFrame) -> Words:
    """Return the words that people have approved, or the rewordings; all others stay with the team."""
    found = release(quotes, segments, comments, approvals)
    texts = found.approved.merge(segments[["segment_id", "text_id"]], on="segment_id")
    waiting = found.withheld.loc[found.withheld["why"] == WAITING, "segment_id"].nunique()
    return Words(dict(zip(texts["text_id"], texts["text"], strict=True)), released=True, n_waiting=int(waiting))
