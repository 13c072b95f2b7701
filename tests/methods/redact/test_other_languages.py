"""Ordinary words of other languages than English stay, alone, in a column of their own and beside English in one answer."""

from pathlib import Path

import pytest

from pipeline.methods.redact import Redactor
from pipeline.methods.redact.answer import read_answers


pytestmark = pytest.mark.model

LINES = (Path(__file__).parent / "other_language_answers.txt").read_text(encoding="utf-8").splitlines()
ANSWERS = [tuple(line.split("\t")) for line in LINES if line and not line.startswith("#")]
EVERY_LANGUAGE = ("en", *sorted({language for language, _ in ANSWERS} - {"sco"}))


@pytest.fixture(scope="module")
def redactor():
    return Redactor(("Rahima Begum", "রহিমা"))


def masked_words(texts, redactor, languages):
    answers = read_answers(texts, redactor=redactor, languages=languages)
    return [answer.text[span.start : span.end] for answer in answers for span in answer.spans if not span.flagged_only]


@pytest.mark.parametrize("languages", [EVERY_LANGUAGE, ("en",), ("en", "cy"), ("cy",), ("es",)])
def test_no_ordinary_word_of_another_language_is_masked(redactor, languages):
    assert len(ANSWERS) >= 45
    assert masked_words([text for _, text in ANSWERS], redactor, languages) == []


@pytest.mark.parametrize("language", sorted({language for language, _ in ANSWERS}))
def test_nor_is_one_where_the_study_is_in_that_language_alone(redactor, language):
    texts = [text for its_language, text in ANSWERS if its_language == language]
    assert masked_words(texts, redactor, ("en" if language == "sco" else language,)) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Mae Gwenllian yn dod bob bore ac yn gwneud paned.", "Gwenllian"),
        ("Ffoniwch fi ar 01632 960 712 os gwelwch yn dda.", "01632 960 712"),
        ("Escríbame a luz.marina@ejemplo.es, por favor, y no a mi hermana.", "luz.marina@ejemplo.es"),
        ("La señora Calatrava no me escucha cuando hablo de mi madre.", "Calatrava"),
        ("Die Leiterin, Frau Kienzle, hört mir nie zu.", "Kienzle"),
        ("Pani Wiśniewska jest bardzo miła i zawsze ma dla mnie czas.", "Wiśniewska"),
        ("Lubię, kiedy Agnieszka przychodzi rano i robi herbatę.", "Agnieszka"),
        ("Mieszkam w Rotherham i nie znam tu nikogo.", "Rotherham"),
        ("রহিমা আমার কথা শোনে।", "রহিমা"),
        ("Zawsze pomaga mi rahima, kiedy nie rozumiem listów z urzędu.", "rahima"),
    ],
)
def test_what_is_personal_by_its_form_well_known_or_named_by_the_study_is_masked_in_every_language(redactor, text, masked):
    assert masked_words([text], redactor, EVERY_LANGUAGE) == [masked]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Beth bynnag yw hynny, my carer Olwen is lovely and never rushes me.", ["Olwen"]),
        ("The staff are lovely, diolch yn fawr iawn i bawb.", []),
        ("Más tiempo para hablar. My support worker Tariq is always in a hurry.", ["Tariq"]),
        ("Staff bahut acha hai, but nobody told Naseem about the move.", ["Naseem"]),
    ],
)
def test_language_is_told_clause_by_clause(redactor, text, masked):
    assert masked_words([text], redactor, ("en", "cy", "es", "ur")) == masked


@pytest.mark.parametrize("text", ["I would like Ben back.", "It was Dan who told us."])
def test_english_names_that_are_words_of_welsh_are_masked_in_english(redactor, text):
    assert masked_words([text], redactor, ("en",)) == [text.split()[3] if "Ben" in text else "Dan"]


def test_a_name_in_one_answer_makes_no_name_of_a_word_of_another_language(redactor):
    masked = redactor.mask_all(["Our carer Mai told us.", "Bore da, mai dyna sy'n digwydd, mae'n debyg."])
    assert masked[1].redactions == ()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Frau Ali hat mir immer sehr gut mit den Formularen geholfen.", ["Ali"]),
        ("Pani Dan bardzo mi pomogła w tym trudnym czasie.", ["Dan"]),
        ("Das sagte mir die Frau. Sie war sehr nett und hat geholfen.", []),
    ],
)
def test_a_title_makes_a_name_of_what_is_a_little_word_in_some_language(redactor, text, masked):
    assert masked_words([text], redactor, EVERY_LANGUAGE) == masked
