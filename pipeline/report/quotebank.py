"""The bank of quotations: approved words with who said them and who read them so, and each other candidate with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.artefacts import write_atomically
from pipeline.quote_register import Use, read_uses
from pipeline.report.blocks import Paragraph, Report, Section, Table
from pipeline.report.documents import save_document
from pipeline.report.quotes import GONE, release
from pipeline.report.source import Source, read_source
from pipeline.report.tables import write_csv
from pipeline.report.word import as_document
from pipeline.report.wording import counted, listed, number
from pipeline.report.workbook import write_tables_workbook
from pipeline.study import Study


TABLES = ("quotes", "segments", "comments", "codings", "decisions")
NOTICE = (
    "Each quotation was approved by a person. Say who spoke by the caption and by nothing else. When you use one, note where: "
    "themes quote used STUDY ID --where TITLE --page PAGE. When somebody withdraws, the register says where their words stand."
)
NOBODY_YET = "nobody yet: the program suggested this code"
NO_CODE = "No code any more"
NOBODY_NOW = "nobody any more; it was approved when it had a code"
REASONS = {
    "typical": "typical: much as others said it",
    "distinct": "distinct: unlike how others said it",
    "minority": "minority: from a group that seldom speaks of this",
    "dissenting": "dissenting: against the run of the answers, or read in two ways",
}
COLUMNS = (
    "quote",
    "code",
    "words",
    "reworded",
    "caption",
    "picked_as",
    "question",
    "answer",
    "codes",
    "agreed_by",
    "contested",
    "used",
)


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


def quote_bank(source: Source) -> QuoteBank:
    """Return the bank, in the codebook's order."""
    quotes = source["quotes"]
    found = release(quotes, source["segments"], source["comments"], source.approvals)
    uses = _uses_of(read_uses(source.study))
    facts = _Facts(source)
    said = dict(zip(source["segments"]["segment_id"], source["segments"]["text"], strict=True))
    reworded = {one for one, text in zip(found.approved["segment_id"], found.approved["text"], strict=True) if text != said[one]}
    order = {code: place for place, code in enumerate(source.labels)}
    approved = found.approved.assign(place=found.approved["code"].map(order).fillna(len(order))).sort_values(
        "place", kind="stable"
    )
    quotations = tuple(facts.quotation(row, reworded, uses) for row in approved.to_dict("records"))
    withheld = tuple(
        Withheld(row["segment_id"], _label(source, row["code"]), row["why"], _places(uses, row["segment_id"]))
        for row in found.withheld.to_dict("records")
    )
    there = {*quotes["segment_id"], *found.withheld["segment_id"]}
    gone = tuple(use for quote, used in uses.items() if quote not in there for use in used)
    return QuoteBank(quotations, withheld, gone)


def write_quotes(source: Source, folder: Path) -> None:
    """Write the bank as CSV, workbook, document and page, and withheld.csv without a word of those who stay."""
    from pipeline.report.quotepage import render_page

    bank = quote_bank(source)
    name = f"{source.study.settings.name}: quotations"
    write_csv(_as_table(bank), folder / "quotes.csv")
    stays = [(one.quote, one.code, one.why, "; ".join(one.used)) for one in bank.withheld]
    write_csv(pd.DataFrame(stays, columns=["quote", "code", "why", "used"]), folder / "withheld.csv")
    write_tables_workbook(_report(name, bank, (_all(bank), _stays(bank))), folder / "quotes.xlsx")
    save_document(as_document(_report(name, bank, (*_by_code(bank), _stays(bank)))), folder / "quotes.docx")
    page = render_page(name, NOTICE, bank)
    write_atomically(folder / "quotes.html", lambda path: path.write_text(page, encoding="utf-8"))


class _Facts:
    """What is known of each excerpt: where it stands, its codes, and who read it so."""

    def __init__(self, source: Source) -> None:
        self.source = source
        places = source["segments"].merge(source["comments"][["comment_id", "question"]], on="comment_id")
        self.answer = dict(zip(places["segment_id"], places["comment_id"], strict=True))
        self.question = dict(zip(places["segment_id"], places["question"], strict=True))
        codings = source["codings"]
        self.codes = codings.groupby("segment_id")["code"].agg(tuple).to_dict()
        self.status = codings.set_index(["segment_id", "code"])["status"].to_dict()
        made = source["decisions"].merge(source["segments"][["segment_id", "text_id"]], on=["segment_id", "text_id"])
        given = made[made["outcome"] == "codes"]
        given = given.assign(code=given["codes"].str.split("|")).explode("code")
        counts = given.groupby(["segment_id", "code", "reviewer_group"])["reviewer"].nunique()
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
            codes=tuple(_label(self.source, one) for one in self.codes.get(segment_id, (code,))),
            agreed_by=self.agreed_by(segment_id, code),
            contested=self.status.get((segment_id, code)) == "contested",
            used=_places(uses, segment_id),
        )


