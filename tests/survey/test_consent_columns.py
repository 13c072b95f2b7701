"""What people allow is read from the words that forms use, and whatever is unclear allows less."""

import pandas as pd
import pytest

from pipeline.survey.columns.column import Column
from pipeline.survey.columns.consent import asks_for, may_speak_of_consent, refuses, speaks_of_consent, tier_of, tiers_of


def asked(heading, *options, times=4):
    return Column(heading, heading, pd.Series([*options] * times, dtype="str"))


PUBLISH = "We would like your permission to publish your response. Please indicate your preference:"

TIERS_OF_OPTIONS = [
    (
        "Are you happy for us to use anonymous quotes from your answers?",
        {"Yes, you can use quotes": "quote", "No, please do not use quotes": "analyse"},
    ),
    (
        "May we quote you?",
        {
            "Yes": "quote",
            "Yes, in my words": "quote",
            "I don't mind": "quote",
            "Yes, but reworded": "paraphrase",
            "No": "analyse",
            "No, only analyse it": "analyse",
            "I'd rather not be quoted": "analyse",
            "Please don't quote me": "analyse",
            "No quotes please": "analyse",
            "Do not use direct quotations": "analyse",
            "You may not use my words": "analyse",
            "Do not use my answers": "none",
            "Withdraw my answers": "none",
            "I do not want any of my data to be used": "none",
            "Only if my manager agrees": "",
        },
    ),
    (
        PUBLISH,
        {
            "Publish response with name": "quote",
            "Publish response only (without name)": "quote",
            "Publish response in full": "quote",
            "Publish anonymously": "quote",
            "Publish my response but not my name": "quote",
            "Do not publish response": "analyse",
            "You may publish my name but not my response": "analyse",
            "Please keep my response confidential": "analyse",
        },
    ),
    ("Response publishing consent", {"Yes, but without my name": "quote", "Yes, but please ask me first": ""}),
    (
        "May we use your comments in our report?",
        {"Yes but anonymously": "quote", "No, do not use my comments": "analyse"},
    ),
    ("Do you give permission for your comments to be used on our website?", {"Yes": "quote", "No": "analyse"}),
    ("How may we use your comments?", {"Quote anonymously": "quote", "For internal use only": "analyse"}),
    ("I consent to my words being quoted anonymously", {"I agree": "quote", "I do not agree": "analyse", "Disagree": "analyse"}),
    ("Thank you for taking part. Can we quote your answers?", {"Yes": "quote", "No": "analyse"}),
    ("I consent to take part and to be quoted anonymously", {"Yes": "quote", "No": "none"}),
    ("Are you willing for your words to appear in our report?", {"Yes": "quote", "No": "analyse"}),
    ("I agree to take part in this survey", {"Yes": "analyse", "No": "none"}),
    ("consent", {"Yes": "analyse", "No": "none"}),
    (
        "Consent given",
        {
            "I understand that I can withdraw at any time without giving a reason and I agree to take part": "analyse",
            "I do not agree to take part": "none",
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "tiers"), TIERS_OF_OPTIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_each_option_allows_what_its_words_say_and_no_more(heading, tiers):
    column = asked(heading, *tiers)
    assert {option: tier_of(option, column) for option in tiers} == tiers


@pytest.mark.parametrize(("heading", "tiers"), TIERS_OF_OPTIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_options_of_a_form_make_a_column_of_consent(heading, tiers):
    understood = [option for option, tier in tiers.items() if tier]
    assert speaks_of_consent(asked(heading, *understood))


@pytest.mark.parametrize(
    ("heading", "ticked", "left"),
    [
        ("I agree to take part in this study", "Checked", "Unchecked"),
        ("consent", "1", "0"),
        ("I consent to take part in this research", "TRUE", "FALSE"),
        ("Please tick the box to consent to take part in this study", "I have read the information sheet and I consent", ""),
        ("I agree to take part in this study", "☒", "☐"),
    ],
)
def test_a_box_that_was_left_alone_takes_nobody_out(heading, ticked, left):
    column = asked(heading, ticked, left)
    assert "none" not in tiers_of(column)
    assert tier_of(left, column) in ("", "analyse")


@pytest.mark.parametrize(
    "heading",
    [
        "Are you happy for your anonymised data to be shared with other researchers?",
        "I agree that my anonymised data set may be archived for future research",
        "Would you be happy to take part in a focus group?",
        "Can we use your data to send you our newsletter?",
        "Would you be happy to take part in the survey again?",
        "We may share your comments with the press. Are you content for us to do this?",
        "I agree to my interview being recorded",
        "Can your anonymised responses be deposited in the UK Data Archive?",
        "How would you like us to treat what you told us?",
    ],
)
def test_a_no_to_something_else_withdraws_nobody_and_the_column_is_named(heading):
    column = asked(heading, "Yes", "No")
    assert not speaks_of_consent(column)
    assert may_speak_of_consent(column)
    assert asks_for(column) == "something else"
    assert refuses("No", column) and not refuses("Yes", column)


@pytest.mark.parametrize(
    ("heading", "option"),
    [
        ("Please tick if you do not wish to be quoted", "Ticked"),
        ("Tick here if you do not want your response to be published", "Yes"),
        ("Do you mind being quoted?", "Yes"),
        ("Would you like your response to be confidential?", "Yes"),
    ],
)
def test_a_yes_to_not_being_quoted_is_no_leave_to_quote(heading, option):
    column = asked(heading, option)
    assert tier_of(option, column) == "analyse"
    # And a no to such a question is too unclear to quote anybody by.
    assert tier_of("No", asked(heading, option, "No")) == ""


@pytest.mark.parametrize(
    "heading", ["Did you get a quote?", "Were you quoted a price?", "Consent to treatment", "Have you ever published?"]
)
def test_other_uses_of_the_words_are_no_leave_to_quote_or_to_leave_out(heading):
    assert not speaks_of_consent(asked(heading, "Yes", "No"))


def test_a_sentence_that_few_people_wrote_is_never_taken_for_an_option():
    column = asked("May we quote you?", "Yes", "Yes, if you leave out what I said about my neighbour", times=1)
    assert list(tiers_of(column)) == ["quote"]
    assert tiers_of(column)["quote"] == ["Yes"]
