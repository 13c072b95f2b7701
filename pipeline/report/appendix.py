"""The appendix that journals and funders ask for: reporting lists, filled from the study's records as far as those go."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.report.blocks import Paragraph, Report, ReportSection, TableBlock
from pipeline.report.content import banner
from pipeline.report.draft_mark import marked
from pipeline.report.numbers_in_words import number, percent
from pipeline.report.sections.method_section import checked_share
from pipeline.report.study_facts import fact
from pipeline.runtime.plurals import n_of
from pipeline.workflow.results import RunResults


TO_WRITE = "For you to write:"
NOT_APPLICABLE = "Does not apply:"
NOTICE = (
    "What stands here was filled in from the study’s records, and names where to read more. What begins with “For you to write” "
    "no record can know. Each list is in our own words: look at its source before you send it."
)
REFLEXIVE = (
    "The guideline for reflexive thematic analysis (RTARG, Braun and Clarke, 2024) is left out: it is for analyses in which no "
    "codebook and no program reads."
)


@dataclass(frozen=True)
class ReportingItem:
    """One thing that a list asks for, and what there is to say."""

    number: str
    asks: str
    sentences: tuple[str, ...]
    """What the study's records say, each with where to read more."""
    prompt: str
    """What a person has to write; empty where the records say all."""
    why_not: str
    """Why it does not apply; empty where it does."""

    @property
    def is_filled(self) -> bool:
        """Whether the records say anything."""
        return bool(self.sentences)

    @property
    def text(self) -> str:
        """All of it, a line for each part."""
        if self.why_not:
            return f"{NOT_APPLICABLE} {self.why_not}"
        # Where the records are silent and nobody wrote a prompt, a person still has to say it.
        prompt = self.prompt or ("" if self.sentences else "The study’s records do not say it yet.")
        return "\n".join((*self.sentences, *([f"{TO_WRITE} {prompt}"] if prompt else [])))


@dataclass(frozen=True)
class ReportingList:
    """A list of what a report should say."""

    name: str
    title: str
    source: str
    items: tuple[ReportingItem, ...]

    @property
    def applicable(self) -> tuple[ReportingItem, ...]:
        """The items that apply to a survey."""
        return tuple(item for item in self.items if not item.why_not)


def reporting_lists(source: RunResults) -> tuple[ReportingList, ...]:
    """Return every list with what the study's records say to each of its items."""
    return tuple(
        ReportingList(entry["name"], entry["title"], entry["source"], tuple(_item(item, source) for item in entry["items"]))
        for entry in _entries()
    )


def build_appendix(source: RunResults) -> Report:
    """Return the appendix as a document: a section and a table for each list."""
    lists = reporting_lists(source)
    applicable = [item for entry in lists for item in entry.applicable]
    filled = sum(item.is_filled for item in applicable)
    sentence = (
        f"{number(filled)} of {n_of(len(applicable), 'item')} that apply ({percent(filled / len(applicable))}) are filled from "
        f"the study’s records. {REFLEXIVE}"
    )
    first = ReportSection("lists", "What is in this appendix", (Paragraph(sentence),))
    report = Report(
        title=source.study.settings.name,
        banner=banner(checked_share(source["codings"])),
        notice=NOTICE,
        sections=(first, *(_section(entry) for entry in lists)),
        kind="How the study was done: appendix",
    )
    return marked(report, source)


def _section(entry: ReportingList) -> ReportSection:
    filled, of = sum(item.is_filled for item in entry.applicable), len(entry.applicable)
    sentence = f"Source: {entry.source}. {number(filled)} of {n_of(of, 'item')} that apply are filled."
    rows = tuple((f"{item.number}. {item.asks}", item.text) for item in entry.items)
    table = TableBlock(f"list-{entry.name}", entry.title, ("What the list asks for", "What there is to say"), rows)
    return ReportSection(entry.name, entry.title, (Paragraph(sentence), table))


@cache
def _entries() -> list[dict[str, Any]]:
    text = Path(__file__).with_name("reporting_lists.toml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = tomllib.loads(text)["lists"]
    return entries


def _item(item: dict[str, Any], source: RunResults) -> ReportingItem:
    facts = [fact(name, source) for name in item.get("facts", ())]
    return ReportingItem(
        item["number"],
        item["asks"],
        tuple(f"{entry.sentence} [{entry.where}]" for entry in facts if entry),
        item.get("prompt", ""),
        item.get("why_not", ""),
    )
