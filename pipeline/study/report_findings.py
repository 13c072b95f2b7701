"""`findings.csv`: what the team made of the findings of the report's first page, each approved, reworded, moved or left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from datetime import date

from pipeline.errors import StudyError
from pipeline.runtime.edited_csv import add_row, change_row, read_rows, start_table
from pipeline.runtime.plain_text import one_line
from pipeline.study.study import Study


FILE = "findings.csv"
PROPOSED = "proposed_findings.csv"
"""In derived/: the findings as the last report picked them."""
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class ProposedFinding:
    """A finding as the rule picks and words it."""

    finding: str
    """What it is of: stays the same while its figures change."""
    sentence: str


@dataclass(frozen=True)
class DecidedFinding:
    """A row of the file: what people decided about a finding."""

    finding: str
    proposed: str
    """How the rule worded it when it was decided on, with its figures then."""
    sentence: str
    """How the team words it."""
    place: str = ""
    shown: str = "yes"
    approved_by: str = ""
    approved_on: str = ""


@dataclass(frozen=True)
class StandingFinding:
    """A finding as it stands: how the rule words it now, and what people decided about it."""

    proposed: ProposedFinding
    row: DecidedFinding

    @property
    def changed(self) -> bool:
        """Whether its figures or words are others now than those that people decided on."""
        return self.row.proposed != self.proposed.sentence

    @property
    def approved(self) -> bool:
        """Whether somebody approved it with the figures that it has now."""
        return bool(self.row.approved_by) and not self.changed and not wrong_figures(self.row.sentence, self.proposed.sentence)

    @property
    def wrong(self) -> tuple[str, ...]:
        """Figures in the team's words that are not among those of the finding now."""
        return wrong_figures(self.row.sentence, self.proposed.sentence)


@dataclass(frozen=True)
class StandingFindings:
    """The findings that may be printed, in the team's order, and those that it left out."""

    in_report: tuple[StandingFinding, ...]
    left_out: tuple[DecidedFinding, ...]
    gone: tuple[DecidedFinding, ...]
    """Approved once, and no longer among the findings that the rule picks."""


class FindingChangedError(StudyError):
    """A finding is not what it was when it was shown."""


COLUMNS = tuple(field.name for field in fields(DecidedFinding))
_OF_PROPOSALS = tuple(field.name for field in fields(ProposedFinding))


def wrong_figures(sentence: str, proposed: str) -> tuple[str, ...]:
    """Return the figures of a sentence that the proposed one has not; years are no figures."""
    figures = {number.replace(",", "").rstrip(".") for number in _NUMBER.findall(proposed)}
    written = dict.fromkeys(number.replace(",", "") for number in _NUMBER.findall(sentence))
    return tuple(number for number in written if number not in figures and not _YEAR.fullmatch(number))


def keep_proposals(study: Study, proposed: Sequence[ProposedFinding]) -> None:
    """Keep the findings as the rule picks them, for the review page to show."""
    path = study.derived / PROPOSED
    path.unlink(missing_ok=True)
    start_table(path, _OF_PROPOSALS, [astuple(finding) for finding in proposed])


def proposals(study: Study) -> tuple[ProposedFinding, ...]:
    """Return the findings as the last report picked them; none before the first."""
    return tuple(ProposedFinding(**row) for row in read_rows(study.derived / PROPOSED, _OF_PROPOSALS).values())


def left_out(study: Study) -> frozenset[str]:
    """Return the findings that people left out, by what they are of."""
    return frozenset(row.finding for row in _rows(study).values() if row.shown == "no")


def standing_findings(study: Study, proposed: Sequence[ProposedFinding]) -> StandingFindings:
    """Return proposed findings as people left them; StudyError where the file is no table."""
    rows = {row.finding: row for row in _rows(study).values()}
    names = {finding.finding for finding in proposed}
    in_report = [
        StandingFinding(finding, rows.get(finding.finding) or DecidedFinding(finding.finding, finding.sentence, finding.sentence))
        for finding in proposed
        if rows.get(finding.finding, DecidedFinding("", "", "")).shown != "no"
    ]
    ordered = sorted(enumerate(in_report), key=lambda pair: (_place(pair[1].row, pair[0]), pair[0]))
    return StandingFindings(
        tuple(finding for _, finding in ordered),
        tuple(row for row in rows.values() if row.shown == "no"),
        tuple(row for row in rows.values() if row.shown != "no" and row.approved_by and row.finding not in names),
    )


def _place(row: DecidedFinding, usual: int) -> float:
    return float(row.place) if row.place.isdecimal() else usual + 1


def approve_finding(study: Study, finding: StandingFinding, sentence: str, *, by: str, when: date) -> None:
    """Keep that a person approved a finding in these words; StudyError where a figure in them is not the finding's.

    FindingChangedError if somebody has changed it since it was shown.
    """
    words = one_line(sentence)
    if not words:
        raise StudyError("Write the sentence, or leave the finding out.")
    if wrong := wrong_figures(words, finding.proposed.sentence):
        raise StudyError(
            f"{', '.join(wrong)} is not among the figures of this finding. Take the figures from “{finding.proposed.sentence}”"
        )
    row = replace(
        finding.row, proposed=finding.proposed.sentence, sentence=words, approved_by=one_line(by), approved_on=when.isoformat()
    )
    _put(study, row, shown=finding.row)


def take_back_approval(study: Study, finding: StandingFinding) -> None:
    """Let a finding wait again."""
    _put(study, replace(finding.row, approved_by="", approved_on=""), shown=finding.row)


def show_finding(study: Study, row: DecidedFinding, *, shown: bool) -> None:
    """Leave a finding out, or bring it back."""
    _put(study, replace(row, shown="yes" if shown else "no"), shown=row)


def arrange(study: Study, ordered: Sequence[StandingFinding]) -> None:
    """Keep an order of findings."""
    for place, finding in enumerate(ordered, start=1):
        _put(study, replace(finding.row, place=str(place)), shown=finding.row)


def _rows(study: Study) -> Mapping[int, DecidedFinding]:
    rows = read_rows(study.folder / FILE, COLUMNS)
    return {number: DecidedFinding(**row) for number, row in rows.items() if row["finding"]}


def _put(study: Study, row: DecidedFinding, *, shown: DecidedFinding) -> None:
    path, rows = study.folder / FILE, _rows(study)
    number = next((number for number, other in rows.items() if other.finding == row.finding), None)
    if number is None:
        add_row(path, COLUMNS, asdict(row))
    elif rows[number] != shown:
        raise FindingChangedError("Somebody changed this finding since you opened it, so nothing was written.")
    else:
        change_row(path, COLUMNS, number, asdict(row))