def _label(source: Source, code: str) -> str:
    return source.label(code) if code else NO_CODE


def _uses_of(uses: Sequence[Use]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.quote, []).append(use)
    return found


def _places(uses: Mapping[str, Sequence[Use]], quote: str) -> tuple[str, ...]:
    return tuple(f"{use.where}, page {use.page}" if use.page else use.where for use in uses.get(quote, ()))


def _as_table(bank: QuoteBank) -> pd.DataFrame:
    rows = [
        (
            *(one.quote, one.code, one.words, "yes" if one.reworded else "no", one.caption, one.picked_as, one.question),
            *(one.answer, "; ".join(one.codes), one.agreed_by, "yes" if one.contested else "no", "; ".join(one.used)),
        )
        for one in bank.quotations
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _report(title: str, bank: QuoteBank, sections: tuple[Section, ...]) -> Report:
    banner = (
        f"{counted(len(bank.quotations), 'quotation', 'quotations')} approved, "
        f"{counted(len(bank.withheld), 'candidate', 'candidates')} withheld"
    )
    return Report(title, banner, NOTICE, sections)


def _all(bank: QuoteBank) -> Section:
    header = (
        *("Quote id", "Code", "Words", "Reworded", "Who said it", "Picked as", "Question", "Answer id"),
        *("All codes", "Given by", "Contested", "Used in"),
    )
    rows = tuple(tuple(str(cell) for cell in row) for row in _as_table(bank).itertuples(index=False))
    return Section("quotations", "Quotations", (Table("quotations", "Approved quotations", header, rows),))


def _by_code(bank: QuoteBank) -> tuple[Section, ...]:
    if not bank.quotations:
        return (Section("quotations", "Quotations", (Paragraph("Nobody has approved a quotation yet."),)),)
    codes = list(dict.fromkeys(one.code for one in bank.quotations))
    return tuple(
        Section(f"code-{place}", code, (_of_code(code, place, [one for one in bank.quotations if one.code == code]),))
        for place, code in enumerate(codes, start=1)
    )


def _of_code(code: str, place: int, quotations: Sequence[Quotation]) -> Table:
    rows = tuple(
        (f"“{one.words}”", one.caption or "no caption", "\n".join(facts_of(one)), f"{one.quote}\nanswer {one.answer}")
        for one in quotations
    )
    header = ("Words", "Who said it", "What is known of it", "Quote and answer id")
    return Table(f"quotations-{place}", f"Approved quotations under “{code}”", header, rows)


def facts_of(one: Quotation) -> tuple[str, ...]:
    """Say in short lines what is known of a quotation."""
    return (
        f"Picked as {one.picked_as}.",
        *(("The words are a rewording that a person approved.",) if one.reworded else ()),
        f"Question: {one.question}",
        f"Given this code by {one.agreed_by}.",
        *(("Contested: some people read it otherwise.",) if one.contested else ()),
        *((f"Other codes: {', '.join(code for code in one.codes if code != one.code)}",) if len(one.codes) > 1 else ()),
        *((f"Used in: {'; '.join(one.used)}",) if one.used else ()),
    )


def _stays(bank: QuoteBank) -> Section:
    name, heading = "withheld", "Withheld"
    if not bank.withheld:
        return Section(name, heading, (Paragraph("No candidate is withheld."),))
    rows = tuple((one.quote, one.code, one.why, "; ".join(one.used)) for one in bank.withheld)
    return Section(
        name, heading, (Table("withheld", "Candidates that stay, and why", ("Quote id", "Code", "Why", "Used in"), rows),)
    )


def quote_ids(study: Study) -> frozenset[str]:
    """Return the ids of all quotations that could be used."""
    return frozenset(one.quote for one in quote_bank(read_source(study, TABLES)).quotations)


def uses_in_words(study: Study) -> tuple[str, ...]:
    """Say where quotations were used; those that may no longer be used come first, with the reason."""
    uses = read_uses(study)
    if not uses:
        return ("No use of a quotation has been noted yet: themes quote used STUDY ID --where TITLE",)
    bank = quote_bank(read_source(study, TABLES))
    stays = {one.quote: one.why for one in bank.withheld}
    gone = {use.quote: GONE for use in bank.elsewhere}
    why = gone | stays
    fine = {one.quote for one in bank.quotations}
    take_out = [f"TAKE OUT: {_use_in_words(use)}: {why[use.quote]}." for use in uses if use.quote not in fine]
    return (*take_out, *(f"In use: {_use_in_words(use)}." for use in uses if use.quote in fine))


def _use_in_words(use: Use) -> str:
    page = f", page {use.page}" if use.page else ""
    return f"{use.quote} in {use.where}{page} (noted {use.when} by {use.by})"
