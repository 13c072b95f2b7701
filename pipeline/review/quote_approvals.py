"""Quotes to approve: a person lets each quotation leave, in the words that were said or in others, or refuses it."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.decisions.store import Store
from pipeline.errors import ReviewError
from pipeline.methods.disclosure.indirect_identifiers import may_identify, pointers
from pipeline.methods.disclosure.quoted_passages import closed_in_answers, quoted_id, takes_up
from pipeline.methods.redact import Redactor
from pipeline.methods.redact.findings_in_words import identifiers_in
from pipeline.methods.text.rewording import too_like
from pipeline.review.coding import StaleError
from pipeline.review.run_tables import RunTables
from pipeline.review.session import ReviewSession
from pipeline.review.worries import worries
from pipeline.runtime.plain_text import one_line


@dataclass(frozen=True)
class QuoteApproval:
    """What people have decided about quoting an excerpt."""

    approval_id: int
    segment_id: str
    outcome: Literal["approved", "reworded", "refused"]
    wording: str
    reason: str
    by: str
    made_at: str


@dataclass(frozen=True)
class QuoteCandidate:
    """An excerpt that could be quoted, with its neighbours where it is short, and what people have decided about it."""

    segment_id: str
    codes: tuple[str, ...]
    text: str
    caption: str
    reasons: tuple[str, ...]
    """Why it was picked: typical, distinct, …"""
    consent: Literal["quote", "paraphrase"]
    """With "paraphrase" only a rewording may leave."""
    to_check: int
    """Places in the answer where a person should look for identifiers."""
    approval: QuoteApproval | None

    @property
    def version(self) -> int:
        """To be sent back with a decision: the number of the approval it would take the place of, or 0."""
        return self.approval.approval_id if self.approval else 0


def quote_candidates(review: ReviewSession, *, waiting: bool = False) -> tuple[QuoteCandidate, ...]:
    """Return the candidates in the codebook's order; with `waiting` only those nobody has decided about.

    What holds words that somebody flagged, or other words that people decided against, is offered to nobody.
    """
    candidates = _every(review)
    closed = _closed(review, candidates)
    return tuple(
        candidate
        for candidate in candidates
        if not (waiting and candidate.approval) and (candidate.approval or candidate.segment_id not in closed)
    )


def _every(review: ReviewSession) -> list[QuoteCandidate]:
    run = review.last_run()
    stamp = review.read(lambda store: store.last_numbers("approvals", "retractions"))
    approvals = review.kept("approvals", stamp, lambda: review.read(approvals_of))
    order = {code.code: place for place, code in enumerate(run.codebook.codes)}
    quotes = run.tables["quotes"]
    # Codes that the codebook no longer has come last.
    places = quotes["code"].map(order).fillna(len(order))
    rows = quotes.assign(place=places).sort_values("place", kind="stable").to_dict("records")
    # An excerpt is a candidate for each of its codes, and is decided on once.
    grouped: dict[str, list[Mapping[Hashable, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["segment_id"], []).append(row)
    return [_candidate(run, own, approvals.get(segment_id)) for segment_id, own in grouped.items()]


def _closed(review: ReviewSession, candidates: Sequence[QuoteCandidate]) -> frozenset[str]:
    """Return which candidates hold an excerpt that somebody flagged, or another one that people decided against."""
    segments = review.last_run().tables.segments
    flagged = {worry.segment_id for worry in worries(review) if not worry.done}
    refused = {each.segment_id for each in review.read(approvals_of).values() if each.outcome == "refused"}
    near = closed_in_answers(segments, flagged | refused)
    if not near:
        return frozenset(flagged)
    answers = dict(zip(segments["segment_id"], segments["comment_id"], strict=True))
    holding = {
        candidate.segment_id
        for candidate in candidates
        if takes_up(candidate.text, candidate.segment_id, near.get(answers.get(candidate.segment_id, ""), ()))
    }
    return frozenset(flagged | holding)


def approve(review: ReviewSession, segment_id: str, *, by: str, version: int, key: str) -> QuoteApproval:
    """Let a quotation leave as it was said; ReviewError if the person agreed to rewording only."""
    if _consent(review, segment_id) != "quote":
        raise ReviewError("The person who said this agreed to rewording only; write other words for it, or refuse it.")
    return _keep(review, segment_id, "approved", by=by, version=version, key=key)


def approve_rewording(review: ReviewSession, segment_id: str, wording: str, *, by: str, version: int, key: str) -> QuoteApproval:
    """Let other words leave in its place; ReviewError if they are still what was said, or may tell who somebody is."""
    words = one_line(wording)
    _consent(review, segment_id)
    if not words:
        raise ReviewError("Please write it in other words; nothing is no rewording.")
    # Changed by a word or two it is still a quotation of somebody who asked not to be quoted.
    if alike := too_like(_quoted(review, segment_id), words):
        raise ReviewError(f"Please write it in other words; this is still what was said: {alike}.")
    if may_identify(words):
        pointing = " and ".join(pointers(words))
        raise ReviewError(f"What comes together in these words (such as {pointing}) may point at the person; leave that out.")
    names = review.study.settings.clean.known_names
    # Kept, as its word lists take long to load for each approval.
    redactor = review.kept("redactor", names, lambda: Redactor(known_names=names))
    if identifiers := ", ".join(identifiers_in(redactor, [words])[0]):
        raise ReviewError(f"These words may tell who somebody is: {identifiers}. Leave it out.")
    return _keep(review, segment_id, "reworded", wording=words, by=by, version=version, key=key)


def refuse_quote(review: ReviewSession, segment_id: str, reason: str, *, by: str, version: int, key: str) -> QuoteApproval:
    """Keep a quotation in, with a reason."""
    if not reason.strip():
        raise ReviewError("Please say why this is not to be quoted; the reason is kept with it.")
    return _keep(review, segment_id, "refused", reason=reason.strip(), by=by, version=version, key=key)


def undo_approval(review: ReviewSession, approval_id: int, *, by: str) -> None:
    """Take a decision about a quotation back; it stays on record, and the one before it counts again."""

    def take_back(store: Store) -> None:
        if store.row("approvals", approval_id) is None:
            raise ReviewError(f"There is no decision {approval_id} about a quotation in this study.")
        store.retract("approval", approval_id, by)

    review.write(take_back)


def approvals_of(store: Store) -> dict[str, QuoteApproval]:
    """Return what people have decided about each excerpt, as things stand."""
    return {row["segment_id"]: _approval(row) for row in store.approvals().to_dict("records")}


def _keep(
    review: ReviewSession,
    segment_id: str,
    outcome: Literal["approved", "reworded", "refused"],
    *,
    by: str,
    version: int,
    key: str,
    wording: str = "",
    reason: str = "",
) -> QuoteApproval:
    text_id = _may_decide(review, segment_id, outcome)
    row = {"segment_id": segment_id, "text_id": text_id, "outcome": outcome, "wording": wording, "reason": reason, "by": by}

    def keep(store: Store) -> QuoteApproval:
        # Sent twice, a form is one decision.
        number = store.made_with(key, "approvals")
        if not number:
            stands = approvals_of(store).get(segment_id)
            if (stands.approval_id if stands else 0) != version:
                raise StaleError(
                    "Somebody has decided about this quotation since this page was opened. Nothing was overwritten: read both, "
                    "and decide again.",
                    yours=wording or reason or outcome,
                    stands=stands,
                )
            number = store.append("approvals", **row, idempotency_key=key)
        kept = dict(store.row("approvals", number))
        if any((kept[name] or "") != (value or "") for name, value in row.items()):
            # The same form was sent before with another decision: by the back button, say.
            raise StaleError(
                f"You have sent this page before: {kept['outcome']}. Nothing was overwritten: decide again.",
                yours=wording or reason or outcome,
                stands=_approval(kept),
            )
        return _approval(kept)

    return review.write(keep)


def _may_decide(review: ReviewSession, segment_id: str, outcome: str) -> str:
    """Return the id of the words that are decided about; ReviewError where they are gone or wait for a facilitator."""
    tables = review.last_run().tables
    # What is decided about is the whole of what was read: it is void once any part of it changes.
    if segment_id not in tables.row_of:
        raise ReviewError("This excerpt is no longer in the study, so it cannot be quoted.")
    excerpt = tables.row_of[segment_id]
    text_id = quoted_id(_quoted(review, segment_id), tables.words(segment_id), tables.text_ids[excerpt])
    if outcome != "refused" and segment_id in _closed(review, [each for each in _every(review) if each.segment_id == segment_id]):
        raise ReviewError(
            "Somebody sees a name in these words or is worried, or people decided against a part of them. A facilitator has to "
            "deal with that first."
        )
    return text_id


def _quoted(review: ReviewSession, segment_id: str) -> str:
    """Return what would be printed of an excerpt: the candidate's words, or its own where it is no candidate."""
    tables = review.last_run().tables
    quotes = tables["quotes"]
    own = quotes.loc[quotes["segment_id"] == segment_id, "text"]
    return str(own.iloc[0]) if len(own) else tables.words(segment_id)


