"""Codes that people suggest while they read, and what came of each: adopted as a proposal, merged into a code, or declined."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.decisions.decision import Decision
from pipeline.decisions.store import Store
from pipeline.errors import ReviewError
from pipeline.review.codebook_changes import CodeEdit, edit_of
from pipeline.review.coding import StaleError, check_code
from pipeline.review.session import ReviewSession
from pipeline.review.shared_answers import may_read


Outcome = Literal["open", "adopted", "merged", "declined"]
_GONE = "This suggestion is not there any more: whoever made it has changed or taken back their answer."


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
    version: int = 0
    """To be sent back with what is to come of it: the number of the row that says what came of it, or 0."""


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
    raise ReviewError(_GONE)


def shared_suggestions(review: ReviewSession, reader: str) -> tuple[SuggestedCode, ...]:
    """Return the suggestions this person may read: their own, and others' on excerpts that all, and they, have read."""
    return tuple(each for each in suggested_codes(review) if may_read(review, reader, each.answer))


def merge_suggestion(review: ReviewSession, decision_id: int, code: str, *, by: str, version: int) -> SuggestedCode:
    """Say that a code of the codebook holds what was suggested; CodebookError if it has no such code.

    `version` is that of the suggestion as the page showed it; StaleError if somebody has said since what came of it.
    """
    check_code(review, code)
    return _settle(review, decision_id, "merged", by=by, version=version, code=code)


def decline_suggestion(review: ReviewSession, decision_id: int, *, by: str, why: str, version: int) -> SuggestedCode:
    """Decline a suggestion in a sentence, which whoever made it reads; StaleError as in `merge_suggestion`."""
    if not why.strip():
        raise ReviewError("Say in a sentence why not. Whoever suggested it will read it.")
    return _settle(review, decision_id, "declined", by=by, version=version, why=why.strip())


def adopt_suggestion(review: ReviewSession, decision_id: int, proposal: CodeEdit, *, by: str, version: int) -> SuggestedCode:
    """Say that a suggestion became a proposal for the codebook; StaleError as in `merge_suggestion`."""
    return _settle(review, decision_id, "adopted", by=by, version=version, code=proposal.code, code_edit_id=proposal.code_edit_id)


def open_suggestion(review: ReviewSession, decision_id: int, *, by: str, version: int) -> SuggestedCode:
    """Take back what came of a suggestion: it waits again. StaleError as in `merge_suggestion`."""
    return _settle(review, decision_id, "open", by=by, version=version)


def _settle(
    review: ReviewSession,
    decision_id: int,
    outcome: Outcome,
    *,
    by: str,
    version: int,
    code: str = "",
    why: str = "",
    code_edit_id: int | None = None,
) -> SuggestedCode:
    answer = suggested_code(review, decision_id).answer
    row: dict[str, Any] = {"outcome": outcome, "code": code, "why": why, "by": by, "code_edit_id": code_edit_id}
    about: dict[str, Any] = {"decision_id": decision_id, "segment_id": answer.segment_id, "text_id": answer.text_id}

    def keep(store: Store) -> None:
        # Asked of the store, by the one writer: two people may decide about it at one moment.
        if store.own_decision(answer.segment_id, answer.reviewer) != decision_id:
            raise ReviewError(_GONE)
        last = next((each for each in reversed(store.rows("suggestion_outcomes")) if _is_about(store, each, answer)), None)
        if last is not None and all(last[name] == value for name, value in row.items()):
            # The same form was sent twice.
            return
        if (last["suggestion_outcome_id"] if last else 0) != version:
            raise _stale(last, yours=row)
        store.append("suggestion_outcomes", **about, **row)

    review.write(keep)
    return suggested_code(review, decision_id)


def _stale(last: Any, *, yours: object) -> StaleError:
    who = f"{last['by']} has decided about this suggestion" if last else "Something has come of this suggestion"
    return StaleError(
        f"{who} since this page was opened. Nothing was overwritten: see what came of it below, and let it wait again if you "
        "want to decide otherwise.",
        yours=yours,
        stands=dict(last) if last else None,
    )


def _is_about(store: Store, row: Mapping[str, Any], answer: Decision) -> bool:
    return row["segment_id"] == answer.segment_id and _about(store.decision(row["decision_id"])) == _about(answer)


def _about(made: Decision) -> tuple[str, str, str]:
    # Whoever changes their codes afterwards, and leaves the suggestion as it is, has not suggested it anew.
    return made.reviewer, made.segment_id, made.new_code.casefold()


def _outcomes(store: Store) -> dict[tuple[str, str, str], Any]:
    return {_about(store.decision(row["decision_id"])): _maker(store, row) for row in store.rows("suggestion_outcomes")}


def _maker(store: Store, row: Mapping[str, Any]) -> Any:
    number = row["code_edit_id"]
    proposal = edit_of(store, number) if number else None
    return lambda answer: SuggestedCode(
        answer, row["outcome"], row["code"], proposal, row["why"], row["by"], row["suggestion_outcome_id"]
    )
