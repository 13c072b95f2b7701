"""A wheel holds all that the program needs: it is built, unpacked in a place of its own, and used from another folder."""

import csv
import os
import subprocess
import sys
import zipfile

import pytest
from sample import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("manyvoices-*.whl")
    return path


@pytest.fixture(scope="module")
def themes(wheel, tmp_path_factory):
    """Return the command as it is where nothing but the wheel is installed beside the libraries."""
    place, elsewhere = tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)

    def run(*arguments):
        environment = os.environ | {"PYTHONPATH": str(place)}
        command = [sys.executable, "-m", "pipeline", *arguments]
        return subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False)

    run.folder, run.place = elsewhere, place
    return run


def test_it_holds_models_codebooks_the_sample_and_its_types_and_nothing_of_a_study(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    shipped = "pipeline/shipped/"
    assert {
        "pipeline/py.typed",
        f"{shipped}models/voices/model.safetensors",
        f"{shipped}models/valence/SHA256SUMS",
        f"{shipped}corpora/templates/i-statements.csv",
        f"{shipped}corpora/voices/later/co-production.csv",
        f"{shipped}corpora/voices/excerpts/co-production.csv",
        f"{shipped}corpora/coproduction/study.toml",
    } <= set(names)
    studies_own = ("/derived/", "/vault/", "/exports/", "review.sqlite")
    assert not [name for name in names if any(part in name for part in studies_own)]
    assert {name.split("/")[0] for name in names} == {"pipeline", "manyvoices-0.1.0.dist-info"}


def test_what_comes_with_the_program_comes_from_the_wheel(themes):
    code = """
from pipeline.codebook.templates import CORPORA
from pipeline.methods.embedding.model_files import MODELS
print(CORPORA, MODELS)
"""
    environment = os.environ | {"PYTHONPATH": str(themes.place)}
    places = subprocess.run([sys.executable, "-c", code], cwd=themes.folder, env=environment, capture_output=True, text=True)
    assert places.stdout.split() == [str(themes.place / "pipeline" / "shipped" / name) for name in ("corpora", "models")]


def test_the_sample_is_copied_and_is_sound(themes):
    made = themes("demo", "my-demo")
    assert made.returncode == 0, made.stderr
    assert "Everybody in it is invented." in made.stdout
    again = themes("demo", "my-demo")
    assert again.returncode != 0 and "is not empty" in again.stderr
    checked = themes("check", "my-demo")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.model
def test_a_survey_goes_all_the_way_to_a_report(themes):
    sentences = ("Nobody tells us what came of it", "They never listen", "Meetings are on weekdays", "The forms are too long")
    with (themes.folder / "export.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["ID", "Which group are you in?", "What could be better?"])
        rows.writerows(
            [number, ("Carer", "Staff")[number % 2], f"{sentences[number % 4]} in week {number}."] for number in range(60)
        )
    steps = (
        ("codebook", "new", "codebook.csv", "--template", "coproduction"),
        ("new", "study", "--from", "export.csv", "--codebook", "codebook.csv"),
        ("check", "study"),
        ("run", "study"),
        ("export", "study", "--to", "html", "--to", "docx"),
    )
    for step in steps:
        done = themes(*step)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "What could be better?" in (themes.folder / "study" / "exports" / "report.html").read_text(encoding="utf-8")
