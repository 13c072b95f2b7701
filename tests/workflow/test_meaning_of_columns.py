"""Whole exports of the kinds that were misread: what `themes new` makes of them, and what `themes check` warns of."""

import csv

import pandas as pd
import pytest

from pipeline.study.study import load_study
from pipeline.workflow.checks.check import check
from pipeline.workflow.new_study import create_study
from pipeline.workflow.runner import run


WHO = ("The nurse", "My key worker", "Our manager", "Someone", "The driver", "The cook", "A porter", "The chair")
DID = ("never rang back about", "was kind over", "forgot to tell us of")
ANSWERS = [f"{who} {did} {what}" for who in WHO for did in DID for what in ("the visit", "my bill", "the move")]


class Made:
    """A study as `themes new` guesses it, and what `themes check` says of it."""

    def __init__(self, folder, columns, name="answers.csv"):
        rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
        path = folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(columns))
            writer.writeheader()
            writer.writerows(rows)
        self.proposal = create_study(folder / "study", path)
        self.intake = self.proposal.settings["intake"]
        self.checked = check(load_study(folder / "study"))
        self.folder = folder / "study"

    @property
    def open(self):
        return {question["column"] for question in self.intake.get("questions", {}).values() if not question.get("write_ins")}

    @property
    def closed(self):
        return {rating.get("column") for rating in self.intake.get("ratings", {}).values()}

    @property
    def groups(self):
        return set(self.intake.get("attributes", ()))

    @property
    def unused(self):
        return "\n".join(self.proposal.unused)

    @property
    def warnings(self):
        return "\n".join(problem.sentence for problem in self.checked.problems)


@pytest.fixture
def made(tmp_path):
    def make(columns, **others):
        return Made(tmp_path, {"Respondent ID": [str(100 + i) for i in range(48)]} | columns, **others)

    return make


def cycled(*values, n=48):
    return [values[i % len(values)] for i in range(n)]


def prose(n=48):
    return [f"{ANSWERS[i]}, week {i}" for i in range(n)]


def test_nobody_is_withdrawn_for_refusing_to_be_quoted(made):
    wording = "Would you be happy for us to use anonymous quotes from what you said?"
    study = made({"What next?": prose(), wording: cycled("Yes, quote me", "No, do not use any quotes")})
    run(study.folder, until="intake")
    consent = pd.read_parquet(study.folder / "vault" / "responses.parquet")["consent"]
    assert consent.value_counts().to_dict() == {"quote": 24, "analyse": 24}
    assert "withheld" not in study.checked.as_text()


def test_a_consent_box_that_some_left_blank_is_told_by_new_and_by_check(made):
    statement = "I have read the information sheet and agree to take part"
    study = made({"What next?": prose(), "Consent": [statement if i % 6 else "" for i in range(48)]})
    assert study.intake["consent"] == {"column": "Consent", "analyse": [statement]}
    assert any("8 people left the consent box blank" in reason for reason in study.proposal.reasons)
    assert "8 people left the consent box blank. They are analysed like everybody else, and not quoted." in study.warnings
    assert 'otherwise = "none"' in study.warnings


def test_leave_for_something_else_is_named_with_the_number_who_refuse(made):
    wording = "Are you happy for your anonymised answers to be shared in a data set for other researchers?"
    study = made({"What next?": prose(), wording: cycled("Yes", "Yes", "No")})
    assert "consent" not in study.intake
    assert "Not used for consent" in study.unused
    assert "speaks of consent and is not used for it, and 16 rows of it say no" in study.warnings


def test_a_second_column_of_consent_is_named_and_its_refusals_are_counted(made):
    columns = {"I agree to take part in this survey": cycled("Yes", "Yes", "Yes", "No"), "May we quote you?": cycled("Yes", "No")}
    study = made({"What next?": prose(), **columns})
    assert study.intake["consent"]["column"] == "May we quote you?"
    assert (
        "“I agree to take part in this survey”: speaks of consent and is not used for it, and 12 rows of it say no"
        in study.warnings
    )


OPTIONS = ["Cost of the bus", "Nobody asked me", "Forms, letters and jargon", "No lift (step-free way in)", "Caring for somebody"]


