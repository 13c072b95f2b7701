"""The findings that the first page tells, picked by a stated rule: the largest differences, and what most people wrote about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from pipeline.errors import StudyError
from pipeline.methods.disclosure.cells import ANY, EVERYONE
from pipeline.report.blocks import Axis, Chart, StoryFinding
from pipeline.report.code_shares import compare_codes, grounds
from pipeline.report.comparison_blocks import comparison_chart, comparison_table, of_rounded, share_axis
from pipeline.report.echoed_questions import not_echoing
from pipeline.report.group_comparison import GroupComparison, GroupEstimate, above, compare
from pipeline.report.numbers_in_words import number
from pipeline.report.placed_themes import PlacedTheme
from pipeline.report.sections.closed_section import scale_in_words, scale_of
from pipeline.runtime.plurals import listed, n_of
from pipeline.study.report_findings import left_out
from pipeline.workflow.results import RunResults


LEAST_BASE = 30
"""Fewer people than this in a group carry no finding, however large the difference."""
MOST_CONTRASTS, MOST_FINDINGS, FEWEST_FINDINGS = 3, 5, 3
RULE = (
    "The findings of “The story” are picked by a rule and not by hand. First come at most "
    f"{MOST_CONTRASTS} differences between groups: of each question, the answer or score on which two groups lie furthest apart, "
    f"where each of the two has {LEAST_BASE} people or more and chance alone would make so large a difference less than once in "
    "twenty times. Larger differences come first; a difference of scores is measured against the length of its scale. Then comes "
    "the theme that a group speaks of more than everybody else, where that is clear beyond chance, and the one most people wrote "
    "about. A theme that only repeats what a question asked is passed over, since it holds every kind of answer to it."
)
CODES_COUNT = "People have read all that was said, so differences in codes take part, too."
CODES_DO_NOT = (
    "Differences in codes take no part, as people have not read all that was said; "
    "themes are told as the program sorted the answers."
)


SORTED = "As the program sorted the answers"
THE_TEAMS = "The team wrote the findings of “The story” itself (study.toml, [report] findings)."
RULE_OTHERWISE = "The chart is that of the largest difference between groups in the answers to closed questions."


@dataclass(frozen=True)
class Contrast:
    """Two groups that lie far apart on one answer, score or code."""

    comparison: GroupComparison
    key: str
    question: str
    """The name of the closed question, or the code."""
    asked: str
    verb: str
    kind: Literal["answer", "score", "code"]
    scale: tuple[float, float]
    high: GroupEstimate
    low: GroupEstimate
    scale_in_words: str = ""
    """From where to where scores go, and which way, where it is a score."""

    @property
    def name(self) -> str:
        """What it is of, whatever its figures."""
        return f"{self.kind} {self.question}"

    @property
    def size(self) -> float:
        """How far the groups lie apart, as a share of the whole scale."""
        ends = self.scale
        return (self.high.value - self.low.value) / ((ends[1] - ends[0]) or 1.0)

    @property
    def finding(self) -> StoryFinding:
        """The contrast as a sentence."""
        high, low = (self.comparison.written(cell.value) for cell in (self.high, self.low))
        figures = ((high, self.high.name), (low, self.low.name))
        return StoryFinding(f"{self._lead} {self._sides(high, low)}.", figures, self.name)

    @property
    def _lead(self) -> str:
        if self.kind == "code":
            return f"Of those who wrote an answer, “{self.comparison.labels[self.key]}” was raised by"
        return f"Asked “{self.asked}”,"

    def _sides(self, high: str, low: str) -> str:
        if self.kind == "answer":
            answer = self.comparison.labels[self.key]
            return f"{high} of {self.high.name} {self.verb} “{answer}”, against {low} of {self.low.name}{self._all}"
        if self.kind == "score":
            return f"{self.high.name} gave a mean of {high}, {self.low.name} {low}{self._all}, {self.scale_in_words}"
        return f"{high} of {self.high.name}, against {low} of {self.low.name}{self._all}"

    @property
    def _all(self) -> str:
        everyone = self.comparison.cell(self.key, EVERYONE)
        return f" (everyone: {self.comparison.written(everyone.value)})" if everyone else ""

    @property
    def points_off(self) -> int:
        """By how many points its percentages may be off, as they are of rounded numbers; 0 where they are exact."""
        slack = self.comparison.profile.slack
        if not slack or self.kind == "score" or self.comparison.of_excerpts:
            return 0
        return max(ceil(100 * _most_off(cell, slack)) for cell in (self.high, self.low))

    @property
    def headline(self) -> str:
        """What a chart of it says first."""
        high, low = (f"{cell.name} ({self.comparison.written(cell.value)})" for cell in (self.high, self.low))
        if self.kind == "score":
            return f"{high} give the highest score, {low} the lowest"
        verb = self.verb if self.kind == "answer" else "spoke of"
        return f"{high} {verb} “{self.comparison.labels[self.key]}” most often, {low} least often"


def _most_off(cell: GroupEstimate, slack: float) -> float:
    highest = min((cell.n + slack) / max(cell.base - slack, 1), 1)
    lowest = (cell.n - slack) / (cell.base + slack)
    return max(highest - cell.value, cell.value - lowest)


def contrasts(source: RunResults) -> tuple[Contrast, ...]:
    """Return the largest contrast of each question between groups, and of codes once people have checked all of them.

    Largest first.
    """
    widest: dict[str, Contrast] = {}
    for contrast in _every_contrast(source):
        # A question is told once, whichever attribute and answer show it best; of two that are alike, the first named.
        if contrast.question not in widest or contrast.size > widest[contrast.question].size + 1e-9:
            widest[contrast.question] = contrast
    out = left_out(source.study)
    return tuple(
        sorted((contrast for contrast in widest.values() if contrast.name not in out), key=lambda contrast: -contrast.size)
    )


def themes_told(source: RunResults, placed: Sequence[PlacedTheme]) -> tuple[PlacedTheme, ...]:
    """Return the themes that the first page may tell of; StudyError where the team left out what there is not."""
    left_out = source.study.settings.report.leave_out
    names = {f"theme {theme.number}": theme for theme in placed}
    unknown = set(left_out) - names.keys() - set(source.study.settings.intake.ratings)
    if unknown:
        raise StudyError(
            f"study.toml, [report] leave_out: there is no closed question or theme {sorted(unknown)[0]!r}. Write the name of a "
            'question as under [intake.ratings], or a theme by its number: "theme 3".'
        )
    return tuple(theme for name, theme in names.items() if name not in left_out)


def compared_pairs(source: RunResults) -> int:
    """Return how many answers, scores and codes were looked at by group, to pick from."""
    return sum(len(comparison.labels) for comparison, *_ in _comparisons(source))


def _every_contrast(source: RunResults) -> Iterator[Contrast]:
    ratings = source.study.settings.intake.ratings
    for comparison, kind, question in _comparisons(source):
        for key in comparison.labels:
            shown = [cell for cell in comparison.shown(key) if cell.base >= LEAST_BASE]
            if len(shown) < 2 or not above(shown[0], shown[-1]).told_apart:
                continue
            name = question or key
            asked = comparison.labels[key] if kind == "code" else source.wording(name)
            scale = (scale_of(source, key) if kind == "score" else None) or (0.0, 1.0)
            verb = "chose" if name in ratings and ratings[name].separator else "answered"
            in_words = scale_in_words(source, key) if kind == "score" else ""
            yield Contrast(comparison, key, name, asked, verb, kind, scale, shown[0], shown[-1], in_words)


_Compared = tuple[GroupComparison, Literal["answer", "score", "code"], str]
"""Estimates by group, what they are of, and the name of the question where they are of a single one."""


def _comparisons(source: RunResults) -> Iterator[_Compared]:
    left_out = set(source.study.settings.report.leave_out)
    closed = source["closed"]
    closed, profile = closed[~closed["question"].isin(left_out)], source.profile
    for group in source.groups:
        chosen = closed[closed["measure"] == "share"]
        for question, rows in chosen.groupby("question", sort=False):
            labels = {value: value for value in rows["value"]}
            yield (
                compare(rows.assign(key=rows["value"]), group, labels=labels, unit="share", profile=profile),
                "answer",
                str(question),
            )
        means = closed[closed["measure"] == "mean"]
        labels = {question: source.wording(question) for question in means["question"]}
        if labels:
            yield compare(means.assign(key=means["question"]), group, labels=labels, unit="score", profile=profile), "score", ""
        if grounds(source, ANY) == "all read":
            yield compare_codes(source, group, ANY), "code", ""


def contrast_chart(contrast: Contrast, by_asked: str) -> Chart | None:
    """Return the chart of one contrast: every group that may be shown, under a title that says what comes of it."""
    only = replace(contrast.comparison, labels={contrast.key: contrast.comparison.labels[contrast.key]})
    name = "story-chart"
    table = comparison_table(only, name, caption=by_asked, first="Question" if contrast.kind == "score" else "Answer")
    axis = share_axis(only) if only.unit == "share" else Axis("Mean score", *contrast.scale, "score")
    chart = comparison_chart(only, table, axis, title=contrast.headline)
    subtitle = f"{by_asked}{of_rounded(contrast.comparison)}"
    return replace(chart, name=name, title=contrast.headline, subtitle=subtitle, prints_table=False) if chart else None


def what_is_charted(contrast: Contrast) -> str:
    """Return the statistical subtitle of a contrast's chart."""
    label = contrast.comparison.labels[contrast.key]
    people = number(sum(cell.base for cell in contrast.comparison.shown(contrast.key)))
    if contrast.kind == "score":
        return f"Mean score for “{contrast.asked}”, {contrast.scale_in_words}, with 95% intervals; {people} people who answered"
    if contrast.kind == "code":
        return f"Share of people whose answers were given the code “{label}”, with 95% intervals; {people} people"
    return f"Share of people who answered “{label}” to “{contrast.asked}”, with 95% intervals; {people} people who answered"


