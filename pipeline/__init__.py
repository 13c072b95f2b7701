"""Many Voices: read the open answers of a survey on your own machine, and hand what was found to people to check.

>>> from pipeline import Redactor
>>> Redactor(known_names=["Gwen Parry"]).mask("gwen parry never rang back")
'[name 1] never rang back'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from pipeline.methods.coder import CodebookClassifier
    from pipeline.methods.redact import Redactor
    from pipeline.methods.themes import ThemeFinder
    from pipeline.report import export
    from pipeline.study.study import load_study
    from pipeline.workflow.runner import run
    from pipeline.workflow.status import status

__all__ = ["CodebookClassifier", "Redactor", "ThemeFinder", "export", "load_study", "run", "status"]

# Loaded when first asked for: `themes --help` must not wait for torch.
_HOMES = {
    "CodebookClassifier": "pipeline.methods.coder",
    "Redactor": "pipeline.methods.redact",
    "ThemeFinder": "pipeline.methods.themes",
    "export": "pipeline.report",
    "load_study": "pipeline.study.study",
    "run": "pipeline.workflow.runner",
    "status": "pipeline.workflow.status",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