def ticks(sign, *, write_in="my dog barks when I am out"):
    cells = [sign.join(option for n, option in enumerate(OPTIONS) if (i * 7 + 3) >> n & 1) or OPTIONS[i % 5] for i in range(48)]
    return [f"{cell}{sign}{write_in}" if write_in and i == 5 else cell for i, cell in enumerate(cells)]


@pytest.mark.parametrize("sign", ["; ", ";", ", ", "\n", " | ", " / "], ids=repr)
def test_ticks_in_one_cell_are_options_whatever_stands_between_them(made, sign):
    study = made({"What gets in your way?": ticks(sign), "What next?": prose()})
    (rating,) = study.intake["ratings"].values()
    assert set(rating["options"]) == set(OPTIONS)
    assert study.open == {"What next?"}
    run(study.folder, until="intake")
    ratings = pd.read_parquet(study.folder / "derived" / "ratings.parquet")
    assert set(ratings["value"]) == set(OPTIONS)
    # What one person wrote beside the ticks can still be read, and is no option of any figure.
    responses = pd.read_parquet(study.folder / "vault" / "responses.parquet")
    written = responses[responses["question"] != "what_next"]["text"]
    assert [text for text in written if text] == ["my dog barks when I am out"]
    assert "my dog" not in (study.folder / "study.toml").read_text(encoding="utf-8")


def test_a_heading_that_says_tick_all_is_never_open(made):
    varied = [f"{ANSWERS[i]}~{ANSWERS[i + 3]}" for i in range(48)]
    study = made({"What would help? Please tick all that apply": varied, "What next?": prose()})
    assert study.open == {"What next?"}
    assert "no sign between them was made out" in study.unused


@pytest.mark.parametrize("sign", [";", ", ", "\n"], ids=repr)
def test_a_ranking_is_named_and_not_read(made, sign):
    orders = [OPTIONS[i % 5 :] + OPTIONS[: i % 5] for i in range(48)]
    ranked = [sign.join(option.replace(",", "") for option in order) for order in orders]
    study = made({"Put these in order": ranked, "What next?": prose()})
    assert study.open == {"What next?"}
    assert "“Put these in order”. It is a ranking: the same 5 options in every cell" in study.unused


def test_one_sentence_among_options_does_not_open_a_closed_question(made):
    yes_no = cycled("Yes", "No")
    yes_no[9] = "Only by telephone because of my knees"
    often = cycled("Never", "Rarely", "Sometimes", "Often", "Always")
    often[11] = "Whenever my sister can drive me there"
    heard = cycled("Letter", "Friend", "Web page")
    heard[3:6] = ["my social worker told me about it", "a leaflet in the doctor's surgery", "I have no idea any more"]
    study = made(
        {"Have you come before?": yes_no, "How often do you come?": often, "How did you hear?": heard, "What next?": prose()}
    )
    assert study.open == {"What next?"}
    assert study.closed == {"Have you come before?", "How often do you come?", "How did you hear?"}
    assert study.intake["ratings"]["how_often_do_you_come"]["scale"] == [1, 5]
    run(study.folder, until="intake")
    responses = pd.read_parquet(study.folder / "vault" / "responses.parquet")
    asked = responses[responses["text"].fillna("") != ""].groupby("question").size()
    assert asked.drop("what_next").tolist() == [1, 3, 1]
    people = study.checked.people
    assert people.loc[people["question"].str.startswith("have_you_come_before"), "answered"].tolist() == [1]
    assert "sister" not in (study.folder / "study.toml").read_text(encoding="utf-8")


def test_no_and_nothing_do_not_close_an_open_question(made):
    anything = [ANSWERS[i] if i % 5 == 0 else ("No", "Nothing", "None")[i % 3] for i in range(48)]
    ends = ("fair", "safe", "calm", "loud", "new", "old", "odd")
    pairs = zip(cycled("kind", "Kind", "warm", "slow"), cycled("caring", "tired", "Caring"), strict=True)
    words = [f"{first}, {second}, {ends[i % 7]} {ends[i % 5]}" for i, (first, second) in enumerate(pairs)]
    study = made({"Is there anything else?": anything, "What could be better?": prose(), "Which words describe us?": words})
    assert study.open == {"Is there anything else?", "What could be better?", "Which words describe us?"}


