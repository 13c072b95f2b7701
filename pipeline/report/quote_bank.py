"""Quotations: those that people have approved leave; each other candidate stays, with the reason."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.methods.disclosure.indirect_identifiers import may_identify, pointers
from pipeline.methods.disclosure.quotable_words import Words
from pipeline.methods.disclosure.quoted_passages import closed_in_answers, quoted_id, takes_up
from pipeline.methods.text.rewording import too_like
from pipeline.report.blocks import QuotedWords
from pipeline.report.numbers_in_words import number
from pipeline.runtime.plurals import listed
from pipeline.study.quote_uses import Use, read_uses
from pipeline.study.study import Study
from pipeline.workflow.results import RunResults, read_results


GONE = "the answer is no longer in the data"
WITHDRAWN = "the person does not, or no longer, agree to be quoted"
REWORDING = "the person agreed to rewording only, and no rewording has been approved"
CHANGED = "its words are other ones since it was approved, as they were masked or split anew; approve it again"
NOT_LISTED = "the last run did not list it; run the study again (`themes run`)"
WAITING = "nobody has approved it yet"
REFUSED = "people decided against it"
FLAGGED = "somebody sees a name in it or is worried; it waits until a facilitator has dealt with that"
NEIGHBOUR = "it takes up another part of the answer, which people decided against"
SAME = "what was approved as a rewording is still what was said ({}); approve other words"
POINTS = "what comes together in it (such as {}) may point at the person; approve a rewording without that"
NOBODY_YET = "nobody yet: the program suggested this code"
NO_CODE = "No code any more"
NOBODY_NOW = "nobody any more; it was approved when it had a code"
REASONS = {
    "typical": "typical: much as others said it",
    "distinct": "distinct: unlike how others said it",
    "minority": "minority: from a group that seldom speaks of this",
    "dissenting": "dissenting: against the run of the answers, or read in two ways",
}

TABLES = ("quotes", "segments", "comments", "codings", "decisions")
COLUMNS = ["segment_id", "code", "caption", "reason", "text", "reworded"]
RECORD = ["segment_id", "text_id", "outcome", "wording", "stands"]


@dataclass(frozen=True)
class Release:
    """Which candidates leave, and why each other one stays."""

    approved: pd.DataFrame
    withheld: pd.DataFrame


def release(
    quotes: pd.DataFrame,
    segments: pd.DataFrame,
    comments: pd.DataFrame,
    approvals: pd.DataFrame | None = None,
    flagged: Collection[str] = (),
) -> Release:
    """Sort candidates by what the people who said them allow today, whatever was noted when they were picked.

    Where people approved a rewording, it leaves in place of what was said. `approvals` is what people have decided up to now:
    what was taken back since the last run stays, and an excerpt that was approved and is no candidate any more is listed.
    What holds an excerpt that is `flagged`, or another part of the answer that people decided against, stays as well.
    """
    # Consent as it is now: a person may have withdrawn since the quotation was approved.
    spoken = segments[["segment_id", "comment_id"]].merge(comments[["comment_id", "consent", "set_aside"]], on="comment_id")
    # What people allow is asked of the comments as they are now, and not of the candidates: these are as old as the last `quote`.
    today = spoken[spoken["set_aside"].isna()].set_index("segment_id")["consent"]
    approvals = pd.DataFrame(columns=RECORD) if approvals is None else approvals
    quotes = _as_decided(quotes, segments, approvals)
    closed = _closed(quotes, segments, approvals, flagged)
    rows = quotes.to_dict("records")
    why = [_why(row, today.get(row["segment_id"]), why_closed) for row, why_closed in zip(rows, closed, strict=True)]
    reasons = pd.Series(why, index=quotes.index, dtype="object")
    # A rewording takes the place of the words here, so that nothing after this can let the words themselves leave.
    reworded = quotes["wording"] != ""
    quotes = quotes.assign(text=quotes["text"].mask(reworded, quotes["wording"]), reworded=reworded)
    leaves = reasons.isna()
    withheld = quotes.loc[~leaves, ["segment_id", "code"]].assign(why=reasons[~leaves])
    lost = _no_candidates(approvals, quotes, segments, today)
    return Release(quotes.loc[leaves, COLUMNS].reset_index(drop=True), pd.concat([withheld, lost], ignore_index=True))


def _as_decided(quotes: pd.DataFrame, segments: pd.DataFrame, approvals: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates with what people have decided up to now; `stale` where it was about words that changed since."""
    record = approvals.set_index("segment_id")
    outcome = quotes["segment_id"].map(record["outcome"].where(record["stands"].astype(bool), "taken back"))
    on_record = outcome.notna()
    own = segments.set_index("segment_id")
    text_ids, excerpts = (quotes["segment_id"].map(own[name]) for name in ("text_id", "text"))
    read = quotes["segment_id"].map(record["text_id"])
    # What was decided of the excerpt alone, before it had neighbours, holds for exactly those words.
    words = quotes["text"].mask(on_record & (outcome != "taken back") & (read == text_ids), excerpts)
    ids = [quoted_id(*each) for each in zip(words, excerpts, text_ids, strict=True)]
    stale = on_record & (outcome != "taken back") & (read != pd.Series(ids, index=quotes.index, dtype="object"))
    wording = quotes["segment_id"].map(record["wording"]).where((outcome == "reworded") & ~stale, "")
    return quotes.assign(
        text=words,
        approved=quotes["approved"].mask(on_record, outcome.isin(["approved", "reworded"]) & ~stale).astype(bool),
        refused=quotes["refused"].mask(on_record, (outcome == "refused") & ~stale).astype(bool),
        wording=quotes["wording"].mask(on_record, wording).astype(str),
        stale=stale,
    )


