"""The bank of quotations: approved words with who said them and who read them so, and each other candidate with its reason."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pandas as pd

from pipeline.report.blocks import IN_OTHER_WORDS, Paragraph, Report, ReportSection, TableBlock
from pipeline.report.formats.docx_styles import save_document
from pipeline.report.formats.report_workbook import write_tables_workbook
from pipeline.report.formats.word import as_document
from pipeline.report.quote_bank import Quotation, QuoteBank, facts_of, quote_bank
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plurals import n_of
from pipeline.tables.csv_files import write_csv
from pipeline.workflow.results import RunResults


NOTICE = (
    "Each quotation was approved by a person. Say who spoke by the caption and by nothing else. When you use one, note where: "
    "themes quote used STUDY ID --where TITLE --page PAGE. When somebody withdraws, the register says where their words stand."
)


def write_quotes(source: RunResults, folder: Path) -> None:
    """Write the bank as CSV, workbook, document and page, and withheld.csv without a word of those who stay."""
    from pipeline.report.formats.quotes_page import render_page

    bank = quote_bank(source)
    name = f"{source.study.settings.name}: quotations"
    write_csv(_as_table(bank), folder / "quotes.csv")
    write_csv(pd.DataFrame(_stays_rows(bank), columns=["quote", "code", "why", "used"]), folder / "withheld.csv")
    write_tables_workbook(_report(name, bank, (_all(bank), _stays(bank))), folder / "quotes.xlsx")
    save_document(as_document(_report(name, bank, (*_by_code(bank), _stays(bank)))), folder / "quotes.docx")
    page = render_page(name, NOTICE, bank)
    write_atomically(folder / "quotes.html", lambda path: path.write_text(page, encoding="utf-8"))


def _as_table(bank: QuoteBank) -> pd.DataFrame:
    rows = [
        vars(quotation)
        | {name: "yes" if getattr(quotation, name) else "no" for name in ("reworded", "contested")}
        | {name: "; ".join(getattr(quotation, name)) for name in ("codes", "used")}
        for quotation in bank.quotations
    ]
    return pd.DataFrame(rows, columns=[field.name for field in fields(Quotation)])


def _report(title: str, bank: QuoteBank, sections: tuple[ReportSection, ...]) -> Report:
    banner = (
        f"{n_of(bank.n_approved, 'quotation', 'quotations')} approved, "
        f"{n_of(bank.n_withheld, 'candidate', 'candidates')} withheld"
    )
    return Report(title, banner, NOTICE, sections)


def _all(bank: QuoteBank) -> ReportSection:
    header = (
        *("Quote id", "Code", "Words", "Reworded", "Who said it", "Picked as", "Question", "Answer id"),
        *("All codes", "Given by", "Contested", "Used in"),
    )
    rows = tuple(tuple(str(cell) for cell in row) for row in _as_table(bank).itertuples(index=False))
    return ReportSection("quotations", "Quotations", (TableBlock("quotations", "Approved quotations", header, rows),))


def _by_code(bank: QuoteBank) -> tuple[ReportSection, ...]:
    if not bank.quotations:
        return (ReportSection("quotations", "Quotations", (Paragraph("Nobody has approved a quotation yet."),)),)
    return tuple(
        ReportSection(f"code-{place}", code, (_of_code(code, place, quotations),))
        for place, (code, quotations) in enumerate(bank.by_code.items(), start=1)
    )


def _of_code(code: str, place: int, quotations: Sequence[Quotation]) -> TableBlock:
    rows = tuple(
        (
            f"{IN_OTHER_WORDS} {quotation.words}" if quotation.reworded else f"“{quotation.words}”",
            quotation.caption or "no caption",
            "\n".join(facts_of(quotation)),
            f"{quotation.quote}\nanswer {quotation.answer}",
        )
        for quotation in quotations
    )
    # A page has no room for a column for each fact, as the workbook has.
    header = ("Words", "Who said it", "What is known of it", "Quote and answer id")
    return TableBlock(f"quotations-{place}", f"Approved quotations under “{code}”", header, rows)


def _stays(bank: QuoteBank) -> ReportSection:
    name, heading = "withheld", "Withheld"
    if not bank.withheld:
        return ReportSection(name, heading, (Paragraph("No candidate is withheld."),))
    header = ("Quote id", "Code", "Why", "Used in")
    return ReportSection(name, heading, (TableBlock(name, "Candidates that stay, and why", header, _stays_rows(bank)),))


def _stays_rows(bank: QuoteBank) -> tuple[tuple[str, ...], ...]:
    return tuple((candidate.quote, candidate.code, candidate.why, "; ".join(candidate.used)) for candidate in bank.withheld)
