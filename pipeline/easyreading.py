"""Start, check and approve the easy-read version; only a co-analyst of the study can approve it."""

from collections.abc import Iterator
from datetime import date

from pipeline.easyread import FILE, MOST_WORDS_ON_AVERAGE, Approval, add_approval, approval_of, read_ideas, reading, start_ideas
from pipeline.errors import ReviewError, StudyError
from pipeline.report import EXPORTS
from pipeline.report.easyread import draft_ideas
from pipeline.report.ledger import beside_earlier_exports
from pipeline.report.source import read_source
from pipeline.review.store import has_store, open_store
from pipeline.review.store_people import Person, people
from pipeline.study import Study


CO_ANALYST = "co-analyst"


def start_easyread(study: Study) -> int:
    """Write easyread.csv with a draft from the study's figures, and return the number of ideas."""
    # What the draft says of people counts as released: it is kept as it is, whatever a later run counts.
    (source,) = beside_earlier_exports(study, [read_source(study, EXPORTS["easyread"].tables)])
    ideas = tuple(draft_ideas(source))
    start_ideas(study, ideas)
    return len(ideas)


def easyread_in_words(study: Study) -> Iterator[str]:
    """Say how easy the text is to read, what must be put right, and who approved it."""
    ideas = read_ideas(study)
    if not ideas:
        yield f"There is no {FILE} yet: themes easyread STUDY --start writes a draft for people to change."
        return
    found = reading(ideas)
    yield f"{FILE}: {len(ideas)} ideas, {found.mean:.1f} words a sentence on average (at most {MOST_WORDS_ON_AVERAGE} are easy)."
    yield from (f"  - {problem}" for problem in found.problems)
    approval = approval_of(study, ideas)
    yield f"Approved by {approval.by} on {approval.when}." if approval else "Not approved yet: it leaves with the word DRAFT."


def approve_easyread(study: Study, *, by: str, when: date) -> Approval:
    """Keep a co-analyst's approval of the text as it stands now; any later change takes it back to a draft."""
    ideas = read_ideas(study)
    if not ideas:
        raise StudyError(f"There is no {FILE} to approve; `themes easyread STUDY --start` writes a draft.")
    return add_approval(study, ideas, by=_co_analyst(study, by), when=when)


def _co_analyst(study: Study, name: str) -> str:
    """Return the name as the study keeps it; ReviewError unless the person is a co-analyst of the study."""
    found: tuple[Person, ...] = ()
    if has_store(study):
        with open_store(study) as store:
            found = people(store)
    names = [one.name for one in found if one.role == CO_ANALYST]
    wanted = " ".join(name.split()).casefold()
    known = next((one for one in names if one.casefold() == wanted), None)
    if known is None:
        there = ", ".join(names) or "nobody yet"
        raise ReviewError(
            f"Only a co-analyst of this study can approve its easy-read version; {name} is none. There is: {there}."
        )
    return known
