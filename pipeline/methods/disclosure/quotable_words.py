"""Whose words may be shown: those of people who agreed to be quoted, and of nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.methods.themes.titles import MIXED
from pipeline.methods.themes.tokens import words


# Single words that fewer people share than this are those people's own words.
FEWEST_FOR_KEYWORDS = 3
NOBODY_AGREED = "No one who said this has agreed to be quoted."
NOBODY_APPROVED = "No words are shown here: nobody has approved any yet, or no one who said this has agreed to be quoted."
SEVERAL = "Several people"
HELD_BACK = "held back, as not everyone who spoke of it has agreed to be quoted"


@dataclass(frozen=True)
class Words:
    """The texts that may be shown, in the words in which they may."""

    quotable: dict[str, str]
    released: bool = False
    """Only what people have approved is shown; otherwise all that somebody who said it agreed to have quoted."""
    n_waiting: int = 0
    """Excerpts that may be quoted once a person approves them."""
    who: Mapping[str, str] = field(default_factory=dict)
    """Who said each text, as far as a caption may tell."""
    reworded: frozenset[str] = frozenset()
    """Texts of which other words are shown than were said."""

    @property
    def none(self) -> str:
        """Say why no words are shown."""
        return NOBODY_APPROVED if self.released else NOBODY_AGREED

    @property
    def others(self) -> str:
        """Say whose words are not shown."""
        agreed = "by people who have not agreed to be quoted"
        return f"{agreed}, or not approved to leave the team yet" if self.released else agreed


def quotable_words(
    texts: pd.DataFrame, segments: pd.DataFrame, comments: pd.DataFrame, captions: Mapping[str, str] | None = None
) -> Words:
    """Return the words that may be shown to the team: of texts that somebody said who agreed to be quoted.

    `captions` says of people, by the ids of their responses, who they are as far as that may be told.
    """
    allowed = quotable_ids(segments, comments)
    shown = texts[texts["text_id"].isin(allowed)]
    return Words(
        dict(zip(shown["text_id"], shown["text"], strict=True)), who=_speakers(segments, comments, captions or {}, allowed)
    )


def _speakers(
    segments: pd.DataFrame, comments: pd.DataFrame, captions: Mapping[str, str], allowed: frozenset[str]
) -> dict[str, str]:
    agreed = comments.loc[(comments["consent"] == "quote") & comments["set_aside"].isna(), ["comment_id", "response_id"]]
    spoken = segments.loc[segments["text_id"].isin(allowed), ["text_id", "comment_id"]].merge(agreed, on="comment_id")
    spoken = spoken.assign(caption=spoken["response_id"].map(captions).fillna(""))
    by_text = spoken.groupby("text_id")["caption"].agg(["first", "nunique"])
    captions_of = by_text["first"].mask(by_text["nunique"] > 1, SEVERAL)
    return dict(zip(captions_of.index.astype(str), captions_of, strict=True))


def quotable_ids(segments: pd.DataFrame, comments: pd.DataFrame) -> frozenset[str]:
    """Return the ids of texts that somebody said who agreed to be quoted."""
    agreed = comments.loc[(comments["consent"] == "quote") & comments["set_aside"].isna(), "comment_id"]
    return frozenset(segments.loc[segments["comment_id"].isin(agreed), "text_id"])


def without_private_words(themes: pd.DataFrame, members: pd.DataFrame, allowed: frozenset[str]) -> pd.DataFrame:
    """Return the themes with title and keywords blanked where they are the words of very few who have not all agreed."""
    private = members.loc[~members["text_id"].isin(allowed), "theme_id"].dropna()
    hidden = (themes["n_people"] < FEWEST_FOR_KEYWORDS) & themes["theme_id"].isin(private)
    return themes.assign(title=themes["title"].mask(hidden & ~themes["named"], ""), keywords=themes["keywords"].mask(hidden, ""))


def with_shared_words(themes: pd.DataFrame, segments: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    """Return the themes with only those words of titles and keywords that three people or more used.

    Titles that people gave stay, and so do labels of the codebook, which are nobody's words.
    """
    few = _words_of_few(segments, comments)
    keywords = [", ".join(word for word in row.split(", ") if not few & set(words(word))) for row in themes["keywords"]]
    coded = themes["guide_code"].notna() if "guide_code" in themes else False
    stays = themes["named"].astype(bool) | themes["agreed_code"].notna() | coded
    kept = {MIXED, *themes.loc[stays, "title"]}
    titles = {
        column: [title if title in kept or not few & set(words(title)) else MIXED for title in themes[column]]
        for column in ("title", "family_title")
    }
    return themes.assign(keywords=keywords, **titles)


def _words_of_few(segments: pd.DataFrame, comments: pd.DataFrame) -> set[str]:
    """Return the words that some people used, but fewer than it takes."""
    people = dict(zip(comments["comment_id"], comments["response_id"], strict=True))
    used: dict[str, set[str]] = {}
    for comment_id, text in zip(segments["comment_id"], segments["text"], strict=True):
        for word in set(words(text)):
            used.setdefault(word, set()).add(people.get(comment_id, comment_id))
    return {word for word, persons in used.items() if len(persons) < FEWEST_FOR_KEYWORDS}
