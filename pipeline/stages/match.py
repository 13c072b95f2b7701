"""Find each theme's place in the codebook, or say that it has none."""

from types import SimpleNamespace

import pandas as pd

from pipeline.artefacts import empty_table


# A theme bears a code when the code's mean probability is this high in its answers, and this many times what it is in all
# answers: probabilities learnt from a codebook alone are low throughout, and what sets a theme apart shows in the ratio.
FITS, TIMES = 0.08, 3.0


def match(
    themes: pd.DataFrame,
    members: pd.DataFrame,
    suggestions: pd.DataFrame,
    texts: pd.DataFrame,
    *,
    settings: SimpleNamespace,
) -> pd.DataFrame:
    """Return one row a theme: its code with the runner-up, or a proposed name where no code fits."""
    if themes.empty:
        return empty_table("theme_codes")
    weighted = texts[["text_id", "n"]].merge(members[["text_id", "theme_id"]], on="text_id")
    scored = suggestions.merge(weighted, on="text_id")
    scored["said"] = scored["score"] * scored["n"]
    n = weighted["n"].sum()
    overall = {str(code): float(said / n) for code, said in scored.groupby("code")["said"].sum().items()}
    within = _means(scored, weighted)
    return pd.DataFrame(
        [
            _place(theme_id, title, within.get(theme_id, []), overall)
            for theme_id, title in zip(themes["theme_id"], themes["title"], strict=True)
        ]
    )


def _means(scored: pd.DataFrame, weighted: pd.DataFrame) -> dict[str, list[tuple[str, float]]]:
    """Return each theme's codes with their mean probability over its answers, best first."""
    totals = weighted.groupby("theme_id")["n"].sum()
    sums = scored.groupby(["theme_id", "code"])["said"].sum().reset_index()
    sums = sums.sort_values(["said", "code"], ascending=[False, True])
    found: dict[str, list[tuple[str, float]]] = {}
    for theme_id, code, said in zip(sums["theme_id"], sums["code"], sums["said"], strict=True):
        found.setdefault(theme_id, []).append((code, min(float(said / totals[theme_id]), 1.0)))
    return found


def _place(theme_id: str, title: str, codes: list[tuple[str, float]], overall: dict[str, float]) -> dict[str, object]:
    best, score = codes[0] if codes else ("", 0.0)
    fits = score >= FITS and score >= TIMES * overall[best]
    others = [code for code, _ in codes[1 if fits else 0 :]]
    return {
        "theme_id": theme_id,
        "code": best if fits else None,
        "score": score,
        "runner_up": others[0] if others else None,
        "proposed": "" if fits else title,
        "status": "suggested" if fits else "new",
    }
