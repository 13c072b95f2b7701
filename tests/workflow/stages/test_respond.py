"""Who took part, and what became of the answers, without giving anybody away."""

from types import SimpleNamespace

import pandas as pd

from pipeline.workflow.stages.respond import respond


def plan(profile="small", groups=("group",)):
    return SimpleNamespace(count=SimpleNamespace(profile=profile, groups=groups), intake=SimpleNamespace(attributes=groups))


def answers(said, *, question="helps"):
    """Return comments and people: how many of each group wrote something and left it blank."""
    rows = [(f"{group}{n}", group, n >= wrote) for group, (wrote, blank) in said.items() for n in range(wrote + blank)]
    comments = pd.DataFrame(
        {
            "response_id": [person for person, _, _ in rows],
            "question": question,
            "set_aside": ["empty" if blank else None for _, _, blank in rows],
            "consent": "analyse",
        }
    )
    people = pd.DataFrame(
        [(person, "group", group) for person, group, _ in rows if group], columns=["response_id", "attribute", "value"]
    )
    return comments, people


def rates(said, **settings):
    found, _ = respond(*answers(said), settings=plan(**settings))
    return found.set_index(["question", "level", "value"]).sort_index()


def test_people_are_counted_by_group_and_all_together():
    found = rates({"carers": (30, 12), "leaders": (20, 10)})
    assert found.loc[("helps", "carers", "answered"), ["n", "base"]].tolist() == [30, 42]
    assert found.loc[("any", "everyone", "blank"), ["n", "base"]].tolist() == [22, 72]
    assert found.loc[("helps", "leaders", "answered"), "share"] == 20 / 30


def test_whose_group_is_not_known_is_not_lost():
    found = rates({"carers": (30, 12), "": (11, 9)})
    assert found.loc[("helps", "Not stated", "answered"), ["n", "base"]].tolist() == [11, 20]
    assert found.loc[("helps", "everyone", "answered"), "base"] == 62


def test_who_answered_one_question_of_two_took_part():
    comments, people = answers({"carers": (30, 12)})
    other = comments.assign(question="hinders", set_aside=["empty"] * 36 + [None] * 6)
    found, _ = respond(pd.concat([comments, other]), people, settings=plan())
    n = found[found["level"] == "everyone"].set_index(["question", "value"])["n"]
    assert (n["hinders", "blank"], n["any", "answered"], n["any", "blank"]) == (36, 36, 6)


def test_a_gap_cannot_be_worked_out_from_the_figures_around_it():
    found = rates({"a": (88, 12), "b": (57, 3), "c": (40, 10)}).loc["helps"]
    shown = found["n"].unstack("value").assign(asked=found["base"].unstack("value")["answered"])
    assert pd.isna(shown.loc["b", "blank"])
    gone = shown.isna()
    assert all(gone[column].sum() != 1 for column in gone), "one gap in a column is everyone less the rest"
    assert all(row.sum() != 1 for _, row in gone.iterrows()), "one gap in a row is asked less the other"


def test_what_became_of_answers_adds_up_and_does_not_give_the_few_away():
    comments, people = answers({"carers": (60, 20)})
    comments.loc[:2, "set_aside"] = "no consent to analyse"
    _, found = respond(comments, people, settings=plan())
    n = found.set_index("became")["n"]
    assert n["all"] == 80 and pd.isna(n["no consent to analyse"])
    assert n.isna().sum() == 2, "three are what is left of the others"


def test_nobody_asked_is_no_error():
    comments, people = answers({})
    found, became = respond(comments, people, settings=plan())
    assert found.empty and became.empty


def test_people_whose_answers_are_not_to_be_used_are_not_counted_by_group():
    comments, people = answers({"carers": (30, 12), "leaders": (20, 10)})
    comments.loc[:9, "consent"] = "none"
    found, _ = respond(comments, people, settings=plan())
    found = found.set_index(["question", "level", "value"])
    assert found.loc[("any", "carers", "answered"), ["n", "base"]].tolist() == [20, 32]
    assert found.loc[("any", "everyone", "answered"), ["n", "base"]].tolist() == [40, 62]
