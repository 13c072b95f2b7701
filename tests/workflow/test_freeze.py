"""A second survey is read with the themes of the first: saved without answers, refused where it cannot be compared."""

import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from sample import sample_rows
from small_study import build_study

from pipeline.cli import main
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.methods.themes.saved_model import SavedTheme, SavedThemes, load, save
from pipeline.tables.parquet import TABLES, Vectors, read_table, write_table


FROZEN = '\n[cluster]\nfrozen = "models/themes"\n'
SAID = {"money": "There was no money in the budget.", "time": "There was never enough time.", "trust": "Nobody trusted us."}


def themes(*words):
    return CliRunner().invoke(main, [*map(str, words)])


def table(folder, name):
    return read_table(name, folder / TABLES[name].file)


@pytest.fixture
def finished(tmp_path):
    """A study that has been run, with a title that people gave."""
    study = build_study(tmp_path / "first")
    texts, found = table(study.folder, "texts"), table(study.folder, "themes")
    found.loc[0, ["title", "named", "agreed_code"]] = ["No time to think", True, "time"]
    write_table("themes", found, study.folder / TABLES["themes"].file)
    draw = np.random.default_rng(0)
    for name, ids in (("vectors", texts["text_id"]), ("centroids", found["theme_id"])):
        matrix = draw.normal(size=(len(ids), 8)).astype(np.float16)
        write_table(name, Vectors(tuple(ids), matrix, "static fp32", "abc"), study.folder / TABLES[name].file)
    return study.folder


@pytest.fixture
def second(make_study):
    """A study that is to be read with saved themes, which are about money, time and trust."""
    folder = make_study(sample_rows(45), extra=FROZEN)
    embedder = load_embedder("static")
    kept = tuple(
        SavedTheme(name, f"About {name}", (name,), 1, "All", ("gone",), named=name == "money", set_aside=name == "trust")
        for name in SAID
    )
    quantiles = tuple(np.linspace(0.2, 0.9, 21).tolist())
    found = SavedThemes(kept, embedder.encode([*SAID.values()]), quantiles, 60, "static fp32", embedder.sha256)
    save(found, folder / "models" / "themes")
    return folder


def test_themes_are_saved_as_people_shaped_them_and_without_answers(finished):
    said = themes("freeze", finished)
    assert said.exit_code == 0 and "6 themes, without anybody's answer" in said.output
    saved = load(finished / "models" / "themes")
    titles = {theme.theme_id: (theme.title, theme.named, theme.agreed_code) for theme in saved.themes}
    assert len(titles) == 6 and titles[table(finished, "themes")["theme_id"][0]] == ("No time to think", True, "time")
    assert (saved.embedder, saved.sha256, saved.n_texts) == ("static fp32", "abc", len(table(finished, "texts")))
    kept = (finished / "models" / "themes" / "themes.json").read_text(encoding="utf-8")
    # The harp is in one person's answer only, and was among the theme's keywords.
    assert "harp" in " ".join(table(finished, "themes")["keywords"]) and "harp" not in kept
    assert not [text for text in table(finished, "texts")["text"] if text in kept]


def test_themes_that_were_never_found_cannot_be_saved(make_study):
    said = themes("freeze", make_study())
    assert said.exit_code == 11 and "themes run" in said.output


@pytest.mark.model
def test_a_second_survey_gets_the_saved_themes_and_says_how_well_they_fit(second):
    said = themes("run", second, "--until", "shape")
    assert said.exit_code == 0, said.output
    assert "Saved themes: " in said.output and "Saved themes: " in themes("status", second).output
    shown, texts, members = table(second, "themes"), table(second, "texts"), table(second, "members")
    assert set(shown["theme_id"]) == set(SAID) and members["text_id"].tolist() == texts["text_id"].tolist()
    assert shown.set_index("theme_id").loc["money", ["title", "named"]].tolist() == ["About money", True]
    assert shown["set_aside"].tolist() == [False, False, True]
    of_theme = members.groupby("theme_id")["text_id"].agg(set)
    assert all(set(row["exemplars"].split()) <= of_theme[row["theme_id"]] for _, row in shown.iterrows())
    said_of = texts.set_index("text_id")["text"][list(of_theme["money"])].str.contains("money|budget|fund|cost|paid|pay")
    assert said_of.mean() > texts["text"].str.contains("money|budget|fund|cost|paid|pay").mean()
    again = themes("freeze", second)
    assert again.exit_code == 10 and "saved ones already" in again.output


@pytest.mark.model
def test_themes_of_another_language_model_or_none_are_refused_with_a_sentence(second):
    folder = second / "models" / "themes"
    saved = load(folder)
    save(SavedThemes(saved.themes, saved.centroids, saved.quantiles, 60, "minilm fp32", "0" * 64), folder)
    said = themes("check", second)
    assert said.exit_code == 11 and "[cluster] frozen: they were found with" in said.output
    said = themes("run", second, "--until", "cluster")
    assert said.exit_code == 13 and "'minilm fp32'" in said.output and "cannot be compared" in said.output
    shutil.rmtree(folder)
    assert "[cluster] frozen: There are no saved themes" in themes("check", second).output
    said = themes("run", second, "--until", "cluster")
    assert said.exit_code == 13 and "no saved themes" in said.output