def test_limesurvey_ticks_and_their_other(tmp_path):
    columns = {
        "Response ID": [str(i) for i in range(48)],
        "Date submitted": [f"2025-03-{1 + i % 28:02d} 10:00:00" for i in range(48)],
        "Last page": ["4"] * 48,
        "Start language": ["en"] * 48,
        "Seed": [str(i * 7919) for i in range(48)],
        "Which apply? [Parent]": cycled("Yes", "No", "N/A"),
        "Which apply? [Neighbour]": cycled("No", "Yes", "N/A"),
        "Which apply? [Autre]": ["" if i % 20 else "I run the choir on Mondays" for i in range(48)],
        "What next?": prose(),
    }
    study = Made(tmp_path, columns)
    assert study.open == {"What next?"} and not study.groups
    assert study.intake["ratings"]["which_apply"]["columns"] == {
        "Parent": "Which apply? [Parent]",
        "Neighbour": "Which apply? [Neighbour]",
    }
    assert "“Which apply? [Autre]”. It is a write-in" in study.unused


def test_ticks_in_columns_of_their_own_make_the_joint_column_needless(made):
    names = ["Time", "Cost", "Noise"]
    flags = {name: cycled(*marks) for name, marks in zip(names, ("0110", "1011", "1100"), strict=True)}
    joint = [" ".join(name for name in names if flags[name][i] == "1") for i in range(48)]
    columns = {"visit/barriers": joint} | {f"visit/barriers/{name}": flags[name] for name in names}
    study = made(columns | {"What next?": prose()})
    assert study.intake["ratings"]["visit_barriers"]["columns"] == {name: f"visit/barriers/{name}" for name in names}
    assert not study.groups
    assert "“visit/barriers”. It holds all choices in one cell" in study.unused


def test_codes_with_spaces_between_them_are_ticks(made):
    codes = cycled("lack_time cost_travel", "lack_time", "cost_travel jargon_forms", "jargon_forms", "lack_time jargon_forms")
    study = made({"barriers": codes, "What next?": prose()})
    assert study.intake["ratings"]["barriers"] == {"column": "barriers", "separator": " "}


def test_names_and_addresses_stay_in_the_vault_whatever_their_columns_are_called(made):
    names = ("Ann", "Bea", "Cal", "Dee", "Eli", "Flo", "Gus", "Hal", "Ida", "Joe", "Amina", "Siobhan")
    columns = {
        "Who helped you?": cycled(*names),
        "name_last": cycled("Ashby", "Birch", "Crane", "Dolan", "Eames", "Frost", "Gale", "Hurst"),
        "Where should the letter go?": [f"Flat {i}, {i + 3} Elm Road, Little Town" for i in range(48)],
        "How did your manager address this?": cycled("Well", "He wrote to me", "She rang", "Not yet", n=48),
        "What next?": prose(),
    }
    study = made(columns)
    assert study.open == {"What next?"}
    assert not {"Who helped you?", "name_last"} & study.groups
    assert "“Who helped you?”, “name_last” and “Where should the letter go?”. Each can show who a person is" in study.unused


def test_a_group_of_peoples_names_that_somebody_set_is_warned_of(made):
    study = made({"Key worker": cycled("Ann Ashby", "Bea Birch", "Cal Crane", "Dee Dolan", "Eli Eames"), "What next?": prose()})
    settings = study.folder / "study.toml"
    text = settings.read_text(encoding="utf-8").replace('layout = "wide"', 'layout = "wide"\nattributes = ["Key worker"]')
    settings.write_text(text, encoding="utf-8")
    assert "5 different values could show who a person is" in check(load_study(study.folder)).as_text()


def test_columns_called_by_codes_are_no_groups_to_compare(made):
    columns = {
        "Q1": cycled("Letter", "E-mail", "Telephone"),
        "Q2_1": cycled("Every day", "Once a week"),
        "Q3": cycled("18-29", "30-44"),
    }
    study = made(columns | {"Q4": prose()})
    assert study.groups == {"Q3"}
    assert study.closed == {"Q1", "Q2_1"}
    assert study.open == {"Q4"}


def test_an_open_question_made_of_pieces_that_come_back_is_warned_of(made):
    study = made({"What gets in your way?": ticks("; ", write_in=""), "What next?": prose()})
    settings = study.folder / "study.toml"
    assert study.warnings == ""
    question = 'column = "What next?"'
    text = settings.read_text(encoding="utf-8").replace(question, 'column = "What gets in your way?"')
    settings.write_text(text, encoding="utf-8")
    said = check(load_study(study.folder)).as_text()
    assert "column “What gets in your way?”: 48 answers of 48 to this open question are made of 5 pieces that come back." in said
    assert "jargon" not in said


