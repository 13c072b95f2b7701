"""What came of what people said, on the page: `loop.csv` read and changed row by row, with a spreadsheet open beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.errors import ReviewError, StudyError
from pipeline.methods.disclosure.quotable_words import quotable_ids, with_shared_words, without_private_words
from pipeline.review.coding import StaleError
from pipeline.review.session import ReviewSession
from pipeline.review.theme_requests import ThemeCard, theme_cards
from pipeline.runtime.files import content_id
from pipeline.study.actions import (
    FILE,
    ORDER,
    Action,
    Loop,
    LoopChangedError,
    State,
    drop_row,
    problems,
    put_row,
    raw_rows,
    read_with_faults,
    theme_names,
    tidy_row,
    unknown_rows,
    worst_state,
)


Row = dict[str, str]


@dataclass(frozen=True)
class ToAnswer:
    """A code or a theme, and the rows about it."""

    about: str
    """What a new row calls it."""
    names: tuple[str, ...]
    themes: tuple[ThemeCard, ...]
    """The themes it is about; none where no theme stands for the code."""
    state: State
    entries: tuple[Action, ...]

    @property
    def key(self) -> str:
        """What its page's address calls it, so that no words stand there."""
        return content_id(self.about)

    @property
    def n_people(self) -> int:
        """People of the largest of its themes."""
        return max((theme.n_people for theme in self.themes), default=0)


@dataclass(frozen=True)
class ActionsToAnswer:
    """Where the loop stands on a day."""

    themes: tuple[ToAnswer, ...]
    """What has been said: overdue and unanswered first, those with most people first among them."""
    other_codes: tuple[ToAnswer, ...]
    unknown: tuple[str, ...]
    faults: Mapping[int, tuple[tuple[str, str], ...]]
    """Rows that are not right yet: the column and what is wrong with it."""
    today: date

    @property
    def n_answered(self) -> int:
        """How many themes have an answer, whether people have been told yet or not."""
        return sum(theme.state in ("answered", "not told") for theme in self.themes)

    @property
    def by_state(self) -> tuple[tuple[State, tuple[ToAnswer, ...]], ...]:
        """The themes by where they stand."""
        parts = ((state, tuple(theme for theme in self.themes if theme.state == state)) for state in ORDER)
        return tuple(part for part in parts if part[1])

    @property
    def abouts(self) -> dict[str, str]:
        """Everything that a row can be about, by its key."""
        return {subject.key: subject.about for subject in (*self.themes, *self.other_codes)}


def answers(review: ReviewSession, today: date) -> ActionsToAnswer:
    """Return where the loop stands; ReviewError where `loop.csv` is no table."""
    try:
        loop, faults = read_with_faults(review.study)
    except StudyError as error:
        raise ReviewError(str(error)) from error
    labels = review.last_run().codebook.names
    themes = _themes(review, loop, labels, today)
    # A code that no theme stands for may be answered all the same: somebody has put it into the codebook for a reason.
    spoken = {card.code for theme in themes for card in theme.themes}
    others = tuple(_to_answer(label, (code, label), (), loop, today) for code, label in labels.items() if code not in spoken)
    names = [*labels, *labels.values(), *(name for theme in themes for name in theme.names)]
    # What is overdue comes first, and of what is alike the theme that most people spoke of.
    themes.sort(key=lambda theme: (ORDER.index(theme.state), -theme.n_people, theme.about))
    return ActionsToAnswer(tuple(themes), others, unknown_rows(loop, names), faults, today)


def row_as_it_stands(review: ReviewSession, number: int) -> Row | None:
    """Return the cells of a row; None where there is none of that number."""
    return _rows(review).get(number)


def row_meanwhile(review: ReviewSession, number: int, shown: Row) -> Row:
    """Return what a row that was changed says now; nothing where it is gone, or another row stands in its place."""
    stands = _rows(review).get(number, {})
    # Rows are known by their place, and rows above may have been added or deleted in a spreadsheet.
    return stands if stands.get("about") == shown.get("about") else {}


def answer_theme(review: ReviewSession, cells: Mapping[str, str], *, shown: Row | None) -> tuple[int, Row]:
    """Write a row in place of the one that was shown, or a new one, and return its number and what now stands there.

    StaleError if somebody, here or in a spreadsheet, has changed that row meanwhile.
    """
    row = tidy_row(cells)
    wrong = next(iter(problems(row)), None)
    if wrong:
        raise ReviewError(wrong[1])
    try:
        return review.write(lambda store: put_row(review.study, row, shown=shown)), row
    except LoopChangedError as changed:
        raise StaleError(str(changed), yours=row, stands=None) from changed
    except StudyError as error:
        raise ReviewError(str(error)) from error


def take_back(review: ReviewSession, *, was: Row | None, now: Row) -> None:
    """Put back what stood in a row before it was changed, or take out a new one; StaleError if it was changed again."""
    try:
        if was is None:
            review.write(lambda store: drop_row(review.study, now))
        else:
            review.write(lambda store: put_row(review.study, was, shown=now))
    except LoopChangedError as changed:
        raise StaleError(f"{FILE} was changed since, so nothing was undone.", yours=was, stands=None) from changed


def _rows(review: ReviewSession) -> dict[int, Row]:
    try:
        return raw_rows(review.study)
    except StudyError as error:
        raise ReviewError(str(error)) from error


def _themes(review: ReviewSession, loop: Loop, labels: Mapping[str, str], today: date) -> list[ToAnswer]:
    """Return what the themes are about: those of one code together, as they get one answer."""
    titles = _shared_titles(review)
    by_subject: dict[str, list[ThemeCard]] = {}
    for card in theme_cards(review):
        if not card.set_aside:
            # By what people read, so that two themes of one code, or of one title, are one line to answer.
            by_subject.setdefault(labels.get(card.code) or titles[card.theme_id] or f"theme {card.number}", []).append(card)
    themes = []
    for about, cards in by_subject.items():
        named = (theme_names(card.number, titles[card.theme_id], card.code, about if card.code else "") for card in cards)
        names = tuple(dict.fromkeys(name for names in named for name in names))
        themes.append(_to_answer(about, names, tuple(cards), loop, today))
    return themes


def _shared_titles(review: ReviewSession) -> dict[str, str]:
    """Return the themes' titles as they may leave the study, since rows of the loop do: words of very few are held back."""
    tables = review.last_run().tables
    shared = with_shared_words(tables["themes"], tables["segments"], tables["comments"])
    allowed = quotable_ids(tables["segments"], tables["comments"])
    named = without_private_words(shared, tables["members"], allowed)
    return dict(zip(named["theme_id"], named["title"], strict=True))


def _to_answer(about: str, names: tuple[str, ...], themes: tuple[ThemeCard, ...], loop: Loop, today: date) -> ToAnswer:
    entries = loop.of(names)
    return ToAnswer(about, names, themes, worst_state(entries, today), entries)
