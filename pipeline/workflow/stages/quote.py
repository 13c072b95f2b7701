"""Pick excerpts that could be quoted, in balance; none is approved before people approve it.

For each code: what is typical of each group, what a group said that seldom speaks of it (minority), what was read in two ways or
said against the run of the answers (dissenting), and what is unlike the rest (distinct). Of each kind, what people gave the
code comes first, and then excerpts of 15 to 50 words. At most `per_group` of a group, and at
most `per_person` of a person over all codes, so that no loud voice fills the bank.

What is quoted of an excerpt of few words is a passage: the excerpt with its neighbours in the same answer.
"""

from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.methods.disclosure import PROFILES
from pipeline.methods.disclosure.indirect_identifiers import captions_of
from pipeline.methods.disclosure.quoted_passages import LEAST_TELLING, MOST_TELLING, QuotedPart, passage, quoted_id
from pipeline.study.study_settings import Quote, compared_groups
from pipeline.tables.lazy import Rows, select, text_column
from pipeline.tables.lookup import Places, factorize, index_in, levels, take
from pipeline.tables.parquet import empty_table


MIN_WORDS = 4
REASONS = ("dissenting", "minority", "typical", "distinct")
"""Why an excerpt would be picked. Voices that are few come first, or the many would have filled their group's places."""
COLUMNS = ["segment_id", "code", "text", "caption", "reason", "consent", "approved", "wording", "refused"]
NO_CODE = ""
"""Of what people decided about, and nothing gives a code any more."""
_OPPOSITE = {"good": "better", "better": "good"}
_RUN = 0.7


class _Voice(NamedTuple):
    """What may be picked: where the excerpt stands, and the numbers of its person, its caption (-1: none) and its reason."""

    place: int
    person: int
    caption: int
    reason: int


