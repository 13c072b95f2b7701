"""What people said of excerpts, with what they agreed on when they talked about them in the place of what each said before."""

import pandas as pd


def as_agreed(decisions: pd.DataFrame, discussions: pd.DataFrame) -> pd.DataFrame:
    """Return the decisions with the codes agreed on since; where a talk was left contested, each person's own stand."""
    agreed = discussions[discussions["outcome"] == "agreed"].set_index("segment_id")["codes"]
    touched = decisions["segment_id"].isin(agreed.index) & decisions["outcome"].isin(["codes", "none"])
    if not touched.any():
        return decisions
    codes = decisions["segment_id"].map(agreed).where(touched, decisions["codes"])
    outcome = codes.map(lambda given: "codes" if given else "none").where(touched, decisions["outcome"])
    return decisions.assign(codes=codes.astype(decisions["codes"].dtype), outcome=outcome.astype(decisions["outcome"].dtype))
