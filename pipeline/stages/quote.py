"""Pick excerpts that could be quoted, across groups; none is approved before people approve it."""

from types import SimpleNamespace

import pandas as pd

from pipeline.artefacts import empty_table
from pipeline.methods.captions import captions


PER_CODE = 6
MIN_WORDS = 4
COLUMNS = ["segment_id", "code", "text", "caption", "reason", "consent", "approved", "wording", "refused"]


def quote(
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    comments: pd.DataFrame,
    people: pd.DataFrame,
    members: pd.DataFrame,
    suggestions: pd.DataFrame,
    approvals: pd.DataFrame,
    *,
    settings: SimpleNamespace,
) -> pd.DataFrame:
    """Return candidates for each code: the typical of each group, and the most distinct; at most one per person.

    What people have decided about stays among them, so that a later run takes no quotation away that was approved.
    """
    found = (
        codings[["segment_id", "code"]]
        .merge(segments, on="segment_id")
        .merge(
            comments.loc[comments["consent"].isin(["quote", "paraphrase"]), ["comment_id", "response_id", "consent"]],
            on="comment_id",
        )
    )
    found = found[found["text"].map(lambda text: len(text.split())) >= MIN_WORDS]
    if found.empty:
        return empty_table("quotes")
    found = found.merge(suggestions[["text_id", "code", "score"]], on=["text_id", "code"], how="left").merge(
        members[["text_id", "similarity"]], on="text_id"
    )
    # A code that only people gave has no score of the model's, and is surer than any.
    found["score"] = found["score"].fillna(1.0)
    found["caption"] = found["response_id"].map(_captions(people, settings)).fillna("")
    found = found.merge(approvals[["segment_id", "text_id", "outcome", "wording"]], on=["segment_id", "text_id"], how="left")
    picked = [_pick(rows) for _, rows in found.groupby("code", sort=True)]
    return pd.concat(picked, ignore_index=True)[COLUMNS]


def _captions(people: pd.DataFrame, settings: SimpleNamespace) -> dict[str, str]:
    # One attribute only: two together may point to a person.
    group = next(iter(settings.count.groups or settings.intake.attributes), "")
    rows = people[people["attribute"] == group]
    return captions([dict(zip(rows["response_id"], rows["value"], strict=True))])


def _pick(rows: pd.DataFrame) -> pd.DataFrame:
    decided = rows[rows["outcome"].notna()].assign(reason="typical")
    waiting = rows[~rows["response_id"].isin(decided["response_id"])]
    n = PER_CODE - int((decided["outcome"] != "refused").sum())
    picked = pd.concat([decided, *([_candidates(waiting).head(n)] if n > 0 else [])])
    return picked.assign(
        approved=picked["outcome"].isin(["approved", "reworded"]),
        wording=picked["wording"].fillna(""),
        refused=picked["outcome"] == "refused",
    )


def _candidates(rows: pd.DataFrame) -> pd.DataFrame:
    ordered = rows.sort_values(["score", "segment_id"], ascending=[False, True]).drop_duplicates("response_id")
    typical = ordered.groupby("caption", sort=True).head(1).assign(reason="typical")
    rest = ordered[~ordered["segment_id"].isin(typical["segment_id"])]
    distinct = rest.sort_values(["similarity", "segment_id"]).head(max(PER_CODE - len(typical), 1)).assign(reason="distinct")
    return pd.concat([typical, distinct])
