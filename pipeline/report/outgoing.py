"""Look at all that the team wrote before it leaves: names and numbers in it are pointed out, and wait for a person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import PrivacyError
from pipeline.runtime.edited_csv import read_rows
from pipeline.runtime.typed_paths import typed
from pipeline.study import actions, easy_read, report_findings
from pipeline.study.confirmed_texts import confirmed_texts, text_sha256
from pipeline.study.quote_uses import read_uses


if TYPE_CHECKING:
    from pipeline.report import Exporter
    from pipeline.workflow.results import RunResults

_REPORTS = ("html", "docx", "pdf", "summary", "appendix", "charts", "xlsx")
_CODEBOOKS = ("qdc", "qdpx", "qdpx-cases")
_OF_A_CODE = ("label", "plain_label", "definition", "include", "exclude")
_EXAMPLES = ("examples", "counter_examples", "borderline")
_OF_A_ROW = ("about", "you_said", "decision", "action", "not_possible_because", "told_how")
Text = tuple[str, str]
"""Where words stand, and the words."""


@dataclass(frozen=True)
class WaitingText:
    """A text that waits until a person has mended it or confirmed it."""

    place: str
    holds: tuple[str, ...]
    """What looks like personal data, by kind and place in the text."""
    sha256: str

    @property
    def sentence(self) -> str:
        """Say it without the words."""
        return f"{self.place}: {', '.join(self.holds)}"


def check_outgoing(study_folder: str, exports: Sequence[tuple["Exporter", "RunResults"]]) -> None:
    """Raise PrivacyError where the team's own words in these exports hold what nobody has confirmed."""
    waiting = waiting_texts(exports)
    if waiting:
        sentences = [f"{text.sentence}." for text in waiting]
        raise PrivacyError(
            "\n  - ".join(["Nothing was exported: words that the team wrote may tell who somebody is.", *sentences])
            + "\nPut them in other words. Where they are meant to be there, a person can confirm them: "
            f"themes confirm {typed(study_folder)} --all --by NAME"
        )


def waiting_texts(exports: Sequence[tuple["Exporter", "RunResults"]]) -> tuple[WaitingText, ...]:
    """Return what of the team's own words in these exports holds what looks like personal data and nobody has confirmed."""
    places: dict[str, str] = {}
    for exporter, source in exports:
        for place, words in team_texts(source, exporter.name):
            # The same words in several places are confirmed once.
            places.setdefault(words, place)
    if not exports or not places:
        return ()
    study = exports[0][1].study
    confirmed = confirmed_texts(study)
    texts = [words for words in places if text_sha256(words) not in confirmed]
    # Imported only here, as its libraries take long to load.
    from pipeline.methods.redact import Redactor
    from pipeline.methods.redact.findings_in_words import identifiers_in

    findings = identifiers_in(Redactor(known_names=study.settings.clean.known_names), texts)
    return tuple(
        WaitingText(places[words], holds, text_sha256(words)) for words, holds in zip(texts, findings, strict=True) if holds
    )


def team_texts(source: "RunResults", name: str) -> Iterator[Text]:
    """Yield the words of an export that people of the team typed, each with where they stand."""
    for place, words in _every_text(source, name):
        if words.strip():
            yield place, words


def _every_text(source: "RunResults", name: str) -> Iterator[Text]:
    yield "study.toml, name", source.study.settings.name
    yield from _of_the_codebook(source, name)
    if name in _REPORTS:
        for number, sentence in enumerate(source.study.settings.report.findings, start=1):
            yield f"study.toml, [report] findings, entry {number}", sentence
        yield from _of_rows(source, report_findings.FILE, report_findings.COLUMNS, ("sentence",))
    intake = source.study.settings.intake
    for question in (*intake.questions, *intake.ratings):
        yield f"study.toml, wording of {question}", source.wording(question)
    # The easy-read text takes from themes only whether people praise or complain.
    if "themes" in source.tables and name != "easyread":
        themes = source["themes"]
        for number, title in zip(themes["number"], themes["title"].where(themes["named"], ""), strict=True):
            yield f"the title that people gave theme {number}", title
    if name in (*_REPORTS, "loop", "easyread"):
        yield from _of_rows(source, actions.FILE, actions.COLUMNS, _OF_A_ROW)
    if name == "easyread":
        yield from _of_rows(source, easy_read.FILE, easy_read.COLUMNS, ("heading", "text", "picture"))
    if "quotes" in source.tables:
        yield from _of_quotations(source)


def _of_the_codebook(source: "RunResults", name: str) -> Iterator[Text]:
    for code in source.codebook.codes:
        for field in _OF_A_CODE:
            yield f"codebook, {code.code}, {field}", getattr(code, field)
        for field in _EXAMPLES if name in _CODEBOOKS else ():
            for number, example in enumerate(getattr(code, field), start=1):
                yield f"codebook, {code.code}, {field}, entry {number}", example


def _of_rows(source: "RunResults", file: str, columns: Sequence[str], shown: Sequence[str]) -> Iterator[Text]:
    rows: Mapping[int, Mapping[str, str]] = read_rows(source.study.folder / file, columns)
    for number, row in rows.items():
        for column in shown:
            yield f"{file}, row {number}, {column}", row[column]


def _of_quotations(source: "RunResults") -> Iterator[Text]:
    from pipeline.report.quote_bank import release

    approved = release(source["quotes"], source["segments"], source["comments"], source.approvals, source.flagged).approved
    columns = ("segment_id", "caption", "text", "reworded")
    for segment_id, caption, words, reworded in zip(*(approved[name] for name in columns), strict=True):
        yield f"the caption of quotation {segment_id}", caption
        if reworded:
            yield f"the rewording of quotation {segment_id}", words
    for use in read_uses(source.study):
        yield f"quotes_used.csv, where {use.quote} was used", use.where
