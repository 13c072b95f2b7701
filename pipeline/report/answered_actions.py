"""Themes and codes beside what came of them: what is answered, what is overdue, and what nobody has answered yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.report.numbers_in_words import number
from pipeline.report.placed_themes import PlacedTheme, placed_themes
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.study.actions import ORDER, Action, Loop, State, read_loop, theme_names, unknown_rows, worst_state
from pipeline.workflow.results import RunResults


TABLES = ("comments", "segments", "themes", "members", "theme_codes")
_LABELS: dict[State, str] = {"overdue": "OVERDUE", "unanswered": "NO ANSWER YET", "not told": "PEOPLE NOT TOLD YET"}


@dataclass(frozen=True)
class Answered:
    """A theme, what it goes by, and the rows about it."""

    placed: PlacedTheme
    names: tuple[str, ...]
    entries: tuple[Action, ...]

    def state(self, today: date) -> State:
        """Say where the theme stands: what is worst among its rows."""
        return worst_state(self.entries, today)


@dataclass(frozen=True)
class Standing:
    """Where the whole loop stands on a day."""

    today: date
    loop: Loop
    themes: tuple[Answered, ...]
    unknown: tuple[str, ...]

    def with_state(self, *states: State) -> tuple[Answered, ...]:
        """Return the themes in one of these states, those with most people first."""
        return tuple(theme for theme in self.themes if theme.state(self.today) in states)

    @property
    def share_answered(self) -> float:
        """Share of the themes that have an answer, whether people have been told yet or not."""
        return len(self.with_state("answered", "not told")) / len(self.themes) if self.themes else 0.0


def standing(source: RunResults) -> Standing:
    """Return where the loop of a study stands."""
    loop = read_loop(source.study)
    placed = placed_themes(source.named_themes, source["theme_codes"], source["members"], source.profile)
    themes = []
    for theme in placed:
        if not theme.set_aside:
            names = theme_names(theme.number, theme.title, theme.code, source.label(theme.code) if theme.code else "")
            themes.append(Answered(theme, names, loop.of(names)))
    # A row may also speak of a code that no theme has.
    known_names = [*source.labels, *source.labels.values(), *(name for theme in themes for name in theme.names)]
    return Standing(source.today, loop, tuple(themes), unknown_rows(loop, known_names))


def themes_to_answer(source: RunResults) -> tuple[str, ...]:
    """Return what a new loop has rows for: each theme by its code's name, or its own, once."""
    placed = (theme.placed for theme in standing(source).themes)
    names = (source.label(theme.code) if theme.code else theme.title for theme in placed)
    return tuple(dict.fromkeys(name for name in names if name))


def in_words(progress: Standing) -> Iterator[str]:
    """Say what is overdue or unanswered, those with most people first, and how far the loop is."""
    for state in ORDER[:3]:
        for theme in progress.with_state(state):
            late = (entry for entry in theme.entries if entry.state(progress.today) == "overdue")
            why = "".join(f"; “{entry.action or entry.decision}” was due on {entry.due}" for entry in late)
            yield f"{_LABELS[state]}: {theme.placed.heading} ({theme.placed.people}){why}"
    # An answer counts as soon as it is decided; whether people have been told is said apart.
    n = len(progress.with_state("answered", "not told"))
    days = progress.loop.median_days
    median = f" The middle time from hearing to telling people is {days:g} days." if days is not None else ""
    yield f"{number(n)} of {n_of(len(progress.themes), 'theme')} {agreeing(n, 'has', 'have')} an answer.{median}"
    yield from (f"loop.csv, {sentence}" for sentence in progress.unknown)