def quote(
    codings: pd.DataFrame,
    segments: Rows,
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
    decided = _decided(approvals, segments)
    candidates = _quotable(codings, segments, comments)
    texts = select(text_column(segments), candidates["place"])
    # Split no further than needed to know that there are words enough, and not too many.
    n_words = np.fromiter((len(text.split(maxsplit=MOST_TELLING)) for text in texts), dtype=np.int8)
    candidates = candidates.assign(telling=(n_words >= LEAST_TELLING) & (n_words <= MOST_TELLING))[n_words >= MIN_WORDS]
    candidates = _with_decided(candidates, decided, segments, comments)
    if candidates.empty:
        return empty_table("quotes")
    candidates = candidates.assign(
        rank=take(segments["segment_id"], candidates["place"]).rank(method="first").to_numpy(dtype=np.int32)
    )
    candidates = _scored(candidates, take(segments["text_id"], candidates["place"]), members, suggestions, decided)
    (numbers,), speakers = factorize(take(comments["response_id"], candidates["comment"]))
    persons, captioned = _captioned(people, settings, fewest=PROFILES[settings.count.profile].fewest)
    captions = captioned.take(index_in(speakers, persons), allow_fill=True).codes
    candidates = candidates.assign(person=numbers, caption=captions[numbers])
    candidates = candidates.merge(decided[["place", "outcome", "wording"]], on="place", how="left")
    # What people have approved counts first, in how much of a person may be quoted.
    let_go = candidates[candidates["outcome"].isin(["approved", "reworded"])]
    heard: Counter[int] = Counter(let_go.drop_duplicates("place")["person"])
    # The code with fewest voices picks first: or else those who spoke of it might be spent on a code with many.
    sizes = candidates.groupby("code", observed=True)["person"].nunique().sort_values(kind="stable")
    picked = {code: _pick(candidates[candidates["code"] == code], heard, settings.quote) for code in sizes.index}
    together = pd.concat([picked[code] for code in sorted(picked)], ignore_index=True)
    return _in_full(together, segments, [*captioned.categories, ""], decided)


def who_said(people: pd.DataFrame, settings: Any, *, fewest: int) -> dict[str, str]:
    """Return a caption for each person by the groups the study compares, in no more words than so many people share."""
    persons, captioned = _captioned(people, settings, fewest=fewest)
    is_captioned = captioned.notna()
    return dict(zip(persons[is_captioned], captioned[is_captioned], strict=True))


def _captioned(people: pd.DataFrame, settings: Any, *, fewest: int) -> tuple[pd.Series, pd.Categorical]:
    """Return everybody of whom something is known, and for each a caption; missing where too few would share it."""
    groups = compared_groups(settings)
    _, persons = factorize(people.loc[people["attribute"].isin(groups), "response_id"])
    if persons.empty:
        return persons, pd.Categorical([], categories=[])
    values = pd.DataFrame(levels(people, persons, groups, unknown=""))
    kinds = values.groupby([*values], observed=True, sort=False).ngroup().to_numpy()
    owns = list(values.drop_duplicates().itertuples(index=False, name=None))
    caption_of = captions_of(dict(zip(owns, np.bincount(kinds), strict=True)), fewest)
    return persons, pd.Categorical([caption_of.get(own) for own in owns], categories=sorted(set(caption_of.values()))).take(kinds)


def _quotable(codings: pd.DataFrame, segments: Rows, comments: pd.DataFrame) -> pd.DataFrame:
    """Return what is coded and may be quoted: code and status, and the places of excerpt and comment in their tables.

    Words and ids are looked up only of what is picked: with those of every coding the table would be many times as large.
    """
    place = index_in(codings["segment_id"], segments["segment_id"])
    may_be = comments["consent"].isin(["quote", "paraphrase"]).to_numpy()
    rows = np.flatnonzero(place >= 0)
    comment = index_in(take(segments["comment_id"], place[rows]), comments["comment_id"])
    rows, comment = rows[comment >= 0], comment[comment >= 0]
    rows, comment = rows[may_be[comment]], comment[may_be[comment]]
    return pd.DataFrame(
        {
            "place": place[rows],
            "comment": comment,
            "code": pd.Categorical(codings["code"])[rows],
            "status": pd.Categorical(codings["status"])[rows],
            "frame": pd.Categorical(comments["frame"]).take(comment),
            "consent": pd.Categorical(comments["consent"]).take(comment),
        }
    )


def _scored(
    candidates: pd.DataFrame, text_ids: pd.Series, members: pd.DataFrame, suggestions: pd.DataFrame, decided: pd.DataFrame
) -> pd.DataFrame:
    """Add the score of the code and how near the text is to the middle of its theme, where it has one.

    What has none is left out, unless people have decided about it.
    """
    (numbers,), texts = factorize(text_ids)
    at = index_in(suggestions["text_id"], texts)
    codes = pd.Categorical(suggestions["code"][at >= 0]).set_categories(candidates["code"].cat.categories)
    scores = pd.DataFrame({"text": at[at >= 0], "code": codes, "score": suggestions["score"].to_numpy()[at >= 0]})
    member = index_in(texts, members["text_id"])[numbers]
    similarity = members["similarity"].reset_index(drop=True).reindex(member).to_numpy()
    candidates = candidates.assign(text=numbers, similarity=similarity)[
        (member >= 0) | candidates["place"].isin(decided["place"]).to_numpy()
    ]
    candidates = candidates.merge(scores, on=["text", "code"], how="left")
    # A code that only people gave has no score of the model's, and is surer than any.
    return candidates.assign(score=candidates["score"].fillna(1.0))


def _decided(approvals: pd.DataFrame, segments: Rows) -> pd.DataFrame:
    """Return place, outcome and wording of what people decided about words that are still the same, and the words `quoted`."""
    place = index_in(approvals["segment_id"], segments["segment_id"])
    approvals, place = approvals[place >= 0], place[place >= 0]
    own_ids = take(segments["text_id"], place).to_numpy()
    excerpts = list(select(text_column(segments), place))
    wide = _passages(segments, place)
    ids = [quoted_id(*words) for words in zip(wide, excerpts, own_ids, strict=True)]
    # What was approved before stays for the words that were read then, be they the excerpt alone or the passage.
    alone = approvals["text_id"].to_numpy() == own_ids
    same = alone | (approvals["text_id"].to_numpy() == np.array(ids, dtype=object))
    quoted = [excerpt if is_alone else words for excerpt, words, is_alone in zip(excerpts, wide, alone, strict=True)]
    decided: pd.DataFrame = approvals[["outcome", "wording"]].assign(place=place, quoted=quoted)[same]
    return decided


def _passages(segments: Rows, places: Places) -> list[str]:
    """Return what would be quoted of excerpts: each with its neighbours where it is short."""
    if not len(places):
        return []
    answers = pd.Series(take(segments["comment_id"], places).unique())
    rows = np.flatnonzero(index_in(segments["comment_id"], answers) >= 0).astype(np.int32)
    near = pd.DataFrame({name: take(segments[name], rows).to_numpy() for name in ("comment_id", "start", "end")})
    near = near.assign(text=list(select(text_column(segments), rows)), place=rows)
    quoted: dict[int, str] = {}
    wanted = set(places.tolist())
    for _, own in near.sort_values(["comment_id", "start"]).groupby("comment_id", sort=False):
        pieces = [QuotedPart(*row) for row in own[list(QuotedPart._fields)].itertuples(index=False, name=None)]
        quoted |= {place: passage(pieces, n) for n, place in enumerate(own["place"].tolist()) if place in wanted}
    return [quoted[place] for place in places.tolist()]


def _with_decided(candidates: pd.DataFrame, decided: pd.DataFrame, segments: Rows, comments: pd.DataFrame) -> pd.DataFrame:
    """Add, under no code, what people decided about and nothing gives a code any more, or it would be gone without a word."""
    place = decided.loc[~decided["place"].isin(candidates["place"]), "place"].to_numpy()
    comment = index_in(take(segments["comment_id"], place), comments["comment_id"])
    place, comment = place[comment >= 0], comment[comment >= 0]
    may_be = comments["consent"].isin(["quote", "paraphrase"]).to_numpy()[comment]
    place, comment = place[may_be], comment[may_be]
    if not len(place):
        return candidates
    rows = {"place": place, "comment": comment, "code": NO_CODE, "status": "", "frame": comments["frame"].to_numpy()[comment]}
    more = pd.DataFrame({**rows, "consent": comments["consent"].to_numpy()[comment]})
    columns = ["code", "status", "frame", "consent"]
    more = more.assign(telling=False)
    both = pd.concat([candidates.astype(dict.fromkeys(columns, "object")), more], ignore_index=True)
    return both.astype(dict.fromkeys(columns, "category"))


def _in_full(picked: pd.DataFrame, segments: Rows, captions: list[str], decided: pd.DataFrame) -> pd.DataFrame:
    """Put words in the place of numbers; the last of `captions` stands for none."""
    passages = _passages(segments, picked["place"].to_numpy(dtype=np.int32))
    kept = dict(zip(decided["place"], decided["quoted"], strict=True))
    quoted = [kept.get(place, words) for place, words in zip(picked["place"], passages, strict=True)]
    return picked.assign(
        segment_id=take(segments["segment_id"], picked["place"]),
        text=pd.Series(quoted, dtype="str"),
        code=picked["code"].astype("str"),
        consent=picked["consent"].astype("str"),
        caption=pd.Series([captions[number] for number in picked["caption"]], dtype="str"),
        reason=pd.Series([REASONS[number] for number in picked["reason"]], dtype="str"),
    )[COLUMNS]


def _pick(rows: pd.DataFrame, heard: Counter[int], plan: Quote) -> pd.DataFrame:
    """Return what people have decided about, and as many candidates as are wanted beside; note whose words they are."""
    voices = rows.assign(reason=_reasons(rows))
    decided = voices[voices["outcome"].notna()]
    n = plan.per_code - int((decided["outcome"] != "refused").sum())
    waiting = voices[voices["outcome"].isna() & ~voices["person"].isin(decided["person"])]
    select = _balanced(waiting, heard, n, plan)
    picked = pd.concat([decided, waiting[waiting["place"].isin(select)]])
    return picked.assign(
        approved=picked["outcome"].isin(["approved", "reworded"]),
        wording=picked["wording"].fillna(""),
        refused=picked["outcome"] == "refused",
    )


def _reasons(rows: pd.DataFrame) -> NDArray[np.int8]:
    """Say of each excerpt why it would be picked, by the number of the reason."""
    dissenting, minority, typical, distinct = range(len(REASONS))
    reasons = np.where(rows["similarity"] < rows["similarity"].median(), distinct, typical).astype(np.int8)
    people = rows[rows["caption"] >= 0].groupby("caption")["person"].nunique()
    if len(people) > 1:
        rare = people[people * 2 * len(people) < people.sum()].index
        reasons[rows["caption"].isin(rare)] = minority
    frames = rows["frame"].value_counts(normalize=True)
    against = _OPPOSITE.get(str(frames.index[0]), "") if frames.iloc[0] >= _RUN else ""
    reasons[(rows["status"] == "contested") | (rows["frame"] == against)] = dissenting
    return reasons


def _balanced(rows: pd.DataFrame, heard: Counter[int], n: int, plan: Quote) -> list[int]:
    """Go round the reasons, and within each the groups heard least so far, until there are enough or none is left."""
    order: tuple[list[_Voice], ...] = tuple([] for _ in REASONS)
    for voice in _within_reach(rows, heard, n, plan):
        order[voice.reason].append(voice)
    select: list[int] = []
    groups: Counter[int] = Counter()
    while len(select) < n and any(order):
        for voices in order:
            best = _next(voices, groups, heard, plan)
            if best is not None and len(select) < n:
                select.append(best.place)
                groups[best.caption] += 1
                heard[best.person] += 1
    return select


def _within_reach(rows: pd.DataFrame, heard: Counter[int], n: int, plan: Quote) -> Iterator[_Voice]:
    """Yield what may come to be picked, best first.

    While n are picked no more than n people are used up: so the first n who may still be heard are enough of each reason and
    caption, with as many excerpts as a person may give.
    """
    best = np.where(rows["reason"] == REASONS.index("distinct"), rows["similarity"], -rows["score"])
    # What people gave the code comes first, and then what tells something by itself.
    ranked = np.lexsort((rows["rank"], best, ~rows["telling"].to_numpy(dtype=bool), (rows["status"] == "suggested").to_numpy()))
    so_far: Counter[tuple[str, int, int]] = Counter()
    # Column by column, which is far quicker than row by row.
    for voice in map(_Voice, *(rows[name].to_numpy()[ranked] for name in _Voice._fields)):
        own, alike = ("person", voice.person, voice.reason), ("caption", voice.caption, voice.reason)
        of_one = max(heard[voice.person], so_far[own])
        if of_one < plan.per_person and so_far[alike] < n * plan.per_person:
            so_far.update((own, alike))
            yield voice


def _next(voices: list[_Voice], groups: Counter[int], heard: Counter[int], plan: Quote) -> _Voice | None:
    """Take out the best of the group that has been heard least; None where nobody is left who may still be heard."""
    voices[:] = [
        voice
        for voice in voices
        if heard[voice.person] < plan.per_person and (voice.caption < 0 or groups[voice.caption] < plan.per_group)
    ]
    if not voices:
        return None
    best = min(range(len(voices)), key=lambda place: (groups[voices[place].caption], place))
    return voices.pop(best)
