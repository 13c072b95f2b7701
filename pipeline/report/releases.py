"""A release: the forms of a study's results that may be passed on, and the record of the figures that they show for good."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

from pipeline.errors import StudyError
from pipeline.methods.disclosure.released import Released
from pipeline.report import Exporter, at_work, checked_exporters, checked_sources, write_exports
from pipeline.report.content import banner
from pipeline.report.earlier_wave import beside_earlier_wave
from pipeline.report.sections.method_section import checked_share
from pipeline.runtime.plurals import listed, n_of
from pipeline.study.easy_read import FILE, read_ideas
from pipeline.study.study import Study
from pipeline.workflow.released_figures import ReleasedBeside, beside_earlier_releases, write_ledger
from pipeline.workflow.results import RunResults, read_results


FOLDER = "released"
_KINDS = {
    "counts": "by code",
    "voices": "by theme and group",
    "closed": "by answers to closed questions",
    "response_rates": "of who took part",
    "accounts": "of what became of answers",
}
_PEOPLE = re.compile(r"(\d[\d,]*) (?:people|person)\b")


@dataclass(frozen=True)
class ReleasePlan:
    """What a release would fix for good, to be said before anybody agrees to it."""

    study: Study
    forms: tuple[str, ...]
    files: tuple[str, ...]
    checked: float
    """The share of suggested codes that people have decided on."""
    added: tuple[Released, ...]
    """What it would add to the ledger."""
    n_earlier: int
    notes: tuple[str, ...]

    @property
    def n_shown(self) -> int:
        """How many figures it shows for the first time."""
        return sum(not isnan(figure.shown) for figure in self.added)


def plan_release(study: Study | str | Path, *, to: Sequence[str]) -> ReleasePlan:
    """Return what a release in the forms named would fix for good; nothing is written.

    Raises
    ------
    StudyError
        If there is no export of that name, or it is for the team and never released.
    PrivacyError, DataError, BusyError
        As `export` does.
    """
    study, exporters = _releasable(study, to)
    with at_work(study, "A release"):
        return _plan(study, exporters, _beside(study, exporters))


def release(study: Study | str | Path, *, to: Sequence[str], agreed: ReleasePlan | None = None) -> list[Path]:
    """Write the forms named to exports/released/, keep their figures in the ledger, and return the files.

    Parameters
    ----------
    study : Study or path
        A study that has been run, or its folder.
    to : sequence of str
        Names of exports that may be passed on: all but "team", "review", "qdpx", "qdpx-cases" and "sav".
    agreed : ReleasePlan, optional
        What somebody has agreed to: StudyError if the release would fix anything else by now.

    Raises
    ------
    StudyError, PrivacyError, DataError, BusyError
        As `plan_release` does.
    """
    study, exporters = _releasable(study, to)
    with at_work(study, "A release"):
        beside = _beside(study, exporters)
        if agreed is not None and not _same(agreed, _plan(study, exporters, beside)):
            raise StudyError("The study has changed since you were asked. Nothing was released; give the same command again.")
        # The ledger first: a release that is cut short may have kept too much, and never passes on what is not kept.
        if beside.added:
            write_ledger(study, (*beside.earlier, *beside.added))
        sources = beside_earlier_wave(beside.sources, release=True)
        return write_exports(study, exporters, sources, folder_of=lambda _: study.exports / FOLDER)


def plan_in_words(plan: ReleasePlan) -> str:
    """Say what a release would fix for good, and how far people have checked it."""
    lines = [
        f"A release of {plan.study.settings.name}, profile {plan.study.settings.count.profile}: "
        f"{', '.join(plan.files)}, in {plan.study.exports / FOLDER}.",
        f"{banner(plan.checked)}.",
        _fixes(plan),
    ]
    return "\n".join([*lines, *plan.notes])


def _fixes(plan: ReleasePlan) -> str:
    before = f"Earlier releases fixed {plan.n_earlier:,}." if plan.n_earlier else "It is the first release of this study."
    if not plan.added:
        return f"It fixes no figure that is not fixed yet. {before}"
    n_hidden = len(plan.added) - plan.n_shown
    return (
        f"It fixes {n_of(len(plan.added), 'figure')} for good: {plan.n_shown:,} shown, {n_hidden:,} not shown"
        f"{_by_kind(plan.added)}. {before}\n"
        "Every later release keeps to them: a figure that moves by a few people is given as it is now, or not shown. This "
        "cannot be taken back."
    )


def _by_kind(figures: Sequence[Released]) -> str:
    kinds = Counter(_kind(figure) for figure in figures)
    return f" ({listed([f'{kinds[kind]:,} {words}' for kind, words in _KINDS.items() if kinds[kind]])})" if kinds else ""


def _kind(figure: Released) -> str:
    name = figure.item.partition("|")[0]
    return "voices" if name == "themes" else name


def _same(first: ReleasePlan, second: ReleasePlan) -> bool:
    # Compared as text, in which a figure that is not shown is like itself.
    return repr((first.forms, first.added, first.n_earlier)) == repr((second.forms, second.added, second.n_earlier))


def _releasable(study: Study | str | Path, to: Sequence[str]) -> tuple[Study, list[Exporter]]:
    study, exporters = checked_exporters(study, to)
    for exporter in exporters:
        if exporter.for_the_team:
            raise StudyError(
                f"“{exporter.name}” is for the team and is never released: it tells what releases hide. "
                f"`themes export {study.folder} --to {exporter.name}` writes it for you. Nothing was released."
            )
    return study, exporters


def _beside(study: Study, exporters: Sequence[Exporter]) -> ReleasedBeside:
    return beside_earlier_releases(study, checked_sources(study, exporters))


def _plan(study: Study, exporters: Sequence[Exporter], beside: ReleasedBeside) -> ReleasePlan:
    easy = [note for exporter in exporters if exporter.name == "easyread" for note in _figures_in_easy_read(beside.sources)]
    return ReleasePlan(
        study=study,
        forms=tuple(exporter.name for exporter in exporters),
        files=tuple(file for exporter in exporters for file in exporter.files),
        checked=checked_share(read_results(study, ("codings",))["codings"]),
        added=beside.added,
        n_earlier=len(beside.earlier),
        notes=tuple(dict.fromkeys((*(note for source in beside.sources for note in source.notes), *easy))),
    )


def _figures_in_easy_read(sources: Sequence[RunResults]) -> list[str]:
    """Say which numbers of people stand in easyread.csv that the figures of this release do not bear out."""
    from pipeline.report.easyread import draft_ideas

    source = next(source for source in sources if {"counts", "estimates", "response_rates"} <= set(source.tables))
    now = {n for idea in draft_ideas(source) for n in _PEOPLE.findall(idea.text)}
    other = dict.fromkeys(n for idea in read_ideas(source.study) for n in _PEOPLE.findall(idea.text) if n not in now)
    if not other:
        return []
    return [
        f"{FILE} speaks of {listed([f'{n} people' for n in other])}, which is none of the figures of this release. If the number "
        "is from an earlier draft, put today's in its place: beside this release it may tell what one person said."
    ]
