"""What `from pipeline import …` offers: it is there, documented, and its examples say what is true."""

import doctest
import importlib
import inspect

import pytest
from sample import ROOT

import pipeline


pytestmark = pytest.mark.model

WITH_EXAMPLES = [
    "pipeline",
    "pipeline.codebook.codebook",
    "pipeline.methods.coder.classifier",
    "pipeline.methods.redact.detector",
    "pipeline.methods.themes.finder",
    "pipeline.report",
    "pipeline.workflow.runner",
    "pipeline.workflow.status",
    "pipeline.study.study",
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_say_what_is_true(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert found.failed == 0
    assert found.attempted > 0


@pytest.mark.parametrize("name", pipeline.__all__)
def test_what_is_offered_is_there_and_documented(name):
    assert inspect.getdoc(getattr(pipeline, name))


def test_what_is_not_offered_is_said():
    with pytest.raises(AttributeError, match="themefinder"):
        pipeline.themefinder  # noqa: B018
