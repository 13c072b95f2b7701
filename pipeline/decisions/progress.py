"""How far people have come with checking."""

from dataclasses import dataclass

import pandas as pd

from pipeline.codebook.codebook import Codebook
from pipeline.runtime.plurals import agreeing, n_of


@dataclass(frozen=True)
class Progress:
    """How many excerpts people have decided on, and what of it does not count as things stand."""

    decided: int
    excerpts: int
    contested: int
    reviewers: int
    not_sure: int
    about_text_gone: int
    with_codes_gone: int
    not_learnt: int

    @property
    def share(self) -> float:
        """Share of the excerpts that people have decided on."""
        return self.decided / self.excerpts if self.excerpts else 0.0

    def sentences(self) -> list[str]:
        """Say it in plain English."""
        if not self.reviewers:
            return ["Not yet checked by people."]
        they = agreeing(self.not_learnt, "it", "they")
        also = (
            (self.not_sure, "excerpt", "that somebody was not sure of or skipped"),
            (self.about_text_gone, "decision", "about text no longer in the data"),
            (self.with_codes_gone, "decision", "with codes that the codebook no longer has"),
            (self.not_learnt, "decision", f"the coder has not learnt from; `themes learn` shows what {they} would change"),
        )
        excerpts = n_of(self.excerpts, "excerpt")
        checked = f"Checked by people: {self.decided:,} of {excerpts} ({self.share:.0%}); {self.contested:,} contested."
        return [checked, *(f"{n_of(n, what)} {more}" for n, what, more in also if n)]


def measure_progress(
    segments: pd.DataFrame, decisions: pd.DataFrame, lessons: pd.DataFrame, discussions: pd.DataFrame, codebook: Codebook
) -> Progress:
    """Return how far people have come with these excerpts."""
    # A decision is about a text: after a run that found another text in the place it does not count.
    present = decisions.merge(segments[["segment_id", "text_id"]], on=["segment_id", "text_id"])
    counted = present[present["outcome"].isin(["codes", "none"])]
    codes = counted["codes"].map(lambda joined: frozenset(joined.split("|")))
    in_codebook = {code.code for code in codebook.codes} | {""}
    return Progress(
        decided=counted["segment_id"].nunique(),
        excerpts=len(segments),
        contested=_contested(codes.groupby(counted["segment_id"]).nunique() > 1, segments, discussions),
        reviewers=decisions["reviewer"].nunique(),
        not_sure=present.loc[~present["outcome"].isin(["codes", "none"]), "segment_id"].nunique(),
        about_text_gone=len(decisions) - len(present),
        with_codes_gone=int(sum(not named <= in_codebook for named in codes)),
        not_learnt=int((~counted["decision_id"].isin(lessons["decision_id"])).sum()),
    )


def _contested(differ: "pd.Series[bool]", segments: pd.DataFrame, discussions: pd.DataFrame) -> int:
    """Return how many excerpts people read differently: as they decided, or as it was left where they talked about it."""
    talked = discussions.merge(segments[["segment_id", "text_id"]], on=["segment_id", "text_id"])
    left = set(differ.index[differ]) - set(talked["segment_id"])
    return len(left) + int((talked["outcome"] == "contested").sum())