def _closed(quotes: pd.DataFrame, segments: pd.DataFrame, approvals: pd.DataFrame, flagged: Collection[str]) -> list[str | None]:
    """Say of each candidate whether it holds words that somebody flagged, or that people decided against."""
    refused = approvals.loc[approvals["stands"].astype(bool) & (approvals["outcome"] == "refused"), "segment_id"]
    near_flags, near_refused = closed_in_answers(segments, flagged), closed_in_answers(segments, [*refused])
    answers = dict(zip(segments["segment_id"], segments["comment_id"], strict=True))
    why: list[str | None] = []
    for segment_id, text in zip(quotes["segment_id"], quotes["text"], strict=True):
        answer = answers.get(segment_id, "")
        if segment_id in flagged or takes_up(text, segment_id, near_flags.get(answer, ())):
            why.append(FLAGGED)
        else:
            why.append(NEIGHBOUR if takes_up(text, segment_id, near_refused.get(answer, ())) else None)
    return why


def _no_candidates(
    approvals: pd.DataFrame, quotes: pd.DataFrame, segments: pd.DataFrame, today: "pd.Series[str]"
) -> pd.DataFrame:
    """Return why each excerpt that people approved, and that is no candidate any more, does not leave."""
    # Or else what people approved would be gone without a word when a run no longer lists it.
    let = approvals[approvals["stands"].astype(bool) & approvals["outcome"].isin(["approved", "reworded"])]
    let = let[~let["segment_id"].isin(quotes["segment_id"])]
    texts = dict(zip(segments["segment_id"], segments["text_id"], strict=True))
    rows = [
        (segment_id, "", _not_allowed(today.get(segment_id)) or (NOT_LISTED if texts.get(segment_id) == text_id else CHANGED))
        for segment_id, text_id in zip(let["segment_id"], let["text_id"], strict=True)
    ]
    return pd.DataFrame(rows, columns=["segment_id", "code", "why"])


def _why(row: Mapping[Hashable, Any], consent: object, closed: str | None) -> str | None:
    """Return why a candidate stays, or None where it leaves; what the person wants goes before what the team decided."""
    if reason := _not_allowed(consent):
        return reason
    # Before what is missing: who refused a quotation should read so, and not that it waits.
    if row["refused"]:
        return REFUSED
    if closed:
        return closed
    wording = row["wording"]
    if "paraphrase" in (consent, row["consent"]) and not (row["approved"] and wording):
        return REWORDING
    if not row["approved"]:
        return CHANGED if row["stale"] else WAITING
    if wording and (alike := too_like(row["text"], wording)):
        return SAME.format(alike)
    # Last of all, since these words are what would leave.
    words = wording or row["text"]
    return POINTS.format(" and ".join(pointers(words))) if may_identify(words) else None


def _not_allowed(consent: object) -> str | None:
    if not isinstance(consent, str):
        return GONE
    return None if consent in ("quote", "paraphrase") else WITHDRAWN


