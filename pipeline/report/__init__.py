"""What leaves a study: each export says which tables it takes, how sensitive it may be and which files it writes."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import PrivacyError, StudyError
from pipeline.runtime.private_folders import close_folders
from pipeline.runtime.scratch import scratch_of
from pipeline.study.study import Study, load_study


if TYPE_CHECKING:
    from pipeline.report.outgoing import WaitingText
    from pipeline.tables.parquet import Sensitivity
    from pipeline.workflow.results import RunResults

log = logging.getLogger("pipeline")
ORDER: tuple["Sensitivity", ...] = ("releasable", "redacted", "identifiable")


@dataclass(frozen=True)
class Exporter:
    """A form in which results leave a study; it is handed the tables it names and no others."""

    name: str
    write: Callable[["RunResults", Path], None]
    tables: tuple[str, ...]
    sensitivity: "Sensitivity"
    """The most sensitive content its readers may have: nothing identifiable ever leaves, whoever reads it."""
    files: tuple[str, ...]
    check: Callable[[], None] = lambda: None
    """Raise PipelineError where this form cannot be made on this machine."""
    inside: bool = False
    """It stays in the study, in `derived/`, and is not among what people take away."""
    for_the_team: bool = False
    """Whoever has it can count what releases hide, or reads words that nobody has approved: it is never released."""

    @property
    def has_figures(self) -> bool:
        """Whether it holds figures about people, so that it is a draft until it is released."""
        return not self.for_the_team and not set(FIGURES).isdisjoint(self.tables)

    def folder(self, study: Study) -> Path:
        """Return where its files are written."""
        return study.derived if self.inside else study.exports


def export(study: Study | str | Path, *, to: Sequence[str]) -> list[Path]:
    """Write a study's results in the forms named and return the files; every form is checked before any is written.

    What holds figures is a draft, says so, and is not to be passed on: `release` makes the copy that may be.

    Parameters
    ----------
    study : Study or path
        A study that has been run, or its folder.
    to : sequence of str
        Names of exports: "html", "docx", "pdf" and "xlsx" (the report, and its tables as a workbook), "summary" (its first page
        alone, as a page and for Word), "appendix" (reporting lists, filled as far as the study's records go), "charts" (each
        chart as PNG and SVG with its figures), "team" (the report with words that nobody has approved yet, in the study's
        derived/), "tables" (CSV files), "quotes" (approved quotes, and why others stay), "review" (excerpts for people to code,
        on paper or in a sheet), "qdc" (the codebook) and "qdpx" (answers and everybody's codings, for the team) for NVivo,
        ATLAS.ti, MAXQDA and others, "qdpx-cases" (the same with each person as a code), "sav" (coded answers without their
        words, for SPSS), "loop" (you said, we did, what we could not do and why), "easyread" (a draft in short sentences with
        pictures).

    Raises
    ------
    PrivacyError
        If a form would carry more sensitive data than it may, or what the team wrote may tell who somebody is.
    StudyError
        If there is no export of that name.
    DataError
        If the study has not been run yet, or its tables are not all of one run.
    BusyError
        If a run, an erasure or another export of the study is under way.

    Examples
    --------
    >>> from pipeline.report import EXPORTS
    >>> EXPORTS["quotes"].files
    ('quotes.csv', 'withheld.csv', 'quotes.xlsx', 'quotes.docx', 'quotes.html')
    """
    from pipeline.report.draft_mark import draft_notice
    from pipeline.report.earlier_wave import beside_earlier_wave
    from pipeline.workflow.released_figures import consistent_with_earlier_releases

    study, exporters = checked_exporters(study, to)
    with at_work(study, "An export"):
        sources = checked_sources(study, exporters)
        sources = beside_earlier_wave(consistent_with_earlier_releases(study, sources))
        drafts = [replace(source, draft=draft_notice(study)) for source in sources]
        return write_exports(study, exporters, drafts, folder_of=lambda exporter: exporter.folder(study))


def checked_exporters(study: Study | str | Path, to: Sequence[str]) -> tuple[Study, list[Exporter]]:
    """Return the study and the forms named, each of which may carry what it takes and can be made on this machine."""
    study = study if isinstance(study, Study) else load_study(study)
    exporters = [_named(name) for name in dict.fromkeys(to)]
    for exporter in exporters:
        check_gate(exporter)
        exporter.check()
    return study, exporters


def at_work(study: Study, what: str) -> AbstractContextManager[object]:
    """Keep runs from writing tables while they are read; before the first run there is nothing to hold."""
    from pipeline.study.lock import held

    return held(study, what) if study.derived.is_dir() else nullcontext()


def checked_sources(study: Study, exporters: Sequence[Exporter]) -> list["RunResults"]:
    """Return what each form is made of, in the order of `_contents`; PrivacyError where the team's words may tell who one is."""
    from pipeline.report.outgoing import check_outgoing
    from pipeline.workflow.results import read_sources

    # Each table is read and checked once, and forms of one content share it; each is still handed its own tables and no others.
    contents = _contents(exporters)
    sources = read_sources(study, contents)
    source_of = dict(zip(contents, sources, strict=True))
    # Before figures are noted as released: a release that is refused releases none.
    for_others = [exporter for exporter in exporters if exporter.name != "team"]
    check_outgoing(str(study.folder), [(exporter, source_of[exporter.tables]) for exporter in for_others])
    return sources


def write_exports(
    study: Study, exporters: Sequence[Exporter], sources: Sequence["RunResults"], *, folder_of: Callable[[Exporter], Path]
) -> list[Path]:
    """Write each form from its source, and return the files."""
    for note in dict.fromkeys(note for source in sources for note in source.notes):
        log.warning(note)
    beside = tuple(exporter.name for exporter in exporters)
    source_of = {names: replace(source, beside=beside) for names, source in zip(_contents(exporters), sources, strict=True)}
    for folder in dict.fromkeys((study.exports, *map(folder_of, exporters))):
        folder.mkdir(mode=0o700, exist_ok=True)
    close_folders(study.folder)
    with scratch_of(study.folder):
        for exporter in exporters:
            exporter.write(source_of[exporter.tables], folder_of(exporter))
    return [folder_of(exporter) / file for exporter in exporters for file in exporter.files]


def _contents(exporters: Sequence[Exporter]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(exporter.tables for exporter in exporters))


def outgoing_texts(study: Study) -> "tuple[WaitingText, ...]":
    """Return what the team wrote that no export may carry before a person has mended or confirmed it."""
    from pipeline.report.outgoing import waiting_texts
    from pipeline.workflow.results import read_sources

    exporters = [exporter for exporter in EXPORTS.values() if exporter.name != "team"]
    contents = tuple(dict.fromkeys(exporter.tables for exporter in exporters))
    source_of = dict(zip(contents, read_sources(study, contents), strict=True))
    return waiting_texts([(exporter, source_of[exporter.tables]) for exporter in exporters])


def check_gate(exporter: Exporter) -> None:
    """Raise PrivacyError if an export takes a table that its readers may not have."""
    from pipeline.tables.parquet import TABLES

    if exporter.sensitivity == "identifiable":
        raise PrivacyError(
            f"The export {exporter.name} would hold identifiable data, which never leaves the vault. Use another form."
        )
    for name in exporter.tables:
        sensitivity = TABLES[name].sensitivity
        if ORDER.index(sensitivity) > ORDER.index(exporter.sensitivity):
            raise PrivacyError(
                f"The export {exporter.name} may hold what is {exporter.sensitivity}, but takes the table {name}, "
                f"which is {sensitivity}. Nothing was written; use another form, or leave the table out of it."
            )


def _named(name: str) -> Exporter:
    if name not in EXPORTS:
        nearest = get_close_matches(name, EXPORTS, n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        raise StudyError(f"There is no export {name!r}; there are {', '.join(EXPORTS)}.{hint}")
    return EXPORTS[name]


def _imported(place: str) -> Callable[..., None]:
    """Return a function that is imported when it is first called: what writes documents and charts takes seconds to load."""
    module, name = place.split(":")

    def call(*arguments: object) -> None:
        getattr(import_module(module), name)(*arguments)

    return call


def _write_codebook(source: "RunResults", folder: Path) -> None:
    from pipeline.codebook.codebook import write_codebook

    write_codebook(source.codebook, folder / "codebook.qdc")


RELEASED = ("response_rates", "accounts", "counts", "closed", "estimates")
"""Tables of figures that may leave as they are."""
FIGURES = (*RELEASED, "voices", "themes")
"""All tables of figures about people."""

REPORT = (
    *("people", "comments", "segments", "texts", "themes", "found_members", "members", "shaping", "voices", "theme_ranks"),
    *("suggestions", "theme_codes", "agreement", "codings", "decisions", "quotes", "centroids"),
    *RELEASED,
)
"""The tables that the report is made from, whatever its format."""

_FORMATS = "pipeline.report.formats"
EXPORTS: dict[str, Exporter] = {
    exporter.name: exporter
    for exporter in (
        Exporter("html", _imported(f"{_FORMATS}.html:write_html"), REPORT, "redacted", ("report.html",)),
        Exporter(
            "team",
            _imported(f"{_FORMATS}.html:write_for_the_team"),
            REPORT,
            "redacted",
            ("report-for-the-team.html",),
            inside=True,
            for_the_team=True,
        ),
        Exporter("docx", _imported(f"{_FORMATS}.word:write_docx"), REPORT, "redacted", ("report.docx",)),
        Exporter(
            "pdf",
            _imported(f"{_FORMATS}.pdf:write_pdf"),
            REPORT,
            "redacted",
            ("report.pdf",),
            check=_imported(f"{_FORMATS}.pdf:check_installed"),
        ),
        Exporter("summary", _imported(f"{_FORMATS}.html:write_summary"), REPORT, "redacted", ("summary.html", "summary.docx")),
        Exporter(
            "appendix", _imported(f"{_FORMATS}.html:write_appendix"), REPORT, "redacted", ("appendix.html", "appendix.docx")
        ),
        Exporter("charts", _imported(f"{_FORMATS}.chart_files:write_charts"), REPORT, "redacted", ("charts.csv",)),
        Exporter("xlsx", _imported(f"{_FORMATS}.report_workbook:write_xlsx"), REPORT, "redacted", ("report.xlsx",)),
        Exporter(
            "tables",
            _imported(f"{_FORMATS}.csv_tables:write_tables"),
            ("comments", "segments", "members", "themes", "theme_codes", "voices", "theme_ranks", *RELEASED),
            "redacted",
            (*(f"{name}.csv" for name in (*RELEASED, "themes", "theme_codes", "voices", "theme_ranks")), "README.txt"),
        ),
        Exporter(
            "quotes",
            _imported(f"{_FORMATS}.quote_files:write_quotes"),
            ("quotes", "segments", "comments", "codings", "decisions"),
            "redacted",
            ("quotes.csv", "withheld.csv", "quotes.xlsx", "quotes.docx", "quotes.html"),
        ),
        Exporter(
            "loop",
            _imported(f"{_FORMATS}.actions_page:write_loop"),
            ("comments", "segments", "themes", "members", "theme_codes", "voices"),
            "redacted",
            ("loop.html", "loop.docx"),
        ),
        Exporter(
            "easyread",
            _imported("pipeline.report.easyread:write_easyread"),
            ("comments", "codings", "counts", "estimates", "response_rates", "closed", "themes", "theme_codes"),
            "redacted",
            ("easyread.docx", "easyread.html"),
        ),
        Exporter(
            "review",
            _imported("pipeline.exchange.sheets.excerpt_sheet:write_excerpts"),
            ("segments", "comments"),
            "redacted",
            ("review.csv", "codes.csv"),
            for_the_team=True,
        ),
        Exporter("qdc", _write_codebook, (), "releasable", ("codebook.qdc",)),
        Exporter(
            "qdpx",
            _imported("pipeline.exchange.refi.export:write_project"),
            # Redacted words of everybody who agreed to analysis: for the team, never for release.
            ("people", "comments", "segments", "suggestions", "codings", "decisions"),
            "redacted",
            ("project.qdpx", "project-losses.txt"),
            for_the_team=True,
        ),
        Exporter(
            "qdpx-cases",
            _imported("pipeline.exchange.refi.export:write_project_with_case_codes"),
            ("people", "comments", "segments", "suggestions", "codings", "decisions"),
            "redacted",
            ("project-cases-as-codes.qdpx", "project-cases-as-codes-losses.txt"),
            for_the_team=True,
        ),
        Exporter(
            "sav",
            _imported("pipeline.exchange.spss_export:write_sav"),
            # A row an answer with the groups of its person, and no words: still for the team.
            ("people", "comments", "segments", "members", "themes", "codings", "decisions", "ratings"),
            "redacted",
            ("codings.sav",),
            for_the_team=True,
        ),
    )
}
