"""The easy-read version: easy by measure, a picture for each idea, and a draft until a co-analyst says that it is none."""

import csv
from dataclasses import replace
from datetime import date

import docx
import pytest
from click.testing import CliRunner
from reading import read_page
from small_study import PRIVATE, build_study
from test_story import answers

from pipeline.cli import main
from pipeline.decisions.store import open_store
from pipeline.errors import ReviewError, StudyError
from pipeline.report import export
from pipeline.report.easyread import approve_easyread, draft_ideas, easyread_in_words, start_easyread
from pipeline.report.releases import release
from pipeline.study.easy_read import APPROVALS, FILE, Idea, approval_of, read_ideas, reading


TODAY = date(2026, 6, 1)


@pytest.fixture
def study(tmp_path):
    made = build_study(tmp_path / "study")
    with open_store(made) as store:
        store.add_reviewer("Ana", "lived experience")
        store.add_reviewer("Rob", "researcher", "researcher")
    return made


def rewrite(study, change):
    path = study.folder / FILE
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(change(text), encoding="utf-8-sig")


def fill_in(text):
    return text.replace("[Write here what happens next.]", "We will tell you.").replace(
        "[Write here how people can ask a question.]", "You can call us."
    )


def exported(study, by=export):
    document, page = by(study, to=["easyread"])
    return docx.Document(str(document)), read_page(page.read_text(encoding="utf-8"))


def test_the_draft_is_easy_to_read_and_has_a_picture_for_each_idea(study):
    assert start_easyread(study) == len(read_ideas(study)) > 5
    found = reading(read_ideas(study))
    assert found.mean <= 12 and not found.too_long and not found.without_picture
    assert len(found.to_fill_in) == 2
    assert not [words for words in PRIVATE for idea in read_ideas(study) if words in idea.text]


def test_people_are_named_by_figures_that_may_be_shown(study):
    start_easyread(study)
    said = [idea.text for idea in read_ideas(study) if "talked about this" in idea.text]
    counts = study.table("counts")
    shown = counts[(counts["group"] == "everyone") & (counts["question"] == "any") & ~counts["suppressed"]]
    assert len(said) == min(3, len(shown)) > 0
    assert {int(text.split()[0]) for text in said} <= set(shown["n"].astype(int))


def test_it_leaves_as_a_draft_with_a_picture_slot_and_its_alternative(study):
    document, page = exported(study)
    text = [paragraph.text for paragraph in document.paragraphs]
    assert any(line.startswith("DRAFT") for line in text) and "DRAFT" in document.sections[0].footer.paragraphs[0].text
    assert page.find_all("title")[0].text.endswith("(DRAFT)")
    slots = [one.attributes["class"] for one in page.find_all("div")].count("slot")
    pictures = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert len(pictures) == slots and all(pictures)
    assert document.styles["Normal"].font.size.pt == 16


def test_a_co_analyst_takes_the_word_draft_off_and_a_change_brings_it_back(study):
    start_easyread(study)
    rewrite(study, fill_in)
    approve_easyread(study, by="ana", when=TODAY)
    assert "DRAFT" in exported(study)[1].text, "its figures are not released yet"
    document, page = exported(study, by=release)
    assert "DRAFT" not in page.text and not [one for one in document.paragraphs if "DRAFT" in one.text]
    assert "DRAFT" not in document.core_properties.title
    assert "Approved by Ana on 2026-06-01." in list(easyread_in_words(study))
    rewrite(study, lambda text: text.replace("You can call us.", "You can write to us."))
    assert approval_of(study, read_ideas(study)) is None
    assert "DRAFT" in exported(study, by=release)[1].text


@pytest.mark.parametrize("name", ["Rob", "Nobody"])
def test_nobody_but_a_co_analyst_can_approve_it(study, name):
    start_easyread(study)
    rewrite(study, fill_in)
    with pytest.raises(ReviewError, match="There is: Ana"):
        approve_easyread(study, by=name, when=TODAY)
    assert not (study.folder / APPROVALS).exists()


LONG = "We asked a very great many people who live near here or who work here about all of the many things that matter."


