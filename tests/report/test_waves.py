"""This wave beside an earlier one: a known difference is found, no difference is made up, and nothing more of anybody is said."""

import shutil
from types import SimpleNamespace

import pandas as pd
import pyarrow.parquet
import pytest
from small_study import CODES, Tables, build_study, build_tables, save

from pipeline.codebook.codebook import Codebook, write_codebook
from pipeline.errors import DataError, StudyError
from pipeline.methods.disclosure.cells import ANY, EVERYONE
from pipeline.report import EXPORTS, export
from pipeline.report.content import build_report
from pipeline.report.earlier_wave import beside_earlier_wave, changes_of_codes, changes_of_themes
from pipeline.report.printed_report import printed
from pipeline.report.releases import release
from pipeline.report.sections.waves_section import NOT_READ, READ_OTHERWISE, SEPARATE, waves
from pipeline.study.study import load_study
from pipeline.tables.parquet import TABLES
from pipeline.workflow.released_figures import ledger_path, read_ledger
from pipeline.workflow.results import read_results
from pipeline.workflow.stages.count import count


FEWER = 40
"""People who spoke of forms now and did not in the earlier wave."""


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A study, and an earlier wave of it with other people, of whom 40 fewer spoke of forms; not to be changed."""
    folder = tmp_path_factory.mktemp("waves")
    now, then = build_study(folder / "now"), build_study(folder / "then")
    save(then, earlier(then, build_tables(then)))
    path = now.folder / "study.toml"
    path.write_text(f'{path.read_text(encoding="utf-8")}\n[report]\nearlier = "../then"\n', encoding="utf-8")
    return folder


@pytest.fixture
def folder(both, tmp_path):
    shutil.copytree(both, tmp_path / "waves")
    return tmp_path / "waves"


def earlier(study, tables, *, others=True):
    frames = dict(tables.frames)
    spoke = frames["codings"].merge(frames["segments"][["segment_id", "comment_id"]], on="segment_id")
    spoke = spoke.merge(frames["comments"][["comment_id", "response_id"]], on="comment_id")
    gone = set(spoke.loc[spoke["code"] == "forms", "response_id"].drop_duplicates().head(FEWER))
    lost = set(spoke.loc[(spoke["code"] == "forms") & spoke["response_id"].isin(gone), "segment_id"])
    codings = frames["codings"]
    frames["codings"] = codings[~(codings["segment_id"].isin(lost) & (codings["code"] == "forms"))]
    if others:
        for name in ("responses", "comments", "people", "ratings"):
            frames[name] = frames[name].assign(response_id="0" + frames[name]["response_id"].str[1:])
    settings = SimpleNamespace(count=study.settings.count, intake=study.settings.intake)
    needed = [frames[name] for name in ("codings", "segments", "comments", "people", "ratings")]
    frames["counts"], frames["closed"] = count(*needed, Codebook(CODES), settings=settings)
    return Tables(frames)


def read_with_saved_themes(*studies):
    """Say in each study's settings that its texts joined the nearest of saved themes."""
    for study in studies:
        path = study / "study.toml"
        path.write_text(f'{path.read_text(encoding="utf-8")}\n[cluster]\nfrozen = "models/themes"\n', encoding="utf-8")


def source_of(folder):
    (source,) = beside_earlier_wave([read_results(load_study(folder / "now"), EXPORTS["html"].tables)])
    return source


def said(source):
    return repr(waves(source))


def shown(source, code):
    counts = source["counts"]
    row = counts[(counts["question"] == ANY) & (counts["group"] == EVERYONE) & (counts["code"] == code)].iloc[0]
    return row["n"], row["base"]


def test_a_known_difference_is_found_and_no_other(folder):
    source = source_of(folder)
    changes = {one.key: one for one in changes_of_codes(source, source.waves)}
    n, base = shown(source, "forms")
    assert (changes["forms"].n, changes["forms"].base) == (n, base)
    assert changes["forms"].difference == pytest.approx(FEWER / base, abs=0.05) and changes["forms"].told_apart
    assert [key for key, one in changes.items() if one.told_apart] == ["forms"]
    assert "More people spoke of “Forms and rules” than in the last wave" in said(source)
    assert "we cannot tell these waves apart" in said(source)


def test_two_equal_waves_cannot_be_told_apart(folder):
    shutil.rmtree(folder / "then")
    shutil.copytree(folder / "now", folder / "then")
    source = source_of(folder)
    assert not any(one.told_apart for one in changes_of_codes(source, source.waves)) and "More people spoke" not in said(source)


@pytest.mark.parametrize("wave", ["now", "then"])
def test_waves_that_people_have_not_read_are_not_compared_and_it_is_said_why(folder, wave):
    # Forty fewer suggestions are no change in what people said.
    path = folder / wave / TABLES["estimates"].file
    estimates = pd.read_parquet(path)
    estimates.assign(method="none").to_parquet(path)
    source = source_of(folder)
    assert changes_of_codes(source, source.waves) == ()
    assert NOT_READ in said(source) and "More people spoke" not in said(source)


def test_waves_with_an_audit_each_are_compared_by_their_estimates(folder):
    for wave, share in (("now", 0.4), ("then", 0.2)):
        path = folder / wave / TABLES["estimates"].file
        estimates = pd.read_parquet(path)
        other = estimates.assign(method="audit", share=share, low=share - 0.08, high=share + 0.08)
        other.to_parquet(path)
    source = source_of(folder)
    changes = {change.key: change for change in changes_of_codes(source, source.waves) if change.shown}
    assert changes["trust"].difference == pytest.approx(0.2)
    assert (changes["trust"].low, changes["trust"].high) == pytest.approx((0.087, 0.313), abs=0.001)
    assert "40% now, 20% then" in said(source)


