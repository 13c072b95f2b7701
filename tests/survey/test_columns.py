import pandas as pd
import pytest

from pipeline.methods.redact.name_cells import is_persons_name
from pipeline.methods.text.language import languages_of
from pipeline.survey.columns.column import Column, listed_headings, plain, shown
from pipeline.survey.columns.consent import speaks_of_consent, tiers_of
from pipeline.survey.columns.frames import frame_of
from pipeline.survey.columns.languages import languages_in
from pipeline.survey.columns.personal_shapes import holds_names
from pipeline.survey.columns.questions import is_open
from pipeline.survey.columns.roles import is_group, is_personal, role_of
from pipeline.survey.columns.scales import find_scale, find_scales
from pipeline.survey.columns.several_choices import several_choices
from pipeline.survey.columns.vocabulary import _lists, whole, within


def column(*cells, name="x", wording=None, times=1):
    return Column(name, wording or name, pd.Series([*cells] * times, dtype="str"))


@pytest.mark.parametrize(
    ("wording", "frame"),
    [
        ("What could we do better?", "better"),
        ("How could we improve?", "better"),
        ("What gets in the way of good co-production?", "better"),
        ("What are the barriers?", "better"),
        ("What would you change?", "better"),
        ("What would you like to see changed about the service?", "better"),
        ("What did you dislike?", "better"),
        ("What was good?", "good"),
        ("What works well?", "good"),
        ("What did you like best?", "good"),
        ("What makes co-production work well?", "good"),
        ("What works well, and what could be improved?", "neutral"),
        ("Anything you were satisfied and/or dissatisfied with", "neutral"),
        ("What has changed because people were involved?", "neutral"),
        ("Why did you give that answer?", "neutral"),
        ("How would you describe your well-being?", "neutral"),
        ("Anything else?", "neutral"),
    ],
)
def test_the_wording_tells_what_is_asked_for(wording, frame):
    assert frame_of(wording) == frame


@pytest.mark.parametrize(
    "steps",
    [
        ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"],
        ["Strongly disagree", "Tend to disagree", "Neutral", "Tend to agree", "Strongly agree"],
        ["Strongly disagree", "Disagree", "Agree", "Strongly agree"],
        ["Very dissatisfied", "Fairly dissatisfied", "Neither", "Fairly satisfied", "Very satisfied"],
        ["Strongly disagree", "Disagree", "Somewhat disagree", "Neutral", "Somewhat agree", "Agree", "Strongly agree"],
        ["Not a problem", "A small problem", "A moderate problem", "A big problem"],
        ["No barrier", "Minor barrier", "Moderate barrier", "Major barrier"],
        ["Very poor", "Poor", "Fair", "Good", "Very good"],
        ["Poor", "Fair", "Good", "Excellent"],
        ["Never", "Rarely", "Sometimes", "Often", "Always"],
        ["Not at all", "Slightly", "Moderately", "Very", "Extremely"],
        ["Not at all likely", "Not very likely", "Fairly likely", "Very likely"],
        ["Not at all", "A little", "Some", "A lot"],
        ["Not useful", "Useful", "Very useful"],
        ["Much worse", "A little worse", "About the same", "A little better", "Much better"],
        ["No improvement", "A little improvement", "Some improvement", "A lot of improvement"],
        ["No", "Yes, to some extent", "Yes, definitely"],
        ["No, not at all rude", "Yes, somewhat rude", "Yes, very rude"],
        ["Low", "Medium", "High"],
        [
            "Extremely dissatisfied",
            "Moderately dissatisfied",
            "Slightly dissatisfied",
            "Neither satisfied nor dissatisfied",
            "Slightly satisfied",
            "Moderately satisfied",
            "Extremely satisfied",
        ],
        [
            "Extremely unlikely",
            "Moderately unlikely",
            "Slightly unlikely",
            "Neither likely nor unlikely",
            "Slightly likely",
            "Moderately likely",
            "Extremely likely",
        ],
        ["Not effective at all", "Slightly effective", "Moderately effective", "Very effective", "Extremely effective"],
        ["None at all", "A little", "A moderate amount", "A lot", "A great deal"],
        ["Never", "Sometimes", "About half the time", "Most of the time", "Always"],
        ["Definitely not", "Probably not", "Might or might not", "Probably yes", "Definitely yes"],
        [
            "Far short of expectations",
            "Short of expectations",
            "Equals expectations",
            "Exceeds expectations",
            "Far exceeds expectations",
        ],
        [
            "Much worse than I expected",
            "Worse than I expected",
            "About what I expected",
            "Better than I expected",
            "Much better than I expected",
        ],
        ["Far below average", "Somewhat below average", "Average", "Somewhat above average", "Far above average"],
        ["Dislike a great deal", "Dislike somewhat", "Neither like nor dislike", "Like somewhat", "Like a great deal"],
        [
            "Extremely unpleasant",
            "Somewhat unpleasant",
            "Neither pleasant nor unpleasant",
            "Somewhat pleasant",
            "Extremely pleasant",
        ],
        ["Much less", "Somewhat less", "About the same", "Somewhat more", "Much more"],
        ["1 - Strongly disagree", "2", "3", "4", "5 - Strongly agree"],
        ["Very poor (1)", "Poor (2)", "Good (3)", "Very good (4)"],
    ],
    ids=lambda steps: f"{len(steps)} steps to {steps[-1]}",
)
def test_steps_in_words_are_scored_in_their_order(steps):
    scale = find_scale(column(*reversed(steps), "Don't know", times=20))
    assert scale is not None
    assert [scale.labels[step] for step in steps] == list(range(1, len(steps) + 1))
    assert (scale.low, scale.high) == (1, len(steps))
    assert "Don't know" not in scale.labels