@pytest.mark.parametrize(
    ("idea", "said"),
    [
        (Idea("h", LONG, "p"), "more than 18 words"),
        (Idea("h", "Short.", ""), "nobody has said what its picture shows"),
        (Idea("h", "[Write this.]", "p"), "still something to fill in"),
    ],
)
def test_what_is_hard_to_read_or_unfinished_cannot_be_approved(study, idea, said):
    with (study.folder / FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("heading", "text", "picture", "file"), (idea.heading, idea.text, idea.picture, "")])
    with pytest.raises(StudyError, match="cannot be approved yet") as caught:
        approve_easyread(study, by="Ana", when=TODAY)
    assert said in str(caught.value)
    assert said in exported(study)[1].text


def test_sentences_of_more_than_twelve_words_on_average_are_too_many():
    fourteen = " ".join(["word"] * 13) + " end."
    assert "14.0 words on average" in reading([Idea("h", fourteen, "p")]).problems[0]
    assert reading([Idea("h", f"{fourteen} Short one. Another one.", "p")]).problems == ()


def test_a_picture_that_people_chose_is_used_and_none_from_elsewhere(study, tmp_path):
    from matplotlib.figure import Figure

    start_easyread(study)
    Figure(figsize=(1, 1)).savefig(study.folder / "tick.png")
    Figure(figsize=(1, 1)).savefig(tmp_path / "outside.png")
    rewrite(
        study,
        lambda text: text.replace("A person asks other people a question,", "A person asks other people a question,tick.png"),
    )
    page = exported(study)[1]
    assert [image.attributes["alt"] for image in page.find_all("img")] == ["A person asks other people a question"]
    rewrite(study, lambda text: text.replace("tick.png", "../outside.png"))
    with pytest.raises(StudyError, match="in the study's folder"):
        exported(study)


def test_the_command_starts_says_and_approves(study):
    def run(*arguments):
        return CliRunner().invoke(main, ["easyread", str(study.folder), *arguments])

    assert "There is no easyread.csv yet" in run().output
    assert "words a sentence on average" in run("--start").output
    assert run("--start").exit_code == 10
    assert run("--approve", "--by", "Ana").exit_code == 10
    rewrite(study, fill_in)
    assert "Approved by Ana" in run("--approve", "--by", "Ana").output
    assert run("--approve").exit_code == 2


def texts(source):
    return [idea.text for idea in draft_ideas(source)]


def test_the_largest_difference_between_groups_is_told_in_tens_of_people(source):
    told = texts(replace(source, tables={**source.tables, "closed": answers(0.87, 0.25, 0.5, value="Yes")}))
    asked = next(place for place, text in enumerate(told) if text.startswith("We asked: "))
    assert told[asked + 1 : asked + 3] == [
        "Care workers: about 9 out of 10 said “Yes”.",
        "Leaders: about 3 out of 10 said “Yes”.",
    ]


@pytest.mark.parametrize(
    ("praise", "complaint", "said"),
    [
        (0.1, 0.8, "Most said: this is not good."),
        (0.8, 0.1, "Most said: this is good."),
        (0.45, 0.45, "Some said: this is good. Some said: this is not good."),
        (float("nan"), float("nan"), ""),
    ],
)
def test_whether_people_praise_or_complain_is_said_in_words_and_in_no_number(source, praise, complaint, said):
    themes = source["themes"].assign(praise=praise, complaint=complaint, suggestion=0.1, n_people=30)
    read = [text for text in texts(replace(source, tables={**source.tables, "themes": themes})) if "talked about this" in text]
    coded = [text for text in read if said and text.endswith(said)]
    assert read and (bool(coded) if said else not any("said" in text for text in read))


def test_in_word_the_picture_stands_left_of_its_words(study):
    document, _ = exported(study)
    assert len(document.tables) == len(document.inline_shapes)
    left, right = document.tables[0].rows[0].cells
    assert (
        left._tc.xpath(".//w:drawing") and right.text == "We asked people some questions." and not right._tc.xpath(".//w:drawing")
    )