def _consent(review: ReviewSession, segment_id: str) -> str:
    """Return what the person who said it allows today; ReviewError where that is no quotation of any kind."""
    tables = review.last_run().tables
    row = tables.row_of.get(segment_id)
    if row is None:
        raise ReviewError("This excerpt is no longer in the study, so it cannot be quoted.")
    # Asked again at each decision: a run since may have taken in that somebody withdrew.
    comment = tables["comments"].iloc[tables.comment_rows[tables.segments["comment_id"].iloc[row]]]
    if comment["consent"] not in ("quote", "paraphrase") or isinstance(comment["set_aside"], str):
        raise ReviewError("The person who said this does not, or no longer, agree to be quoted.")
    return str(comment["consent"])


def _candidate(run: RunTables, rows: list[Mapping[Hashable, Any]], approval: QuoteApproval | None) -> QuoteCandidate:
    first, tables = rows[0], run.tables
    place = tables.row_of.get(first["segment_id"])
    comment_id = "" if place is None else tables.segments["comment_id"].iloc[place]
    row = tables.comment_rows.get(comment_id)
    return QuoteCandidate(
        segment_id=first["segment_id"],
        codes=tuple(dict.fromkeys(quote["code"] for quote in rows if quote["code"])),
        text=first["text"],
        caption=first["caption"],
        reasons=tuple(dict.fromkeys(quote["reason"] for quote in rows)),
        consent=first["consent"],
        to_check=0 if row is None else int(tables["comments"]["to_check"].iloc[row]),
        approval=approval,
    )


def _approval(row: Mapping[Hashable, Any]) -> QuoteApproval:
    names = ("approval_id", "segment_id", "outcome", "wording", "reason", "by", "made_at")
    return QuoteApproval(**{name: row[name] for name in names})
