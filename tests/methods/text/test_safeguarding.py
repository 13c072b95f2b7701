"""Every answer that speaks of harm is shown to a person. All of it is invented, by hand, for this test."""

from types import SimpleNamespace

import pandas as pd
import pytest
from click.testing import CliRunner
from small_study import build_study, build_tables

from pipeline.cli import main
from pipeline.methods.text.safeguarding import LIKE, find_concerns
from pipeline.tables.parquet import check_table, write_table
from pipeline.workflow.stages import STAGES
from pipeline.workflow.stages.safeguard import safeguard


PLANTED = (
    "When my son's carer thinks nobody is looking she slaps him on the legs.",
    "i dont want to be here any more and nobody has asked",
    "Mum was left sitting in her own mess from breakfast till two.",
    "He keeps my bank card and gives me five pounds on a Friday.",
    "I am frightened of the man who does nights.",
    "she has bruises on both arms and they say she fell",
    "They lock the kitchen so the residents cannot get a drink after six.",
    "My neighbour's little girl is always hungry and begs at our door.",
    "took all my tablets in march, woke up anyway",
    "The agency lad touched me where he shouldn't when he washed me.",
    "If I tell anyone he says he will send me back.",
    "Dad has pressure sores down to the bone and no one turned him.",
    "my husband throws things at me when the carers have gone home",
    "there are dealers in his flat now and he sleeps on the floor",
    "They call her stupid and laugh at her when she cannot find the words.",
    "She was tied to the chair with a scarf so she would not wander.",
    "I have been cutting again since the group closed",
    "two weeks without her insulin because nobody ordered it",
    "My sister made her change the will while she was on morphine.",
    "he's nine and hides under the table when his stepdad comes in",
    "Nobody would believe me over a nurse so what is the point.",
    "I think about ending it all most nights after he is in bed.",
    "The carers shout at her through the door till she cries.",
    "They pinned him down, four of them, for spitting.",
    "She takes his phone away so he cannot ring us.",
    "gran has lost two stone since january and the fridge is empty",
    "my money keeps going missing after the cleaner has been",
    "He watches me in the shower and I can't shut the door on my own.",
    "I wish I was dead, sorry to put that on a survey.",
    "Please help me, I am not safe at home.",
)
LOOK_ALIKES = (
    "These forms are killing me.",
    "I could murder a cup of tea by the end of a meeting.",
    "The cuts hit the day centre hard.",
    "We beat the other team at boccia.",
    "My heart attack was in 2015 and the ward was marvellous.",
    "They struck a good balance between talk and action.",
    "The lift is dead slow.",
    "It hurts that the group closed.",
    "The council should be punished at the ballot box.",
    "I'm a bit scared of computers.",
    "We were all dying to hear the result.",
    "The new rules tie the staff's hands.",
    "He is a burden lifted when the carers come on time.",
    "They dropped me off at the wrong stop.",
    "Money is tight and the bus costs more.",
    "You get beaten down by the paperwork.",
    "The kids love the sensory room.",
    "They fought for us and won.",
    "I was pushed from one office to another.",
    "The heating bill is a shock.",
    "Cutting the grass is the help I need most.",
    "I shot off an e-mail and heard nothing.",
    "My daughter is at the end of her tether with the portal.",
    "The choir is a life saver.",
    "They should take the money from the managers.",
    "It was a blow when she left.",
    "The letter was cold and made me cross.",
    "I hid the biscuits from my dad, he is diabetic!",
    "We waited on the phone for an hour.",
    "The hoist broke and they fixed it in a day.",
)


@pytest.mark.parametrize("text", PLANTED)
def test_an_answer_that_speaks_of_harm_is_shown(text):
    assert find_concerns([text])[0] is not None


def test_the_stage_lists_them_before_anything_is_clustered():
    names = [stage.name for stage in STAGES]
    assert names.index("safeguard") < names.index("cluster")
    comments = pd.DataFrame({"comment_id": ["a", "b", "c"], "text": ["He keeps my bank card.", "Trust.", ""]})
    found = check_table("concerns", safeguard(comments, settings=SimpleNamespace()))
    assert found["comment_id"].tolist() == ["a"]
    assert safeguard(comments.iloc[1:2], settings=SimpleNamespace()).empty


def test_status_says_how_many_and_the_command_lists_them(tmp_path):
    study = build_study(tmp_path / "study")
    comment = build_tables(study)["comments"].query("text != ''").iloc[0]
    write_table(
        "concerns",
        pd.DataFrame({"comment_id": [comment["comment_id"]], "kinds": ["neglect"]}),
        study.derived / "concerns.parquet",
    )
    with (study.folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write('[safeguarding]\nperson = "Jo, safeguarding lead"\n')
    status = CliRunner().invoke(main, ["status", str(study.folder)])
    assert "1 answer may speak of harm, for Jo, safeguarding lead to read at once" in status.output
    listed = CliRunner().invoke(main, ["safeguarding", str(study.folder)])
    assert "neglect" in listed.output and comment["text"].split()[0] in listed.output
    assert not study.exports.exists(), "on the terminal only"


def test_most_answers_that_only_sound_like_it_are_not_shown():
    shown = [text for text, found in zip(LOOK_ALIKES, find_concerns(LOOK_ALIKES), strict=True) if found]
    assert len(shown) <= 10, shown


def test_an_empty_survey_has_no_concerns():
    assert find_concerns([]) == []


def test_the_kind_of_harm_is_said():
    (found,) = find_concerns(["He keeps my bank card."])
    assert found is not None and found.kinds == ("money taken",)


@pytest.mark.parametrize("text", PLANTED)
def test_harm_is_found_by_its_words_however_they_are_cased_and_beside_letters_of_any_alphabet(text):
    said = [text, text.upper(), text.title(), f"{text} \u0141", f"{text.upper()} \u0141"]
    kinds = [set(found.kinds) - {LIKE} if found else set() for found in find_concerns(said)]
    assert all(kind == kinds[0] for kind in kinds)
