"""The tables of a run in Python and in DuckDB, as docs/exchange.md says."""

import re

import duckdb
import pytest
from sample import ROOT
from small_study import build_study

from pipeline.errors import DataError


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return build_study(tmp_path_factory.mktemp("tables") / "study")


def test_a_table_is_to_be_had_by_name(study):
    codings = study.table("codings")
    assert list(codings.columns) == ["segment_id", "code", "status", "reviewers"] and len(codings)


@pytest.mark.parametrize(
    ("name", "said"), [("coding", "Did you mean 'codings'"), ("responses", "there are "), ("../vault/masks", "no table")]
)
def test_other_names_are_explained_and_the_vault_stays_shut(study, name, said):
    with pytest.raises(DataError, match=said):
        study.table(name)


def test_a_study_that_has_not_been_run_says_what_to_do(study, tmp_path):
    from pipeline.study.study import load_study

    (tmp_path / "study.toml").write_text((study.folder / "study.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(DataError, match="themes run"):
        load_study(tmp_path).table("codings")


def test_the_documented_queries_run_in_duckdb(study, monkeypatch):
    text = (ROOT / "docs" / "exchange.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.+?)```", text, re.DOTALL)
    assert len(queries) >= 2
    monkeypatch.chdir(study.folder)
    for query in queries:
        assert duckdb.sql(query).fetchall()


def test_duckdb_counts_what_pandas_counts(study):
    counted = duckdb.sql(f"SELECT code, count(*) FROM '{study.derived}/codings.parquet' GROUP BY code").fetchall()
    assert dict(counted) == study.table("codings")["code"].value_counts().to_dict()
