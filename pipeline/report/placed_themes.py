"""Themes with their places in the codebook, as the report speaks of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.methods.disclosure import Profile, disclose
from pipeline.methods.disclosure.profiles import WITHHELD
from pipeline.methods.themes.titles import MIXED
from pipeline.report.numbers_in_words import NOT_SHOWN, fewer_than, people, sentence_case
from pipeline.report.theme_tone import shown_tone, title_with_tone


MIXED_NAME = "Answers about various things"


@dataclass(frozen=True)
class PlacedTheme:
    """One theme, and the code that fits it best, if one does."""

    theme_id: str
    number: int
    title: str
    toned_title: str
    """The title with what speaks against it, where the program gave it and many excerpts do."""
    keywords: str
    exemplars: tuple[str, ...]
    n_texts: int
    n_people: int
    """As it may be shown; 0 where that is not at all."""
    people: str
    """How many people spoke of it, as it may be shown."""
    stability: float
    rare: bool
    family: int
    family_title: str
    named: bool
    set_aside: bool
    code: str | None
    fit: float
    runner_up: str | None
    agreed: bool
    tone: str
    """What most of its excerpts do, such as "complaints"; empty where that is unknown or few people spoke of it."""

    @property
    def short_name(self) -> str:
        """The working title, or what to call a theme whose words are held back, or that has no words in common."""
        if self.title.startswith(MIXED):
            # "Read before use" is for the team, who see the title itself on the review page.
            return f"{MIXED_NAME}{self.title.removeprefix(MIXED)}"
        return sentence_case(self.title) or "Words held back"

    @property
    def name(self) -> str:
        """The short name, with what speaks against it where much does."""
        return sentence_case(self.toned_title) if self.toned_title != self.title else self.short_name

    @property
    def heading(self) -> str:
        """Number and name."""
        return f"{self.number}. {self.name}"

    @property
    def label(self) -> str:
        """Number and short name, for pictures in which there is no room for more."""
        return f"{self.number}. {self.short_name}"

    @property
    def anchor(self) -> str:
        """What the theme's entry is called in links."""
        return f"theme-{self.number}"


def with_shown_figures(themes: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Return themes with the number of people as it may be shown; where it may not be shown both are 0."""
    shown = disclose(themes["n_people"].to_numpy(float), profile)
    few = np.isnan(shown)
    # Exact numbers of texts beside rounded numbers of people would say more of the people than the rounding lets.
    texts = np.where(few, 0, np.nan_to_num(disclose(themes["n_texts"].to_numpy(float), profile))).astype(int)
    n_people = np.nan_to_num(shown).astype(int)
    return themes.assign(n_people=n_people, n_texts=texts, rare=few, withheld=themes["n_people"] == WITHHELD)


def placed_themes(
    themes: pd.DataFrame, theme_codes: pd.DataFrame, members: pd.DataFrame, profile: Profile
) -> tuple[PlacedTheme, ...]:
    """Return the themes by number, each with its place in the codebook; figures are as they may be shown."""
    themes = with_shown_figures(themes, profile)
    joined = themes.merge(theme_codes, on="theme_id", how="left", validate="one_to_one").sort_values("number")
    # All texts, nearest to the middle first: the exemplars may all be words that may not be shown.
    ordered = members.dropna(subset="theme_id").sort_values(["similarity", "text_id"], ascending=[False, True])
    nearest = {str(theme): tuple(ids) for theme, ids in ordered.groupby("theme_id")["text_id"]}
    few = f"{fewer_than(profile)} people"
    return tuple(_placed(row, nearest.get(str(row["theme_id"]), ()), few) for row in joined.to_dict("records"))


def _placed(row: dict[Any, Any], nearest: tuple[str, ...], few: str) -> PlacedTheme:
    return PlacedTheme(
        theme_id=str(row["theme_id"]),
        number=int(row["number"]),
        title=str(row["title"]),
        toned_title=str(row["title"]) if row["named"] else title_with_tone(str(row["title"]), row),
        keywords=str(row["keywords"]),
        exemplars=tuple(dict.fromkeys((*str(row["exemplars"]).split(), *nearest))),
        n_texts=int(row["n_texts"]),
        n_people=int(row["n_people"]),
        people=NOT_SHOWN if row["withheld"] else few if row["rare"] else people(row["n_people"]),
        stability=float("nan") if pd.isna(row["stability"]) else float(row["stability"]),
        rare=bool(row["rare"]),
        family=int(row["family"]),
        family_title=str(row["family_title"]),
        named=bool(row["named"]),
        set_aside=bool(row["set_aside"]),
        code=_name(row["code"]),
        fit=float(row["score"]),
        runner_up=_name(row["runner_up"]),
        agreed=row["status"] == "agreed",
        tone=shown_tone(row),
    )


def _name(code: Any) -> str | None:
    return None if pd.isna(code) else str(code)