def approved_words(
    quotes: pd.DataFrame,
    segments: pd.DataFrame,
    comments: pd.DataFrame,
    approvals: pd.DataFrame,
    flagged: Collection[str] = (),
) -> Words:
    """Return the words that people have approved, or the rewordings; all others stay with the team."""
    sorted_out = release(quotes, segments, comments, approvals, flagged)
    texts = sorted_out.approved.merge(segments[["segment_id", "text_id"]], on="segment_id")
    waiting = sorted_out.withheld.loc[sorted_out.withheld["why"] == WAITING, "segment_id"].nunique()
    return Words(
        dict(zip(texts["text_id"], texts["text"], strict=True)),
        released=True,
        n_waiting=int(waiting),
        who=dict(zip(texts["text_id"], texts["caption"], strict=True)),
        reworded=frozenset(texts.loc[texts["reworded"].astype(bool), "text_id"]),
    )


def quotes_of(words: Words, text_ids: Iterable[str]) -> tuple[QuotedWords, ...]:
    """Return those texts that may be quoted, in the same order, each with who spoke."""
    return tuple(
        QuotedWords(words.quotable[text_id], words.who.get(text_id, ""), text_id in words.reworded)
        for text_id in text_ids
        if text_id in words.quotable
    )


def consent_was_asked(source: RunResults) -> bool:
    """Say whether the survey asked people if they may be quoted; where it did not, every answer may be analysed and no more."""
    # Both, since a study that no longer names the column may hold answers of people who were asked.
    return source.study.settings.intake.consent is not None or not set(source["comments"]["consent"]) <= {"analyse"}


@dataclass(frozen=True)
class Quotation:
    """A quotation that may leave."""

    quote: str
    """The id of the excerpt, by which the register knows it."""
    code: str
    words: str
    reworded: bool
    caption: str
    picked_as: str
    question: str
    answer: str
    codes: tuple[str, ...]
    agreed_by: str
    contested: bool
    used: tuple[str, ...]


@dataclass(frozen=True)
class Withheld:
    """A candidate that stays, and why."""

    quote: str
    code: str
    why: str
    used: tuple[str, ...]


@dataclass(frozen=True)
class QuoteBank:
    """All candidates: those that may leave, and those that stay."""

    quotations: tuple[Quotation, ...]
    withheld: tuple[Withheld, ...]
    elsewhere: tuple[Use, ...]
    """Uses of quotations that are no longer among the candidates."""

    @property
    def n_approved(self) -> int:
        """How many different excerpts may leave: one stands under each of its codes."""
        return len({quotation.quote for quotation in self.quotations})

    @property
    def n_withheld(self) -> int:
        """How many different excerpts stay."""
        return len({candidate.quote for candidate in self.withheld})

    @property
    def by_code(self) -> dict[str, list[Quotation]]:
        """The quotations under each code, in their order."""
        under: dict[str, list[Quotation]] = {}
        for quotation in self.quotations:
            under.setdefault(quotation.code, []).append(quotation)
        return under


def quote_bank(source: RunResults) -> QuoteBank:
    """Return the bank, in the codebook's order."""
    quotes = source["quotes"]
    sorted_out = release(quotes, source["segments"], source["comments"], source.approvals, source.flagged)
    uses: dict[str, list[Use]] = {}
    for use in read_uses(source.study):
        uses.setdefault(use.quote, []).append(use)
    facts = _Facts(source)
    reworded = set(sorted_out.approved.loc[sorted_out.approved["reworded"].astype(bool), "segment_id"])
    order = {code: place for place, code in enumerate(source.labels)}
    # What no code of the codebook is given to comes last.
    places = sorted_out.approved["code"].map(order).fillna(len(order))
    approved = sorted_out.approved.assign(place=places).sort_values("place", kind="stable")
    quotations = tuple(facts.quotation(row, reworded, uses) for row in approved.to_dict("records"))
    withheld = tuple(
        Withheld(row["segment_id"], _label(source, row["code"]), row["why"], _places(uses, row["segment_id"]))
        for row in sorted_out.withheld.to_dict("records")
    )
    candidates = {*quotes["segment_id"], *sorted_out.withheld["segment_id"]}
    # What was printed once must be found again, also when a run no longer knows the excerpt.
    gone = tuple(use for quote, used in uses.items() if quote not in candidates for use in used)
    return QuoteBank(quotations, withheld, gone)


