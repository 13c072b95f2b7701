"""What was set aside and why: where every answer went."""

from typing import Any

import pandas as pd

from pipeline.errors import DataError
from pipeline.report.blocks import Paragraph, ReportSection, TableBlock
from pipeline.report.numbers_in_words import NOT_SHOWN, number, sentence_case
from pipeline.tables.set_aside import DUPLICATE, EMPTY, NO_CONSENT, NON_ANSWER, OTHER_LANGUAGE
from pipeline.workflow.results import RunResults
from pipeline.workflow.stages.respond import ALL, READ


WHY = {
    READ: "Read, and sorted into themes",
    EMPTY: "Left blank",
    NON_ANSWER: "A non-answer, such as “n/a”",
    DUPLICATE: "The same person gave the same answer again",
    OTHER_LANGUAGE: "In a language the study does not read yet",
    NO_CONSENT: "Withdrawn: the person did not agree to analysis",
    ALL: "All answers that came in",
}
WHAT_AN_ANSWER_IS = (
    "An answer is one person’s place for one open question, filled in or blank. Every answer that came in is read, or set "
    "aside with a reason. None is dropped."
)


def set_aside(source: RunResults) -> ReportSection:
    """Return where every answer went; DataError if they do not add up to what came in."""
    accounts = source.manifest.accounts
    if not accounts:
        raise DataError("The record of the run does not say where the answers went; `themes run` completes it.")
    _check_sum(accounts, len(source["comments"]))
    counts = source["accounts"].set_index("became")["n"]
    order = [READ, *sorted(set(counts.index) - {READ, ALL, NO_CONSENT}), NO_CONSENT, ALL]
    shown = {outcome: NOT_SHOWN if pd.isna(n) else number(n) for outcome, n in counts.items()}
    rows = tuple((WHY.get(outcome, sentence_case(outcome)), shown[outcome]) for outcome in order if outcome in shown)
    note = f"{sentence_case(source.profile.rule)}."
    table = TableBlock("accounts", "Where every answer went", ("What became of it", "Answers"), rows, numeric=(1,), note=note)
    return ReportSection("set-aside", "What was set aside and why", (Paragraph(WHAT_AN_ANSWER_IS), table))


def _check_sum(accounts: dict[str, Any], n_comments: int) -> None:
    total = accounts["coded"] + accounts["withdrawn"] + sum(accounts["set_aside"].values())
    # Rather no report than one in which an answer is lost.
    if not total == accounts["rows_in"] == n_comments:
        raise DataError(
            f"{accounts['rows_in']} answers came in, {total} are accounted for, and the table comments has {n_comments}. "
            "Run the study again: `themes run`."
        )