@pytest.mark.parametrize(
    "options",
    [
        ["Yes", "No"],
        ["England", "Scotland", "Wales"],
        ["1. England", "2. Scotland", "3. Wales"],
        ["18-29", "30-44", "45-60", "> 60"],
        ["Not employed", "Employed", "Self-employed"],
        ["Once a month", "Once a week", "Every day"],
        ["Urban", "Suburban", "Rural"],
    ],
)
def test_options_without_an_order_are_no_scale(options):
    assert find_scale(column(*options, times=20)) is None


@pytest.mark.parametrize(
    ("name", "numbers", "ends"),
    [
        ("How satisfied are you? (1-5)", "12345", (1, 5)),
        ("How satisfied are you? (1-7)", "23", (1, 7)),
        ("Marks out of 10", "789", (0, 10)),
        ("Limited funding", "1234", (1, 4)),
        ("fft_score", "1267", (1, 5)),
        ("How likely are you to recommend us?", ["0", "7", "10"], (0, 10)),
        ("How many children have you?", "12345", None),
        ("Age", ["34", "56"], None),
        ("Ticked", "01", None),
        ("How willing would you be to talk about this with friends and family?", ["0", "4", "10"], (0, 10)),
        ("On how many days did you see friends and family last week?", "01234567", None),
        ("Would you recommend us to friends and family?", "12345", (1, 5)),
        ("How likely are you to recommend us to friends and family?", ["0", "7", "10"], (0, 10)),
    ],
)
def test_numbers_are_a_scale_when_the_question_or_their_range_says_so(name, numbers, ends):
    scale = find_scale(column(*numbers, name=name, times=30))
    assert (scale and (scale.low, scale.high)) == ends


def test_few_answers_take_the_scale_that_another_column_shows():
    full = column("Strongly agree", "Agree", "Neutral", "Disagree", "Strongly disagree", name="a", times=12)
    few = column("Agree", "Strongly agree", "Strongly agree", "Disagree", name="b")
    scales = find_scales([full, few])
    assert scales["b"].high == 5
    assert scales["b"].labels == scales["a"].labels


def test_a_slip_of_the_keyboard_does_not_hide_a_scale():
    scale = find_scale(column(*["Good", "Fair", "Poor", "Very good"] * 30, "slip"))
    assert scale is not None and "slip" not in scale.labels


def test_options_of_consent_allow_what_their_words_say():
    asked = column(
        "Yes",
        "Yes, reworded",
        "No",
        "Do not use my answers",
        "YES",
        "Only if my boss Zelda agrees",
        name="May we quote you?",
        times=4,
    )
    assert speaks_of_consent(asked)
    assert tiers_of(asked) == {
        "quote": ["Yes"],
        "paraphrase": ["Yes, reworded"],
        "analyse": ["No"],
        "none": ["Do not use my answers"],
    }


def test_taking_part_is_not_leave_to_quote():
    asked = column("Yes", "No", name="I agree to take part in this survey", times=4)
    assert speaks_of_consent(asked)
    assert tiers_of(asked) == {"analyse": ["Yes"], "none": ["No"]}


@pytest.mark.parametrize(
    "name",
    ["Were you asked for your consent before the operation took place?", "Staff quote prices clearly", "Happy with the food?"],
)
def test_questions_about_something_else_are_no_consent(name):
    answers = ["Strongly agree", "Disagree"] if "Staff" in name else ["Yes", "No"]
    assert not speaks_of_consent(column(*answers, name=name, times=5))