def theme_findings(source: RunResults, placed: Sequence[PlacedTheme], n: int) -> Iterator[StoryFinding]:
    """Yield at most n findings of themes: what stands out in a group, and what most people wrote about.

    StudyError where the team left out what there is not.
    """
    counted, out = not_echoing(source, placed), left_out(source.study)
    allowed = tuple(theme for theme in themes_told(source, placed) if theme in counted and f"theme {theme.theme_id}" not in out)
    standing_out = tuple(finding for finding in _standing_out(source, allowed) if finding.key not in out)[: min(n - 1, 1)]
    yield from standing_out
    yield from _largest(source, allowed, n - len(standing_out), _beside(placed, counted), max(_sizes(counted), default=0))


def _beside(placed: Sequence[PlacedTheme], counted: Sequence[PlacedTheme]) -> str:
    """Say that a theme which repeats a question is passed over, where it is the largest of all."""
    return " that no question named" if max(_sizes(placed), default=0) > max(_sizes(counted), default=0) else ""


def _sizes(themes: Sequence[PlacedTheme]) -> list[int]:
    return [theme.n_people for theme in themes if theme.title]


def _standing_out(source: RunResults, placed: Sequence[PlacedTheme]) -> Iterator[StoryFinding]:
    voices = source["voices"]
    themes = {theme.theme_id: theme for theme in placed}
    clear = voices[(voices["evidence"] == "clear") & ~voices["suppressed"] & voices["theme_id"].isin(themes)]
    for row in clear.assign(gap=clear["share"] - clear["elsewhere"]).sort_values("gap", ascending=False).to_dict("records"):
        if row["base"] >= LEAST_BASE:
            n = number(float(row["n"]))
            title = themes[str(row["theme_id"])].name
            yield StoryFinding(
                f"{SORTED}, {row['level']} spoke of “{title}” more often than everybody else: {about(source, n)} of them.",
                ((n, str(row["level"])),),
                f"theme {row['theme_id']} of {row['level']}",
            )


