"""All texts of a theme. That a text is in it may tell how it is coded, so each person sees those that they have read."""

from dataclasses import dataclass

from pipeline.review.session import ReviewSession
from pipeline.review.shown_codes import show_codes, unseen_texts
from pipeline.review.theme_requests import ThemeCard


@dataclass(frozen=True)
class ThemeTexts:
    """The texts of a theme, as one person may see them."""

    excerpts: tuple[tuple[str, str], ...]
    """segment_id and words of each text that they have read or been shown."""
    n_unread: int
    """How many more there are."""


def theme_texts(review: ReviewSession, reviewer: str, theme: ThemeCard) -> ThemeTexts:
    """Return the texts of a theme that this person has read or been shown, and how many more there are."""
    tables, text_ids = review.last_run().tables, _text_ids(review, theme)
    unread = set(unseen_texts(review, reviewer, text_ids))
    excerpts = (tables.of_text[text_id][0] for text_id in text_ids if text_id not in unread)
    return ThemeTexts(tuple((segment_id, tables.words(segment_id)) for segment_id in excerpts), len(unread))


def show_theme_texts(review: ReviewSession, reviewer: str, theme: ThemeCard) -> None:
    """Show this person all texts of a theme; their answers to those they have not read are then not blind."""
    show_codes(review, reviewer, _text_ids(review, theme), place="theme")


def _text_ids(review: ReviewSession, theme: ThemeCard) -> list[str]:
    tables = review.last_run().tables
    members = tables["members"]
    # A person who was erased since the run may have been the only one to say some of them.
    return [each for each in members.loc[members["theme_id"] == theme.theme_id, "text_id"] if each in tables.of_text]
