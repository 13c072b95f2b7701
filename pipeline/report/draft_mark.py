"""What a draft says of itself, wherever somebody may come upon it: that it is none to pass on, and how a release is made."""

from dataclasses import replace

from pipeline.report.blocks import Report
from pipeline.study.study import Study
from pipeline.workflow.results import RunResults


DRAFT = "Draft: not to be passed on"
WHY = (
    "Drafts are not protected against being compared: two of them, or a draft and a release, may together tell what one person "
    "said."
)


def draft_notice(study: Study) -> str:
    """Return what stands on each draft of a study's figures."""
    # The folder's name alone: where it lies on the machine is nobody's business, and those who work with it know.
    command = f"themes release {study.folder.name}"
    return (
        f"This is a draft, and not to be passed on. {WHY} The command “{command}”, in the folder in which the study "
        f"“{study.folder.name}” lies, makes the copy to pass on."
    )


def marked(report: Report, source: RunResults) -> Report:
    """Return a report that says on its first page that it is a draft, if it is one."""
    if not source.draft:
        return report
    return replace(report, draft=DRAFT, banner=f"{DRAFT}. {report.banner}", notice=f"{source.draft} {report.notice}")