def test_much_masking_in_the_last_run_is_warned_of(made):
    named = [f"{answer}, and Siobhan Patel knows it" if i % 8 == 0 else answer for i, answer in enumerate(prose())]
    study = made({"What next?": named, "What was good?": prose()})
    run(study.folder, until="clean")
    said = check(load_study(study.folder)).as_text()
    assert "“What next?”: masking changed 6 of 48 answers in the last run" in said
    assert "“What was good?”: masking" not in said and said.count("masking changed") == 1
    assert "Siobhan" not in said


def test_a_ranking_with_a_column_of_places_for_each_option_is_no_scale(made):
    places = [("1", "2", "3"), ("2", "3", "1"), ("3", "1", "2"), ("1", "3", "2")]
    columns = {f"Rank these [{name}]": [places[i % 4][n] for i in range(48)] for n, name in enumerate(("Time", "Cost", "Noise"))}
    study = made(columns | {"What next?": prose()})
    assert not study.closed and study.open == {"What next?"}
    assert "holds the place of an option in a ranking (“Rank these”)" in study.unused


def test_a_consent_that_everybody_gave_is_no_matter_for_a_warning(made):
    columns = {"I agree to take part in this survey": ["Yes"] * 48, "May we quote you?": cycled("Yes", "No")}
    study = made({"What next?": prose(), **columns})
    assert study.warnings == ""


def own_words(written, *offered, n=48):
    cells = cycled(*offered, n=n)
    for i, words in enumerate(written):
        cells[7 * i + 5] = words
    return cells


WRITTEN = ["Other: deaf and from Wick", "Other - my late wife's club", "Other: deaf and from Wick", "Other: deaf and from Wick"]


def test_what_people_wrote_beside_the_options_of_a_group_is_no_group_and_can_be_read(made):
    columns = {
        "Ethnic group": own_words(WRITTEN, "White", "Black", "Asian", "Other (please specify)"),
        "Type of carer": own_words(["only to my twin in Wick", "Yes, to a lodger of mine"], "Parent", "Partner"),
        "Which tenure?": own_words(["Other: my own barge"], "Rent", "Own"),
    }
    study = made(columns | {"What next?": prose()})
    assert {"Ethnic group", "Type of carer"} <= study.groups
    run(study.folder, until="intake")
    people = pd.read_parquet(study.folder / "derived" / "people.parquet")
    levels = people.groupby("attribute")["value"].unique().map(set)
    assert levels["Ethnic group"] == {"White", "Black", "Asian", "Other (please specify)"}
    assert levels["Type of carer"] == {"Parent", "Partner", "Other"}
    ratings = pd.read_parquet(study.folder / "derived" / "ratings.parquet")
    shown = {*ratings["value"], *people["value"], *study.checked.people["level"], study.checked.as_text()}
    assert not any("Wick" in value or "barge" in value or "lodger" in value for value in shown)
    responses = pd.read_parquet(study.folder / "vault" / "responses.parquet")
    texts = set(responses["text"].dropna())
    assert {*WRITTEN, "only to my twin in Wick", "Other: my own barge"} <= texts
    assert "Wick" not in (study.folder / "study.toml").read_text(encoding="utf-8")


def test_a_group_that_somebody_set_by_hand_prints_no_write_in_either(made):
    area = own_words(["the flat over the chip shop", "Wick"], "North", "South", "Under 18")
    study = made({"Which part do you live in?": area, "What next?": prose()})
    settings = study.folder / "study.toml"
    text = settings.read_text(encoding="utf-8")
    text = text[: text.index("[intake.ratings")] if "[intake.ratings" in text else text
    text = text.replace('layout = "wide"', 'layout = "wide"\nattributes = ["Which part do you live in?"]')
    settings.write_text(text, encoding="utf-8")
    run(study.folder, until="intake")
    people = pd.read_parquet(study.folder / "derived" / "people.parquet")
    assert set(people["value"]) == {"North", "South", "Under 18", "Other"}
    said = check(load_study(study.folder)).as_text()
    assert "2 people seem to have written something of their own, which is counted as “Other”" in said and "Wick" not in said
