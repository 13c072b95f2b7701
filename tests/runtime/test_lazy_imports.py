"""What is loaded without parts of it is whole for whoever else imports it."""

import subprocess
import sys
from importlib import import_module

import pytest
from sample import ROOT

from pipeline.runtime.lazy_imports import for_ourselves, hidden, stubbed


LOADED = """
import sys
from pipeline.tables.parquet import empty_table
from pipeline.methods.text.spacy_model import load_spacy
from pipeline.methods.themes.load_bertopic import load_bertopic, load_umap

empty_table("themes")
load_spacy()
load_bertopic()
load_umap()
print([name for name in ("dask", "httpx", "torch") if name in sys.modules])
"""
WHOLE = """
import spacy, spacy.cli
import pandera.pandas as pa
import bertopic, dask.dataframe
from pandera.typing import dask as typed

pa.DataFrameModel.to_schema()
print(typed.DASK_INSTALLED, spacy.info(silent=True)["spacy_version"] == spacy.__version__, spacy.cli.info is not None)
print(bertopic._bertopic.save_utils.TOPICS_NAME)
"""


def printed(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout


def test_parts_that_are_never_used_are_not_loaded_and_are_there_for_others():
    assert printed(LOADED + WHOLE).splitlines() == ["[]", "True True True", "topics.json"]


def test_what_others_have_loaded_stays_as_it_is():
    import wsgiref.util

    loaded = wsgiref, wsgiref.util
    with for_ourselves("wsgiref"), stubbed({"wsgiref.util": {"guess_scheme": None}}), hidden("wsgiref.headers"):
        assert import_module("wsgiref") is not loaded[0]
        assert import_module("wsgiref.util").guess_scheme is None
        with pytest.raises(ImportError):
            import_module("wsgiref.headers")
    assert (sys.modules["wsgiref"], sys.modules["wsgiref.util"], sys.modules["wsgiref"].util) == (*loaded, loaded[1])
    assert import_module("wsgiref.headers").Headers
