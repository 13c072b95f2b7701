"""Codes that people suggest while they read, and what came of each: adopted as a proposal, merged into a code, or declined."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.decisions.decision import Decision
from pipeline.decisions.store import Store
from pipeline.errors import ReviewError
from pipeline.review.codebook_changes import CodeEdit, edit_of
from pipeline.review.coding import check_code
from pipeline.review.session import ReviewSession
from pipeline.review.shared_answers import may_read


Outcome = Literal["open", "adopted", "merged", "declined"]


@dataclass(frozen=True)
class SuggestedCode:
    """A code that somebody suggested, and what came of it."""

    answer: Decision
    """The answer in which it was suggested; `new_code` holds the words."""
    outcome: Outcome = "open"
    code: str = ""
    """The code it was merged into."""
    proposal: CodeEdit | None = None
    """What it was adopted as."""
    why: str = ""
    by: str = ""


def suggested_codes(review: ReviewSession) -> tuple[SuggestedCode, ...]:
    """Return what people suggest as things stand, the last one first, each with what came of it."""
    answers = [made for made in review.state().all_standing() if made.new_code]
    settled = review.read(_outcomes)
    return tuple(
        settled.get(_about(made), SuggestedCode)(made)
        for made in sorted(answers, key=lambda made: made.decision_id, reverse=True)
    )


def suggested_code(review: ReviewSession, decision_id: int) -> SuggestedCode:
    """Return the suggestion of this answer; ReviewError where it suggests none, or was taken back."""
    for suggestion in suggested_codes(review):
        if suggestion.answer.decision_id == decision_id:
            return suggestion
    raise ReviewError("This suggestion is not there any more: whoever made it has changed or taken back their answer.")


def shared_suggestions(review: ReviewSession, reader: str) -> tuple[SuggestedCode, ...]:
    """Return the suggestions this person may read: their own, and others' on excerpts that all, and they, have read."""
    return tuple(each for each in suggested_codes(review) if may_read(review, reader, each.answer))


def merge_suggestion(review: ReviewSession, decision_id: int, code: str, *, by: str) -> SuggestedCode:
    """Say that a code of the codebook holds what was suggested; CodebookError if it has no such code."""
    check_code(review, code)
    return _settle(review, decision_id, "merged", by=by, code=code)


def decline_suggestion(review: ReviewSession, decision_id: int, *, by: str, why: str) -> SuggestedCode:
    """Decline a suggestion in a sentence, which whoever made it reads."""
    if not why.strip():
        raise ReviewError("Say in a sentence why not. Whoever suggested it will read it.")
    return _settle(review, decision_id, "declined", by=by, why=why.strip())


def adopt_suggestion(review: ReviewSession, decision_id: int, proposal: CodeEdit, *, by: str) -> SuggestedCode:
    """Say that a suggestion became a proposal for the codebook."""
    return _settle(review, decision_id, "adopted", by=by, code=proposal.code, code_edit_id=proposal.code_edit_id)


def open_suggestion(review: ReviewSession, decision_id: int, *, by: str) -> SuggestedCode:
    """Take back what came of a suggestion: it waits again."""
    return _settle(review, decision_id, "open", by=by)


def _settle(
    review: ReviewSession,
    decision_id: int,
    outcome: Outcome,
    *,
    by: str,
    code: str = "",
    why: str = "",
    code_edit_id: int | None = None,
) -> SuggestedCode:
    answer = suggested_code(review, decision_id).answer
    row = {"segment_id": answer.segment_id, "text_id": answer.text_id, "outcome": outcome, "code": code, "why": why, "by": by}
    review.write(lambda store: store.append("suggestion_outcomes", decision_id=decision_id, code_edit_id=code_edit_id, **row))
    return suggested_code(review, decision_id)


def _about(made: Decision) -> tuple[str, str, str]:
    # Whoever changes their codes afterwards, and leaves the suggestion as it is, has not suggested it anew.
    return made.reviewer, made.segment_id, made.new_code.casefold()


def _outcomes(store: Store) -> dict[tuple[str, str, str], Any]:
    return {_about(store.decision(row["decision_id"])): _maker(store, row) for row in store.rows("suggestion_outcomes")}


def _maker(store: Store, row: Mapping[str, Any]) -> Any:
    number = row["code_edit_id"]
    proposal = edit_of(store, number) if number else None
    return lambda answer: SuggestedCode(answer, row["outcome"], row["code"], proposal, row["why"], row["by"])