def test_without_an_earlier_wave_there_is_nothing_to_say(source):
    assert waves(source).says_nothing
    assert "since-the-last-wave" not in [section.name for section in printed(build_report(source)).sections]


@pytest.mark.parametrize("saved", [(), ("now",), ("then",)])
def test_themes_that_were_found_are_not_compared_with_saved_ones(folder, saved):
    # The very same answers give other numbers of people then, and that is no change.
    read_with_saved_themes(*(folder / wave for wave in saved))
    source = source_of(folder)
    assert changes_of_themes(source, source.waves) == () and READ_OTHERWISE in said(source)


def test_themes_are_compared_where_they_are_the_same_ones(folder):
    read_with_saved_themes(folder / "now", folder / "then")
    source = source_of(folder)
    found = changes_of_themes(source, source.waves)
    assert len(found) == 6 and not any(one.told_apart for one in found) and SEPARATE not in said(source)
    path = folder / "then" / TABLES["themes"].file
    themes = pd.read_parquet(path)
    themes.assign(theme_id="f" + themes["theme_id"].str[1:]).to_parquet(path)
    # What names the themes goes with them, or the tables would be of two runs.
    for name in ("members", "voices"):
        other = folder / "then" / TABLES[name].file
        rows = pd.read_parquet(other)
        rows.assign(theme_id="f" + rows["theme_id"].str[1:]).to_parquet(other)
    source = source_of(folder)
    assert changes_of_themes(source, source.waves) == () and SEPARATE in said(source)


def test_figures_of_few_people_are_compared_in_neither_wave(folder):
    source = source_of(folder)
    hidden = [one for one in changes_of_codes(source, source.waves) if not one.shown]
    assert [one.key for one in hidden] == ["transport"] and "too few figures may be shown to compare" in said(source)
    (tables,) = [block.table for block in waves(source).blocks if block.kind == "chart" and block.name.endswith("codes")]
    assert {row[0]: row[1:] for row in tables.rows}["Getting there"] == ("not shown",) * 3


def test_a_stricter_rule_holds_for_the_earlier_figures_too(folder):
    path = folder / "then" / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"strict"', '"small"'), encoding="utf-8")
    then = load_study(folder / "then")
    save(then, earlier(then, build_tables(then)))
    source = source_of(folder)
    assert all(one.earlier % 5 == 0 for one in changes_of_codes(source, source.waves) if one.shown)


def test_the_earlier_waves_words_are_not_read(folder):
    for name in ("comments", "segments"):
        path = folder / "then" / TABLES[name].file
        table = pyarrow.parquet.read_table(path)
        pyarrow.parquet.write_table(table.drop_columns(["text"]), path)
    (folder / "then" / TABLES["texts"].file).unlink()
    assert "More people spoke of “Forms and rules”" in said(source_of(folder))


def test_what_is_shown_of_the_earlier_wave_is_noted_in_its_ledger(folder):
    then = load_study(folder / "then")
    export(folder / "now", to=["html"])
    assert read_ledger(then) == [], "a draft releases nothing, of an earlier wave neither"
    release(folder / "now", to=["html"])
    items = {one.item for one in read_ledger(then)}
    assert "counts|any||decided forms" in items and "counts|any||base" in items


def test_an_earlier_wave_whose_vault_is_gone_gets_none_again(folder):
    shutil.rmtree(folder / "then" / "vault")
    source_of(folder)
    assert not ledger_path(load_study(folder / "then")).parent.exists()


def test_people_who_answered_both_are_allowed_for(folder):
    apart = {one.key: one for one in changes_of_codes(source_of(folder), source_of(folder).waves)}
    then = load_study(folder / "then")
    save(then, earlier(then, build_tables(then), others=False))
    source = source_of(folder)
    same = {one.key: one for one in changes_of_codes(source, source.waves)}
    assert source.waves.in_both > 100 and "answered both" in said(source)
    assert same["trust"].high - same["trust"].low < 0.7 * (apart["trust"].high - apart["trust"].low)


def test_other_questions_and_other_meanings_are_said(folder):
    changed = [CODES[1], *CODES[2:4]]
    write_codebook(Codebook(tuple(changed)), folder / "then" / "codebook.csv")
    path = folder / "now" / "codebook.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Being trusted.", "Something else."), encoding="utf-8-sig")
    path = folder / "then" / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("What helps?", "What else?"), encoding="utf-8")
    words = said(source_of(folder))
    assert "did not ask the same open questions" in words
    assert "The meaning of the code “Trust & respect” was changed" in words
    assert "The codes “Forms and rules” and “Getting there” are new" in words


@pytest.mark.parametrize(("named", "kind", "what"), [
    (".", StudyError, "is this study itself"),
    ("../nowhere", StudyError, "cannot be read as a study"),
    ("../then", DataError, "The earlier wave, ../then: The table counts has not been made yet"),
])  # fmt: skip
def test_an_earlier_wave_that_cannot_be_read_is_explained(folder, named, kind, what):
    path = folder / "now" / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"../then"', f'"{named}"'), encoding="utf-8")
    (folder / "then" / TABLES["counts"].file).unlink()
    with pytest.raises(kind, match=what):
        export(folder / "now", to=["html"])