@pytest.mark.parametrize(
    "name",
    ["IPAddress", "RecipientEmail", "Name", "Your full name", "LocationLatitude", "Date of birth", "NHS number", "E-mail address",
     "What is your Hypothesis username?", "Contact number", "Organisation name"],
)  # fmt: skip
def test_columns_that_show_who_somebody_is_are_known_by_their_names(name):
    assert role_of(column("abc", "def", "abd", "abe", name=name), kind="table") == "personal"


@pytest.mark.parametrize(
    "cells",
    [("a@example.org", "b@example.org"), ("10.0.0.1", "10.0.0.2"), ("SW1A 1AA", "M1 1AE"), ("01632 960001", "+44 1632 960002")],
)
def test_columns_that_show_who_somebody_is_are_known_by_their_cells(cells):
    assert is_personal(column(*cells, name="Q7"))


@pytest.mark.parametrize(
    ("name", "cells", "fits"),
    [
        ("Which group are you in?", ("Carers", "Leaders"), True),
        ("Region", ("North", "South"), True),
        ("Gender", ("Female", "Male"), True),
        ("Team", ("Red", "Blue"), True),
        ("What is your age?", ("18-29", "30-44"), True),
        ("Do you travel by plane?", ("Yes", "No"), False),
        ("Rate our service", ("1", "2", "3", "4"), False),
        ("When?", ("2025-01-01", "2025-01-02"), False),
        ("Q1", ("Telephone", "E-mail", "Letter"), False),
        ("Q3_2", ("High trust", "Some trust", "Low trust"), False),
        ("G01Q02[SQ001]", ("Red", "Blue"), False),
        ("AB01_03", ("Red", "Blue"), False),
        ("v12", ("Female", "Male", "Prefer not to say"), True),
        ("Q7", ("18-29", "30-44", "45 and over"), True),
        ("Q8", ("Under 18", "18 to 24", "65+"), True),
        ("Q9", ("North West", "London", "East Midlands"), True),
    ],
)
def test_groups_are_few_short_values_that_are_no_scale(name, cells, fits):
    assert is_group(column(*cells, name=name, times=9)) is fits


def test_job_titles_in_peoples_own_words_are_neither_group_nor_question():
    roles = column(*(f"Parent of a young man number {i}" for i in range(40)), name="Role")
    assert not is_open(roles) and not is_group(roles)


def separator_of(column):
    choices = several_choices(column)
    return choices.separator if choices else ""


def test_several_choices_in_a_cell_are_told_from_commas_in_an_answer():
    assert separator_of(column("Carer;Nurse;", "Carer;", "Nurse;", "Carer;Friend;", "Friend;", times=4)) == ";"
    assert separator_of(column("Carer, Nurse", "Carer", "Nurse", "Friend", "Carer, Friend", times=4)) == ","
    assert separator_of(column("No, not at all rude", "Yes, somewhat rude", "Yes, very rude", times=9)) == ""
    prose = [f"The staff were kind, patient and number {i}, which helped" for i in range(30)]
    assert separator_of(column(*prose)) == ""


def test_welsh_answers_are_noticed():
    welsh = "Mae angen mwy o amser i siarad â phobl am eu gofal nhw bob wythnos"
    english = "We need far more time to talk with people about their care every week"
    assert list(languages_in([column(english, english, english, welsh, times=4)], languages_of)) == ["en", "cy"]
    assert languages_in([column("ok", "fine")], languages_of) == {}


def test_headings_are_shown_on_one_line_and_cut_short():
    assert shown('a\nb "c"') == '“a b "c"”'
    assert len(shown("x" * 5_000)) < 70
    assert listed_headings([f"c{i}" for i in range(12)]).endswith("“c7” and 4 more")
    assert plain("RespondentID (e-mail)") == "respondent id e mail"


def test_every_list_of_words_is_a_pattern():
    for name in _lists():
        assert whole(name).fullmatch("\x00") is None
        assert within(name).search("\x00") is None


ADDRESSES = {
    "number and street": [f"{3 + i} Elm Road, Little Town" for i in range(9)],
    "lower case": [f"{3 + i} mill lane" for i in range(9)],
    "flats": [f"Flat {i + 1}, Ashby Court" for i in range(9)],
    "houses with names": [f"{name} Cottage, Church Lane, Ford" for name in ("Rose", "Ivy", "Oak", "Elm", "Yew", "Ash", "Fern")],
    "postcodes within": [f"Ford, near Upton, XX{i} 1AB" for i in range(9)],
    "German": [f"Lindenstraße {i + 3}, 10115 Berlin" for i in range(9)],
    "two lines": [f"{3 + i} Station View\nLittle Town" for i in range(9)],
}


