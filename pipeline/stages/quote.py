"""Pick excerpts that could be quoted, in balance; none is approved before people approve it.

For each code: what is typical of each group, what a group said that seldom speaks of it (minority), what was read in two ways or
said against the run of the answers (dissenting), and what is unlike the rest (distinct). At most `per_group` of a group, and at
most `per_person` of a person over all codes, so that no loud voice fills the bank.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from types import SimpleNamespace
from typing import Any

import pandas as pd

from pipeline.artefacts import empty_table
from pipeline.methods.disclosure import PROFILES
from pipeline.methods.disclosure.identifying import captions
from pipeline.study import Quote


MIN_WORDS = 4
COLUMNS = ["segment_id", "code", "text", "caption", "reason", "consent", "approved", "wording", "refused"]
_OPPOSITE = {"good": "better", "better": "good"}
_RUN = 0.7


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
    """Return candidates for each code: typical, minority, dissenting and distinct voices.

    What people have decided about stays among them, so that a later run takes no quotation away that was approved.
    """
    found = (
        codings[["segment_id", "code", "status"]]
        .merge(segments, on="segment_id")
        .merge(
            comments.loc[comments["consent"].isin(["quote", "paraphrase"]), ["comment_id", "response_id", "frame", "consent"]],
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
    captioned = who_said(people, settings, fewest=PROFILES[settings.count.profile].fewest)
    found["caption"] = [captioned.get(person, "") for person in found["response_id"]]
    found = found.merge(approvals[["segment_id", "text_id", "outcome", "wording"]], on=["segment_id", "text_id"], how="left")
    let_go = found[found["outcome"].isin(["approved", "reworded"])]
    taken: Counter[str] = Counter(let_go.drop_duplicates("segment_id")["response_id"])
    # The code with fewest voices picks first: or else those who spoke of it might be spent on a code with many.
    sizes = found.groupby("code")["response_id"].nunique().sort_values(kind="stable")
    picked = {code: _pick(found[found["code"] == code], taken, settings.quote) for code in sizes.index}
    return pd.concat([picked[code] for code in sorted(picked)], ignore_index=True)[COLUMNS]


def who_said(people: pd.DataFrame, settings: Any, *, fewest: int) -> dict[str, str]:
    """Return a caption for each person by the groups the study compares, in no more words than so many people share."""
    groups = settings.count.groups or settings.intake.attributes[:1]
    known = people[people["attribute"].isin(groups)].pivot(index="response_id", columns="attribute", values="value")
    # As categories, or each person would have words of their own in memory.
    values = known.reindex(columns=list(groups)).fillna("").astype("category")
    return captions(dict(zip(values.index, values.itertuples(index=False, name=None), strict=True)), fewest)


def _pick(rows: pd.DataFrame, taken: Counter[str], plan: Quote) -> pd.DataFrame:
    """Return what people have decided about, and as many candidates as are wanted beside; note whose words they are."""
    voices = rows.assign(reason=_reasons(rows))
    decided = voices[voices["outcome"].notna()]
    n = plan.per_code - int((decided["outcome"] != "refused").sum())
    waiting = voices[voices["outcome"].isna() & ~voices["response_id"].isin(decided["response_id"])]
    chosen = _balanced(waiting, taken, n, plan)
    picked = pd.concat([decided, waiting[waiting["segment_id"].isin(chosen)]])
    return picked.assign(
        approved=picked["outcome"].isin(["approved", "reworded"]),
        wording=picked["wording"].fillna(""),
        refused=picked["outcome"] == "refused",
    )


def _reasons(rows: pd.DataFrame) -> "pd.Series":
    """Say of each excerpt why it would be picked."""
    middle = rows["similarity"].median()
    reasons = pd.Series("typical", index=rows.index).mask(rows["similarity"] < middle, "distinct")
    people = rows.groupby("caption")["response_id"].nunique().drop("", errors="ignore")
    if len(people) > 1:
        rare = people[people * 2 * len(people) < people.sum()].index
        reasons = reasons.mask(rows["caption"].isin(rare), "minority")
    frames = rows["frame"].value_counts(normalize=True)
    against = _OPPOSITE.get(str(frames.index[0]), "") if frames.iloc[0] >= _RUN else ""
    return reasons.mask((rows["status"] == "contested") | (rows["frame"] == against), "dissenting")


def _balanced(rows: pd.DataFrame, taken: Counter[str], n: int, plan: Quote) -> list[str]:
    """Go round the reasons, and within each the groups heard least so far, until there are enough or none is left."""
    # Voices that are few come first, or the many would have filled their group's places.
    order = {reason: list[Mapping[Hashable, Any]]() for reason in ("dissenting", "minority", "typical", "distinct")}
    ranked = rows.sort_values(["score", "segment_id"], ascending=[False, True])
    for voice in ranked.to_dict("records"):
        order[voice["reason"]].append(voice)
    order["distinct"].sort(key=lambda row: (row["similarity"], row["segment_id"]))
    chosen: list[str] = []
    groups: Counter[str] = Counter()
    while len(chosen) < n and any(order.values()):
        for reason in order:
            row = _next(order[reason], groups, taken, plan)
            if row is not None and len(chosen) < n:
                chosen.append(row["segment_id"])
                groups[row["caption"]] += 1
                taken[row["response_id"]] += 1
    return chosen


def _next(
    rows: list[Mapping[Hashable, Any]], groups: Counter[str], taken: Counter[str], plan: Quote
) -> Mapping[Hashable, Any] | None:
    """Take out the best of the group that has been heard least; None where nobody is left who may still be heard."""
    rows[:] = [
        row
        for row in rows
        if taken[row["response_id"]] < plan.per_person and (not row["caption"] or groups[row["caption"]] < plan.per_group)
    ]
    if not rows:
        return None
    best = min(range(len(rows)), key=lambda place: (groups[rows[place]["caption"]], place))
    return rows.pop(best)
