"""The findings of the report's first page, for the people who run the review to reword, arrange and approve."""

from collections.abc import Callable
from datetime import date
from typing import Literal

from pipeline.errors import ReviewError, StudyError
from pipeline.review.coding import StaleError
from pipeline.review.session import ReviewSession
from pipeline.runtime.files import content_id
from pipeline.study.report_findings import (
    DecidedFinding,
    FindingChangedError,
    StandingFinding,
    StandingFindings,
    approve_finding,
    arrange,
    proposals,
    show_finding,
    standing_findings,
    take_back_approval,
)


Step = Literal["up", "down", "out", "back", "wait"]
STEPS: dict[Step, str] = {
    "up": "Moved up.",
    "down": "Moved down.",
    "out": "Left out of the report.",
    "back": "Back in the report, to be approved.",
    "wait": "It waits to be approved again.",
}
"""What can be done to a finding beside approving it, and what is said of it then."""


def findings_to_approve(review: ReviewSession) -> StandingFindings:
    """Return the findings of the last report as they stand; ReviewError where the team's file is no table."""
    try:
        return standing_findings(review.study, proposals(review.study))
    except StudyError as error:
        raise ReviewError(str(error)) from error


def key_of(finding: str) -> str:
    """Return what a finding's page is called, so that no words stand in an address."""
    return content_id(finding)


def finding_of(review: ReviewSession, key: str) -> StandingFinding | None:
    """Return the finding of a page."""
    return next((finding for finding in findings_to_approve(review).in_report if key_of(finding.proposed.finding) == key), None)


def approve(review: ReviewSession, finding: StandingFinding, sentence: str, *, by: str, when: date) -> None:
    """Approve a finding in these words; ReviewError says what is wrong with them, StaleError that it was changed meanwhile."""
    _done(review, lambda: approve_finding(review.study, finding, sentence, by=by, when=when), yours=sentence)


def step(review: ReviewSession, key: str, what: Step) -> bool:
    """Move a finding, leave it out, bring it back or let it wait again; False where there is none of that key."""
    standing = findings_to_approve(review)
    if what == "back":
        row = next((row for row in standing.left_out if key_of(row.finding) == key), None)
        return row is not None and _done(review, lambda: _bring_back(review, row))
    in_report = list(standing.in_report)
    place = next((place for place, finding in enumerate(in_report) if key_of(finding.proposed.finding) == key), None)
    if place is None:
        return False
    if what == "out":
        return _done(review, lambda: show_finding(review.study, in_report[place].row, shown=False))
    if what == "wait":
        return _done(review, lambda: take_back_approval(review.study, in_report[place]))
    other = place + (-1 if what == "up" else 1)
    if 0 <= other < len(in_report):
        in_report[place], in_report[other] = in_report[other], in_report[place]
    return _done(review, lambda: arrange(review.study, in_report))


def _bring_back(review: ReviewSession, row: DecidedFinding) -> None:
    show_finding(review.study, row, shown=True)


def _done(review: ReviewSession, job: Callable[[], None], *, yours: str = "") -> bool:
    try:
        review.write(lambda store: job())
    except FindingChangedError as changed:
        raise StaleError(str(changed), yours=yours, stands=None) from changed
    except StudyError as error:
        raise ReviewError(str(error)) from error
    return True
