"""What a project for other programs does not hold, in plain words: it lies beside the project, as the standard asks."""

from collections.abc import Iterator

import pandas as pd

from pipeline.codebook.codebook import NOT_IN_XML
from pipeline.exchange.refi.project import Project
from pipeline.runtime.plurals import n_of
from pipeline.workflow.results import RunResults


_FOR_WHOM = """Who may have it: the research team. It holds the de-identified answers of everybody who agreed to analysis, also
of people who did not agree to be quoted. It is not for publication. Identifiers that were found are masked; a person
must check that none is left. Whoever opens it sees what every coder and the model said, so nobody codes blind in it."""

_OTHER_FORM = (
    "include, exclude, examples and who agreed a code: as lines of the code's description",
    "“none of the codes fits” and “not sure”: as notes of the person at the excerpt",
    "contested codes: as a note at each coding, and in the description of its place",
    "labels that two codes share: with what the code stands under behind them, since several programs drop the second",
    "each coding at a place of its own, since several programs know one coder of a place; the model's are dated 1 January 2000",
)


def project_losses(source: RunResults, project: Project, decisions: pd.DataFrame) -> Iterator[str]:
    """Yield the lines of the list; `decisions` are those about text that is still in the data."""
    answers = int(source["comments"]["set_aside"].isna().sum())
    n_codings = sum(coding.code not in project.case_codes for _, coding in project.codings())
    n_codes, n_coders = len(project.codes) - len(project.case_codes), len(project.users) - bool(project.case_codes)
    yield from (f"{project.name}: what project.qdpx holds, and what it does not", "", _FOR_WHOM, "")
    people, texts = n_of(len(project.cases), "person", "people"), n_of(len(project.sources), "text")
    yield f"It holds {n_of(answers, 'answer')} of {people} in {texts}, one for each question;"
    codings, notes = f"{n_of(n_codings, 'coding')} by {n_of(n_coders, 'coder')}", n_of(len(project.notes), "note")
    yield f"{n_of(n_codes, 'code')}; {codings}; {notes}."
    yield from ("", "Not in it:", *(f"  - {loss}" for loss in _left_out(source, project, decisions)))
    yield from ("", "Written in another form:", *(f"  - {form}" for form in _OTHER_FORM))
    unread = sum(len(NOT_IN_XML.findall(text.text)) for text in project.sources)
    if unread:
        yield f"  - control characters that some programs refuse, kept in the texts: {unread:,}"


def _left_out(source: RunResults, project: Project, decisions: pd.DataFrame) -> Iterator[str]:
    for why, n in source["comments"]["set_aside"].dropna().value_counts().items():
        yield f"answers set aside ({why}): {n:,}"
    other = [name for name in source.study.settings.intake.attributes if name not in source.groups]
    if other:
        yield f"what is known of people beyond the groups you compare: {', '.join(other)}"
    gone, skipped = len(source["decisions"]) - len(decisions), int((decisions["outcome"] == "skip").sum())
    if gone:
        yield f"decisions about text that is no longer in the data: {gone:,}"
    if skipped:
        yield f"excerpts that a coder passed over: {skipped:,}"
    yield "closed questions, weights, themes, and how sure the model is: the format has no place for them"
    yield "what was said and agreed when people talked an excerpt over, beyond what each decided alone"
    if not project.case_codes:
        yield (
            "which uncoded answers are whose: a case names its person's coded places only; `--cases-as-codes` codes each whole "
            "answer with its person, for programs that read cases so"
        )
    yield "earlier decisions that people have changed or withdrawn"
