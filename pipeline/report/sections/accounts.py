"""What was set aside and why: where every answer went."""

from typing import Any

from pipeline.errors import DataError
from pipeline.report.blocks import Paragraph, Section, Table
from pipeline.report.source import Source
from pipeline.report.wording import number, sentence_case
from pipeline.stages.clean import DUPLICATE, EMPTY, NON_ANSWER, OTHER_LANGUAGE


WHY = {
    EMPTY: "Left blank",
    NON_ANSWER: "A non-answer, such as “n/a”",
    DUPLICATE: "The same person gave the same answer again",
    OTHER_LANGUAGE: "In a language the study does not read yet",
}
WHAT_AN_ANSWER_IS = (
    "An answer is one person’s place for one open question, filled in or blank. Every answer that came in is read, or set "
    "aside with a reason. None is dropped."
)


def set_aside(source: Source) -> Section:
    """Return where every answer went; DataError if they do not add up to what came in."""
    accounts = source.manifest.accounts
    if not accounts:
        raise DataError("The record of the run does not say where the answers went; `themes run` completes it.")
    _check_sum(accounts, len(source["comments"]))
    rows = (
        ("Read, and sorted into themes", number(accounts["coded"])),
        *((WHY.get(reason, sentence_case(reason)), number(n)) for reason, n in accounts["set_aside"].items()),
        ("Withdrawn: the person did not agree to analysis", number(accounts["withdrawn"])),
        ("All answers that came in", number(accounts["rows_in"])),
    )
    table = Table("accounts", "Where every answer went", ("What became of it", "Answers"), rows, numeric=(1,))
    return Section("set-aside", "What was set aside and why", (Paragraph(WHAT_AN_ANSWER_IS), table))


def _check_sum(accounts: dict[str, Any], n_comments: int) -> None:
    total = accounts["coded"] + accounts["withdrawn"] + sum(accounts["set_aside"].values())
    if not total == accounts["rows_in"] == n_comments:
        raise DataError(
            f"{accounts['rows_in']} answers came in, {total} are accounted for, and the table comments has {n_comments}. "
            "Run the study again: `themes run`."
        )
