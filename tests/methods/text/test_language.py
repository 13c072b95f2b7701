"""Which language an answer is in, by itself and beside the others of its column."""

import pytest

from pipeline.methods.text.language import languages_of, languages_of_column


SPANISH = [
    "Los paseos por el parque",
    "Que me escuchan",
    "La comida y el trato",
    "Poder hablar sin miedo",
    "Nada",
    "Las visitas de los viernes",
    "El coro",
]
ENGLISH = [
    "More time to talk with the same person",
    "The bus was late again",
    "Kind staff, good food",
    "ok",
    "Nobody rang me back",
    "I would like to go out on my own",
    "Being asked first",
]


def test_short_answers_are_in_the_language_of_their_column():
    assert languages_of_column(SPANISH, expected=("en",)) == ["es"] * len(SPANISH)
    assert languages_of_column(ENGLISH, expected=("en",)) == ["en"] * len(ENGLISH)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Nie rozumiem listów z urzędu, a nikt nie pomaga.", "pl"),
        ("Mae'r gofal yn dda iawn yma", "cy"),
        ("وقت پر آئیں، مہربانی", "ur"),
        ("Staff bahut acha hai lekin mujhe koi samajh nahi aata", "ur"),
        ("Îngrijitoarea este amabilă, dar pleacă repede", "ro"),
        ("De bus komt te laat en niemand neemt de telefoon op", "nl"),
    ],
)
def test_a_few_answers_of_another_language_are_told_from_english_ones(text, language):
    assert languages_of([text], expected=("en",)) == [language]
    assert languages_of_column([*ENGLISH * 5, text], expected=("en",))[-1] == language


@pytest.mark.parametrize(
    "text",
    [
        "Ah cannae thole the waitin, it's that lang ye could greet",
        "nae bother wi the staff jist the lift's aye broke",
        "teh staf r vrey kinnd nad i liek tehm",
        "Bingo, telly, tea, cake, garden, music",
        "PIP, DLA, ESA, UC, CAMHS: all of it takes too long",
    ],
)
def test_scots_slips_of_the_finger_lists_and_abbreviations_are_english(text):
    assert languages_of([text], expected=("en",)) == ["en"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("My nurse Sandra rang, c'est la vie", "en"),
        ("My nurse Sandra rang c'est la vie", "en"),
        ("Diolch o galon to Gethin who drove out through the snow", "en"),
        ("The food was schrecklich, wirklich sehr schlecht, und keiner sagt etwas", "de"),
        ("Ik ben blij met de hulp die we hier krijgen", "nl"),
        ("Y gofalwyr yn garedig iawn, thank you", "cy"),
    ],
)
def test_an_answer_is_in_the_language_of_most_of_its_words(text, language):
    assert languages_of([text], expected=("en",)) == [language]