@pytest.mark.parametrize("cells", ADDRESSES.values(), ids=ADDRESSES)
def test_addresses_are_personal_whatever_the_column_is_called(cells):
    assert is_personal(column(*cells, name="What else should we know?"))


@pytest.mark.parametrize(
    "cells",
    [
        [f"person{i}@example.org" if i % 2 else f"01632 96000{i}" for i in range(8)],
        [f"mail me at person{i}@example.org please" for i in range(8)],
        [f"QQ 12 34 5{i} C" for i in range(8)],
        [f"943 476 59{i}9" for i in range(8)],
        [f"(555) 555-010{i}" for i in range(8)],
        [f"@person_{i}" for i in range(8)],
        [f"{i + 1:02d}/03/19{40 + 7 * i}" for i in range(8)],
    ],
    ids=["mail or telephone", "mail in a sentence", "national insurance", "NHS number", "telephone abroad", "handle", "births"],
)
def test_contacts_numbers_and_births_are_personal_whatever_the_column_is_called(cells):
    assert is_personal(column(*cells, name="Q7"))


@pytest.mark.parametrize(
    "name",
    [
        "name_last",
        "name_first",
        "First Name",
        "lname",
        "Name of child",
        "Patient's name",
        "What is your name?",
        "Your Name (First/Last)",
        "Please give your full name and date of birth",
        "Contact details",
        "Home address",
        "Main Street Address (where letters reach you)",
        "Address line 1",
        "What is your postcode?",
        "Your e-mail (optional)",
        "3. Please leave your phone number if we may ring you",
        "Who do you work for?",
        "Name of your organisation",
        "Job title",
    ],
)
def test_a_heading_that_asks_who_or_where_somebody_is_makes_a_column_personal(name):
    assert role_of(column(*"abcdefgh", name=name), kind="table") == "personal"


@pytest.mark.parametrize(
    "name",
    [
        "How would you describe our organisation?",
        "How did your manager address your worries?",
        "What does your employer do well?",
        "Does your postcode change what care you get? How?",
        "What name would you give the new centre?",
        "Which company culture suits you?",
        "Did the letter reach your address in time?",
        "How could we address this?",
        "What is good about your organisation?",
    ],
)
def test_a_question_that_mentions_an_address_or_an_organisation_is_not_personal(name):
    answers = [
        "Caring",
        "Slow at times",
        "Friendly",
        "Closed doors",
        "Hopeful",
        "Stretched",
        "Remote",
        "Kind people",
        "Fair",
        "Busy",
    ]
    answers += ["It took far too long, but they were kind about it", "Gave me more time", "She moved the date"]
    assert not is_personal(column(*answers, name=name))


@pytest.mark.parametrize(
    "cells",
    [
        ["Ann", "Bea", "Cal", "Dee", "Eli", "Flo", "Gus"],
        ["Ann Ashby", "Bea Birch", "Cal Crane", "Dee Dolan", "Eli Eames"],
        ["ann ashby", "bea birch", "cal crane", "dee dolan", "eli eames"],
        ["Mrs Patel", "Mr Jones", "Dr. Khan", "Miss O'Brien", "Mr Lee"],
        ["Smith", "Patel", "Jones", "Ashby", "Dolan", "Birch"],
    ],
)
def test_columns_of_names_are_told_by_their_cells(cells):
    assert holds_names(column(*cells, name="Q4", times=3), is_persons_name)


@pytest.mark.parametrize(
    "cells",
    [
        ["North", "South", "Wales", "Kent", "London"],
        ["Lincoln", "Preston", "Bolton", "Leeds", "Derby", "Devon"],
        ["Carers", "Leaders", "Workers", "Volunteers"],
        ["Victoria Ward", "Grace House", "Rose Unit", "Charlotte Street"],
        ["Letter", "Friend", "Web page", "My social worker"],
        ["Daily", "Weekly", "Monthly", "Never"],
        ["Monday", "Tuesday", "April", "June"],
        ["Christian", "Muslim", "Hindu", "Sikh", "None"],
        ["Caring", "Slow at times", "Friendly", "Hopeful", "Fair"],
    ],
)
def test_places_options_and_short_answers_are_no_names(cells):
    assert not holds_names(column(*cells, name="Q4", times=3), is_persons_name)
