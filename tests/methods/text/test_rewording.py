"""What passes as a rewording of a quotation, on an invented set that was written before the threshold was chosen."""

import pytest

from pipeline.methods.text.rewording import LIKE, likeness, too_like


def wide(text):
    """Return a text in the wide letters of East Asian type, which look much the same."""
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in text)


# What somebody said, and other words for it that say no more than is needed.
REWORDED = (
    ("Forty pages before anybody listens to you.", "The paperwork came first, and being heard came last."),
    ("Ten minutes is no time to think.", "The appointment was too short to reflect."),
    ("I am the only deaf teacher in our village school.", "Somebody spoke of being the one person with a hearing loss at work."),
    ("My twin sons were sent to two hospitals on the same night.", "A parent's children were treated in different places."),
    ("The dog that helps me was not let in.", "An assistance animal was refused."),
    ("She shouted at my husband because he forgot his tablets again.", "A member of staff lost patience over medication."),
    ("Nobody told us the ward had moved until we stood at the old door.", "The family was not informed about the relocation."),
    ("At eighty-one I still drive the school bus every morning.", "An older person still works in transport."),
    (
        "I waited nine weeks for a ramp and then they built it on the wrong side.",
        "An adaptation was late, and no use when it came.",
    ),
    ("They talk over my head to my sister as if I was not there.", "Staff address a relative and not the person."),
    ("The night porter was the kindest person in the whole place.", "Somebody praised a worker who is seldom noticed."),
    (
        "We had five different carers in one week, and none knew how to lift him.",
        "Staff changed often and were not trained in moving people.",
    ),
    ("I was crying in the corridor and people just stepped round me.", "Distress in public was ignored."),
    ("The letter was in tiny print and I am nearly blind.", "Information did not come in a format that the reader needs."),
    ("Cut, cut and cut again, until there was no bus on Sundays.", "Savings ended a weekend service."),
    (
        "My mum signed a form she could not read, and lost her flat for it.",
        "A document that was not understood cost somebody their home.",
    ),
    ("The doctor listened for once and did not look at the clock.", "A consultation felt unhurried."),
    ("They spent the minibus fund on a statue of the mayor.", "Money meant for transport went elsewhere."),
    ("I only got help after my councillor rang them up.", "Support followed once a politician stepped in."),
    ("It is hard to trust people who change every month.", "Confidence suffers from turnover of staff."),
)

# What somebody said, and what looks like other words and is not.
TRICKS = (
    ("Forty pages before anybody listens to you.", "Forty pages before anybody listens to you. x"),
    ("Ten minutes is no time to think.", "Ten minutes is no think to time."),
    (
        "I am the only deaf teacher in our village school.",
        "I am the only de\u200baf tea\u00adcher in o\u200cur vill\u2060age sch\u00adool.",
    ),
    ("My twin sons were sent to two hospitals on the same night.", "Му twіn sоns wеrе sеnt tо twо hоsрitаls оn thе sаmе night."),
    (
        "The dog that helps me was not let in.",
        wide("The dog that helps me was not let in"),
    ),
    (
        "She shouted at my husband because he forgot his tablets again.",
        "SHE SHOUTED; AT MY HUSBAND - BECAUSE HE FORGOT HIS TABLETS, AGAIN!!!",
    ),
    (
        "Nobody told us the ward had moved until we stood at the old door.",
        "Until we stood at the old door nobody told us the ward had moved.",
    ),
    ("At eighty-one I still drive the school bus every morning.", "At eighty-one I still drive the school bus each morning."),
    (
        "I waited nine weeks for a ramp and then they built it on the wrong side.",
        "I waited 9 weeks for a ramp, and then they built it on the wrong side of the house, which was a pity for everybody.",
    ),
    ("They talk over my head to my sister as if I was not there.", "They talk over my head to my sister"),
    ("The night porter was the kindest person in the whole place.", "Theni ghtpor terwas theki ndestper soninthe wholeplace."),
    (
        "We had five different carers in one week, and none knew how to lift him.",
        "him lift to how knew none and, week one in carers different five had We",
    ),
    (
        "I was crying in the corridor and people just stepped round me.",
        "I wass cryin in the coridor and peple just steped round mee.",
    ),
    (
        "The letter was in tiny print and I am nearly blind.",
        "Well, to be honest, the letter was really in tiny print, you know, and I am, as it were, nearly blind, so there.",
    ),
    ("Cut, cut and cut again, until there was no bus on Sundays.", "Cut & cut & cut again until there was no bus on a Sunday"),
    (
        "My mum signed a form she could not read, and lost her flat for it.",
        "My mother signed a form she could not read and lost her flat for it.",
    ),
    (
        "The doctor listened for once and did not look at the clock.",
        "T h e d o c t o r l i s t e n e d f o r o n c e and did not look at the clock",
    ),
    ("They spent the minibus fund on a statue of the mayor.", "The mayor: a statue of. They spent on the minibus fund."),
    (
        "I only got help after my councillor rang them up.",
        "\u0406 \u043enly g\u043et h\u0435lp after my c\u043eun\u0441ill\u043er r\u0430ng th\u0435m up",
    ),
    ("It is hard to trust people who change every month.", "It’s hard trusting people who change every month"),
)


@pytest.mark.parametrize(("said", "words"), REWORDED)
def test_other_words_pass(said, words):
    assert too_like(said, words) == ""


@pytest.mark.parametrize(("said", "words"), TRICKS)
def test_the_same_words_in_disguise_do_not(said, words):
    assert too_like(said, words)


def test_the_sentence_says_how_much_is_the_same():
    assert (
        too_like("Ten minutes is no time to think.", "Ten minutes was no time to think.")
        == "6 of its 7 words stand in the same order"
    )


def test_the_threshold_lies_between_the_two_kinds():
    assert max(likeness(*pair) for pair in REWORDED) < LIKE <= min(likeness(*pair) for pair in TRICKS)


def test_what_has_no_words_in_common_with_an_answer_of_one_word_passes():
    assert (
        too_like("Time.", "They spoke of haste.") == ""
        and too_like("Time.", "time")
        and likeness("", "x") == likeness("x", "") == 0.0
    )