class _Facts:
    """What is known of each excerpt: where it stands, its codes, and who read it so."""

    def __init__(self, source: RunResults) -> None:
        self.source = source
        places = source["segments"].merge(source["comments"][["comment_id", "question"]], on="comment_id")
        self.answer = dict(zip(places["segment_id"], places["comment_id"], strict=True))
        self.question = dict(zip(places["segment_id"], places["question"], strict=True))
        codings = source["codings"]
        self.codes = codings.groupby("segment_id")["code"].agg(tuple).to_dict()
        self.status = codings.set_index(["segment_id", "code"])["status"].to_dict()
        made = source["decisions"].merge(source["segments"][["segment_id", "text_id"]], on=["segment_id", "text_id"])
        coded = made[made["outcome"] == "codes"]
        # A row for each code, so that who gave it is counted by code.
        coded = coded.assign(code=coded["codes"].str.split("|")).explode("code")
        counts = coded.groupby(["segment_id", "code", "reviewer_group"])["reviewer"].nunique()
        self.readers: dict[tuple[str, str], dict[str, int]] = {}
        for row in counts.reset_index(name="n").to_dict("records"):
            self.readers.setdefault((row["segment_id"], row["code"]), {})[row["reviewer_group"]] = row["n"]

    def agreed_by(self, segment_id: str, code: str) -> str:
        """Say how many of each group of reviewers gave the code."""
        groups = self.readers.get((segment_id, code), {})
        if not code:
            return NOBODY_NOW
        return listed([f"{group} ({number(n)})" for group, n in groups.items()]) or NOBODY_YET

    def quotation(self, row: Mapping[Any, Any], reworded: set[str], uses: Mapping[str, Sequence[Use]]) -> Quotation:
        """Return a row of approved quotations with all that is known of it."""
        segment_id, code = str(row["segment_id"]), str(row["code"])
        return Quotation(
            quote=segment_id,
            code=_label(self.source, code),
            words=row["text"],
            reworded=segment_id in reworded,
            caption=row["caption"],
            picked_as=REASONS[row["reason"]],
            question=self.source.wording(self.question[segment_id]),
            answer=self.answer[segment_id],
            codes=tuple(_label(self.source, other) for other in self.codes.get(segment_id, (code,))),
            agreed_by=self.agreed_by(segment_id, code),
            contested=self.status.get((segment_id, code)) == "contested",
            used=_places(uses, segment_id),
        )


def _label(source: RunResults, code: str) -> str:
    return source.label(code) if code else NO_CODE


def _places(uses: Mapping[str, Sequence[Use]], quote: str) -> tuple[str, ...]:
    return tuple(f"{use.where}, page {use.page}" if use.page else use.where for use in uses.get(quote, ()))


def facts_of(quotation: Quotation) -> tuple[str, ...]:
    """Say in short lines what is known of a quotation."""
    others = ", ".join(code for code in quotation.codes if code != quotation.code)
    facts = (
        f"Picked as {quotation.picked_as}.",
        "Said in other words, which a person approved; not to be printed as a quotation." if quotation.reworded else "",
        f"Question: {quotation.question}",
        f"Given this code by {quotation.agreed_by}.",
        "Contested: some people read it otherwise." if quotation.contested else "",
        f"Other codes: {others}" if len(quotation.codes) > 1 else "",
        f"Used in: {'; '.join(quotation.used)}" if quotation.used else "",
    )
    return tuple(filter(None, facts))


def quote_ids(study: Study) -> frozenset[str]:
    """Return the ids of all quotations that could be used."""
    return frozenset(quotation.quote for quotation in quote_bank(read_results(study, TABLES)).quotations)


def uses_in_words(study: Study) -> tuple[str, ...]:
    """Say where quotations were used; those that may no longer be used come first, with the reason."""
    uses = read_uses(study)
    if not uses:
        return ("No use of a quotation has been noted yet: themes quote used STUDY ID --where TITLE",)
    bank = quote_bank(read_results(study, TABLES))
    # Of a quotation that is known, its own reason is nearer than that it is gone.
    why = {use.quote: GONE for use in bank.elsewhere} | {candidate.quote: candidate.why for candidate in bank.withheld}
    fine = {quotation.quote for quotation in bank.quotations}
    take_out, in_use = [], []
    for use in uses:
        page = f", page {use.page}" if use.page else ""
        sentence = f"{use.quote} in {use.where}{page} (noted {use.when} by {use.by})"
        if use.quote in fine:
            in_use.append(f"In use: {sentence}.")
        else:
            take_out.append(f"TAKE OUT: {sentence}: {why[use.quote]}.")
    return (*take_out, *in_use)
