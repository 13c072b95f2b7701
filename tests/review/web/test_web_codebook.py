import pytest

from pipeline.codebook.codebook import read_codebook


@pytest.fixture
def proposal(ann):
    """Ann proposes that “Too little time” means something else."""
    ann.get("/codebook/change/time")
    ann.send(label="Too little time", definition="No time to think.", why="Hurry is the point.")
    return ann.path


def test_the_codebook_is_shown_with_each_code_and_its_history(ann):
    ann.get("/codebook")
    assert ann.page.status_code == 200 and "Too little time" in ann.page.text and "No changes are proposed." in ann.page.text
    ann.get("/codebook/code/time")
    assert ann.heading == "Too little time" and "Not enough time." in ann.page.text
    assert ann.get("/codebook/code/nothing").status_code == 404


def test_a_proposal_shows_what_changes_and_leaves_the_codebook_as_it_was(ann, study, proposal):
    assert "Proposed. Others can now agree or object." in ann.page.text and "Hurry is the point." in ann.page.text
    assert "<del>" in ann.page.text and "<ins>" in ann.page.text
    assert read_codebook(study.codebook)["time"].definition == "Not enough time."


def test_people_agree_object_and_accept_with_a_reason(ann, another, study, proposal):
    ben = another().be("Ben")
    ben.get(proposal)
    ben.send(button="object", to="why")
    assert ben.page.status_code == 422 and "say why you object" in ben.page.text
    ben.send(button="object", to="why", why="It is not only thinking.")
    assert "You object." in ben.page.text and "Ben</bdi> objects" in ben.page.text
    ann.get(proposal)
    assert 'value="accept"' not in ann.page.text and "once one other person agrees: <bdi>Di</bdi>" in ann.page.text
    ann.send(button="accept", to="why")
    assert ann.page.status_code == 422 and "another group has to agree" in ann.page.text
    di = another().be("Di")
    di.get(proposal)
    di.send(button="agree", to="why")
    ann.get(proposal)
    ann.send(button="accept", to="why")
    assert ann.page.status_code == 422 and "Ben objects. Talk about it" in ann.page.text
    ann.send(button="accept", to="why", why="We talked; Ben can live with it.")
    assert "Written to the codebook." in ann.page.text
    assert read_codebook(study.codebook)["time"].definition == "No time to think."
    ann.press("Undo: it is open again")
    assert read_codebook(study.codebook)["time"].definition == "Not enough time."


def test_refusing_needs_a_reason(ann, proposal):
    ann.send(button="refuse", to="why")
    assert ann.page.status_code == 422
    ann.send(button="refuse", to="why", why="We keep it.")
    assert "Refused, with your reason." in ann.page.text and "We keep it." in ann.page.text


def test_a_codebook_changed_meanwhile_shows_both_and_loses_no_word(ann, another, study):
    ann.get("/codebook/change/time")
    ben = another().be("Ben")
    ben.get("/codebook/change/time")
    ben.send(label="Too little time", definition="Ben's meaning.", why="Mine.")
    di = another().be("Di")
    di.get(ben.path)
    di.send(button="accept", to="why")
    ann.send(label="Too little time", definition="Ann's meaning.", why="Better.")
    assert ann.page.status_code == 409 and "Ann&#39;s meaning." in ann.page.text and "Ben&#39;s meaning." in ann.page.text
    ann.send(label="Too little time", definition="Ann's meaning.", why="Better.")
    assert "Proposed." in ann.page.text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"label": "", "why": "Missing."}, "Give the code a name."),
        ({"label": "Guide dogs"}, "Say why"),
        ({"label": "Time", "why": "Missing."}, "has a code &#39;time&#39; already"),
    ],
)
def test_what_is_missing_of_a_new_code_is_said(ann, fields, wrong):
    ann.get("/codebook/new")
    ann.send(definition="Dogs that help.", **fields)
    assert wrong in ann.page.text and "Dogs that help." in ann.page.text


def test_a_new_code_is_proposed_and_written(ann, another, study):
    ann.get("/codebook/new")
    ann.send(label="Guide dogs", definition="Dogs that help.", examples="My dog waits outside.", why="It comes up often.")
    ben = another().be("Ben")
    ben.get(ann.path)
    ben.send(button="accept", to="why")
    assert read_codebook(study.codebook)["guide-dogs"].examples == ("My dog waits outside.",)
    assert "Guide dogs" in ann.get("/codebook").text