def _largest(source: RunResults, placed: Sequence[PlacedTheme], n: int, beside: str, most: int) -> Iterator[StoryFinding]:
    named = sorted(
        (theme for theme in placed if theme.n_people and theme.title), key=lambda theme: (-theme.n_people, theme.number)
    )
    for place, theme in enumerate(named[: min(n, 3)]):
        n_people, people = number(theme.n_people), about(source, number(theme.n_people))
        # Where the team left out a larger one, no other is what most people wrote about.
        if place or theme.n_people < most:
            sentence = f"{SORTED}, {people} people spoke of “{theme.name}”."
            yield StoryFinding(sentence, ((n_people, "people"),), f"theme {theme.theme_id}")
            continue
        alike = [f"“{other.name}”" for other in named if other.n_people == theme.n_people]
        if len(alike) > 1:
            sentence = f"{SORTED}, {listed(alike)} are what most people spoke of{beside}: {people} people each."
        else:
            sentence = f"{SORTED}, more people spoke of “{theme.name}” than of anything else{beside}: {people}."
        yield StoryFinding(sentence, ((n_people, "people"),), f"theme {theme.theme_id}")


def about(source: RunResults, n: str) -> str:
    """Write a number of people as all other parts of the report do, and that it is rounded, if it is."""
    return f"about {n}" if source.profile.round_to > 1 else n


def how_picked(source: RunResults) -> str:
    """Say by which rule the findings were picked, and from how many."""
    counted_in = CODES_COUNT if grounds(source, ANY) == "all read" else CODES_DO_NOT
    n = compared_pairs(source)
    reporting = source.study.settings.report
    if reporting.findings:
        return f"{THE_TEAMS} {RULE_OTHERWISE}"
    left_out = f" The team left out: {listed(reporting.leave_out)}." if reporting.leave_out else ""
    looked = f" It looked at {n_of(n, 'answer or score', 'answers and scores')} by group." if n else ""
    return f"{RULE}{looked} {counted_in}{left_out}"
