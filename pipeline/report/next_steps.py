"""What a terminal says once a report is written: its first findings, what to do next, and the page to open."""

from collections.abc import Iterator, Sequence

from pipeline.report import EXPORTS
from pipeline.runtime.plurals import n_of
from pipeline.study.report_findings import proposals, standing_findings
from pipeline.study.study import Study


FIRST_TO_OPEN = ("team", "html", "summary")
"""Of these the first that was written is the page to open."""
MOST_FINDINGS = 3


def next_steps(study: Study, formats: Sequence[str]) -> Iterator[str]:
    """Yield the lines that follow a report in these forms; none where no page to read is among them."""
    page = next((name for name in FIRST_TO_OPEN if name in formats), None)
    if page is None:
        return
    in_report = standing_findings(study, proposals(study)).in_report[:MOST_FINDINGS]
    if in_report:
        approved = sum(finding.approved for finding in in_report)
        yield f"{n_of(len(in_report), 'finding')}, {approved or 'none'} of them approved by people:"
        yield from (
            f"  {place}. {finding.row.sentence if finding.approved else finding.proposed.sentence}"
            for place, finding in enumerate(in_report, 1)
        )
    yield "What to do next:"
    commands = (
        (f"themes review {study.folder}", "check what the program suggests, approve findings and quotations"),
        (f"themes learn {study.folder}", "see what those decisions would teach the program"),
        (f"themes release {study.folder}", "write what may be passed on, once people have checked it"),
    )
    width = max(len(command) for command, _ in commands)
    yield from (f"  {command:<{width}}  {what}" for command, what in commands)
    exporter = EXPORTS[page]
    yield f"Open in a browser: {(exporter.folder(study) / exporter.files[0]).resolve()}"
