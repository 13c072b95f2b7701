"""Find each theme's place in the codebook, or say that it has none."""

from types import SimpleNamespace

import pandas as pd

from pipeline.methods.themes.titles import MIXED
from pipeline.tables.lookup import index_in
from pipeline.tables.parquet import empty_table


# A theme bears a code when the code's mean probability is this high in its answers, and this many times what it is in all
# answers: probabilities learnt from a codebook alone are low throughout, and what sets a theme apart shows in the ratio.
FITS, TIMES = 0.08, 3.0
NAMED = ("theme_id", "title", "agreed_code", "guide_code")


def match(
    themes: pd.DataFrame, members: pd.DataFrame, suggestions: pd.DataFrame, texts: pd.DataFrame, *, settings: SimpleNamespace
) -> pd.DataFrame:
    """Return one row a theme: its code with the runner-up, or a proposed name where no code fits."""
    if themes.empty:
        return empty_table("theme_codes")
    # Each text that has a place among themes, with its theme and how often it was said.
    at = index_in(texts["text_id"], members["text_id"])
    theme_ids = pd.Categorical(members["theme_id"]).take(at[at >= 0])
    weighted = texts.loc[at >= 0, ["text_id", "n"]].assign(theme_id=theme_ids)
    scored = _scored(suggestions, weighted)
    n = weighted["n"].sum()
    sums = scored.groupby("code", observed=True)["weighted"].sum()
    overall = {str(code): float(weight / n) for code, weight in sums.items()}
    within = _means(scored, weighted)
    return pd.DataFrame(
        [
            _place(theme_id, title, within.get(theme_id, []), overall, agreed=_code(agreed), guide=_code(guide))
            for theme_id, title, agreed, guide in zip(*(themes[name] for name in NAMED), strict=True)
        ]
    )


def _scored(suggestions: pd.DataFrame, weighted: pd.DataFrame) -> pd.DataFrame:
    """Return theme and code of each suggestion, and its score as often as its text was said."""
    at = index_in(suggestions["text_id"], weighted["text_id"])
    is_placed, at = at >= 0, at[at >= 0]
    weighted_score = suggestions["score"].to_numpy()[is_placed] * weighted["n"].to_numpy()[at]
    codes = pd.Categorical(suggestions["code"])[is_placed]
    return pd.DataFrame({"theme_id": weighted["theme_id"].array.take(at), "code": codes, "weighted": weighted_score})


def _means(scored: pd.DataFrame, weighted: pd.DataFrame) -> dict[str, list[tuple[str, float]]]:
    totals = weighted.groupby("theme_id", observed=True)["n"].sum()
    sums = scored.groupby(["theme_id", "code"], observed=True)["weighted"].sum().reset_index().astype({"code": "str"})
    sums = sums.sort_values(["weighted", "code"], ascending=[False, True])
    means: dict[str, list[tuple[str, float]]] = {}
    for theme_id, code, weight in zip(sums["theme_id"], sums["code"], sums["weighted"], strict=True):
        # Sums of many small parts may come out a hair above a probability.
        means.setdefault(theme_id, []).append((code, min(float(weight / totals[theme_id]), 1.0)))
    return means


def _place(
    theme_id: str,
    title: str,
    codes: list[tuple[str, float]],
    overall: dict[str, float],
    *,
    agreed: str | None,
    guide: str | None,
) -> dict[str, object]:
    if agreed is not None:
        others = [code for code, _ in codes if code != agreed]
        return _row(theme_id, agreed, dict(codes).get(agreed, 0.0), others, proposed="", status="agreed")
    if guide is not None and guide in dict(codes):
        # Its texts were brought together by this code.
        others = [code for code, _ in codes if code != guide]
        return _row(theme_id, guide, dict(codes)[guide], others, proposed="", status="suggested")
    best, score = codes[0] if codes else ("", 0.0)
    fits = score >= FITS and score >= TIMES * overall[best]
    others = [code for code, _ in codes[1 if fits else 0 :]]
    # A theme that nobody has made out yet proposes no name.
    title = "" if title.startswith(MIXED) else title
    status = "suggested" if fits else "new"
    return _row(theme_id, best if fits else None, score, others, proposed="" if fits else title, status=status)


def _code(code: str | float | None) -> str | None:
    return None if pd.isna(code) else str(code)


def _row(theme_id: str, code: str | None, score: float, others: list[str], *, proposed: str, status: str) -> dict[str, object]:
    return {
        "theme_id": theme_id,
        "code": code,
        "score": score,
        "runner_up": others[0] if others else None,
        "proposed": proposed,
        "status": status,
    }
