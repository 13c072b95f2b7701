"""Closed questions: means of scores and shares of options, by group."""

from collections.abc import Iterator, Mapping

import pandas as pd

from pipeline.errors import StudyError
from pipeline.methods.disclosure.cells import EVERYONE
from pipeline.report.blocks import Axis, Block, Heading, InWorkbook, Paragraph, ReportSection, nothing_to_show
from pipeline.report.comparison_blocks import INTERVALS, comparison_blocks, comparison_table, share_axis
from pipeline.report.group_comparison import DIFFERENCES, compare
from pipeline.workflow.results import RunResults


HOW = f"Means and shares are of the people who answered the question, with 95% intervals. {DIFFERENCES}"


def closed_questions(source: RunResults) -> ReportSection:
    """Return means of scores and shares of options by group."""
    name, heading = "closed-questions", "Closed questions"
    if source["closed"].empty:
        return nothing_to_show(name, heading, "The study has no closed questions.")
    _check_scale_ends(source)
    blocks: list[Block] = [Paragraph(HOW)]
    for place, group in enumerate(source.groups or (EVERYONE,), start=1):
        of_group = (*_options(source, group, f"options-{place}"), *_means(source, group, f"means-{place}"))
        # A page holds the comparison by the attribute that the study names first.
        blocks += of_group if place == 1 else [InWorkbook(of_group)]
    return ReportSection(name, heading, tuple(blocks))


def _check_scale_ends(source: RunResults) -> None:
    unknown = source.study.settings.report.scale_ends.keys() - source.study.settings.intake.ratings.keys()
    if unknown:
        raise StudyError(
            f"study.toml, [report.scale_ends]: there is no closed question {sorted(unknown)[0]!r}. Write the name of a question "
            "as under [intake.ratings]."
        )


def _means(source: RunResults, group: str, name: str) -> Iterator[Block]:
    # A table for each scale, since means on different scales cannot share an axis.
    means = _measured(source, "mean")
    scales = {str(question): _ends_in_words(source, str(question)) for question in means["question"]}
    for position, ends in enumerate(dict.fromkeys(scales.values()), start=1):
        alike = {question: source.wording(question) for question, scale in scales.items() if scale == ends}
        asked, labels = without_shared_beginning(alike)
        comparison = compare(means.assign(key=means["question"]), group, labels=labels, unit="score", profile=source.profile)
        scale = f" from {ends[0]} to {ends[1]}" if ends else ""
        first = asked or "Closed question"
        table = comparison_table(comparison, f"{name}-{position}", caption=f"Mean scores{scale}", first=first)
        yield Heading(f"{first}: scores{scale}{comparison.by_group}")
        # Where no mean is shown there is no chart, and the axis is not drawn.
        axis = Axis("Mean score", *(scale_of(source, next(iter(alike))) or (0.0, 1.0)), "score")
        yield from comparison_blocks(
            comparison, table, axis, title=f"{asked or 'Closed questions'}: mean scores{scale}, with 95% intervals"
        )


def without_shared_beginning(labels: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return what all labels say before a colon, and the labels without it: survey tools repeat the question."""
    parts = {key: label.partition(": ") for key, label in labels.items()}
    beginnings = {beginning for beginning, _, _ in parts.values()}
    if len(labels) < 2 or len(beginnings) > 1 or not all(item for _, _, item in parts.values()):
        return "", dict(labels)
    return beginnings.pop(), {key: item for key, (_, _, item) in parts.items()}


def _measured(source: RunResults, measure: str) -> pd.DataFrame:
    closed = source["closed"]
    return closed[closed["measure"] == measure]


def scale_of(source: RunResults, question: str) -> tuple[float, float] | None:
    """Return the ends of a question's scale: those the study names, or else those of what is shown; None where nothing is."""
    rating = source.study.settings.intake.ratings.get(question)
    if rating and rating.scale:
        return rating.scale
    if rating and rating.labels:
        return min(rating.labels.values()), max(rating.labels.values())
    means = _measured(source, "mean")
    shown = means[(means["question"] == question) & ~means["suppressed"]]
    return (float(shown["low"].min()), float(shown["high"].max())) if len(shown) else None


def scale_in_words(source: RunResults, question: str) -> str:
    """Say from where to where the scores of a question go, and what their ends mean; else only which is the highest."""
    ends = _ends_in_words(source, question)
    if ends is None:
        return "on a scale of which the ends are not shown"
    # Whether a high score is good the team alone can say.
    highest = "" if ends[1].endswith(")") else f", where {ends[1]} is the highest"
    return f"on a scale from {ends[0]} to {ends[1]}{highest}"


def _ends_in_words(source: RunResults, question: str) -> tuple[str, str] | None:
    """Write the ends of a question's scale with what they mean, as the team wrote it, or as the answers themselves say."""
    scale = scale_of(source, question)
    if scale is None:
        return None
    rating = source.study.settings.intake.ratings.get(question)
    word_of = {score: word for word, score in (rating.labels if rating else {}).items()}
    low, high = source.study.settings.report.scale_ends.get(question) or tuple(word_of.get(end, "") for end in scale)
    return (f"{scale[0]:g} ({low})" if low else f"{scale[0]:g}", f"{scale[1]:g} ({high})" if high else f"{scale[1]:g}")


def _options(source: RunResults, group: str, name: str) -> Iterator[Block]:
    # A table a question, as each has its own answers.
    chosen = _measured(source, "share")
    for position, (question, rows) in enumerate(chosen.groupby("question", sort=False), start=1):
        labels = {value: value for value in rows["value"]}
        comparison = compare(rows.assign(key=rows["value"]), group, labels=labels, unit="share", profile=source.profile)
        wording = source.wording(str(question))
        table = comparison_table(comparison, f"{name}-{position}", caption=f"Answers to “{wording}”", first="Answer")
        yield Heading(f"“{wording}”{comparison.by_group}")
        yield from comparison_blocks(
            comparison,
            table,
            share_axis(comparison),
            title=f"Share of people who chose each answer to “{wording}”{INTERVALS}",
        )
