"""Titles people can nod at, in people's own words and never in one person's."""

import numpy as np

from pipeline.methods.themes.titles import MIXED, all_different
from pipeline.methods.themes.titles import phrases_of as phrases_said_by


def by_others(groups):
    """Return speakers such that each text is another person's."""
    return [[frozenset({f"{group} {place}"}) for place, _ in enumerate(texts)] for group, texts in enumerate(groups)]


def phrases_of(groups, speakers=None):
    """Return the phrases; unless said otherwise, each text is another person's."""
    return phrases_said_by(groups, speakers or by_others(groups))


WAITING = [
    "The waiting time was far too long.",
    "Long waiting times, again.",
    "Waiting time of three hours!",
    "My waiting time at the desk",
]
KIND = ["Kind and caring staff.", "The staff were kind.", "Such kind and caring people", "kind and caring, always"]


def test_a_title_is_what_several_people_said_whatever_the_ending_of_the_words():
    assert phrases_of([WAITING, KIND]) == ["waiting time", "kind and caring"]


def test_one_persons_turn_of_phrase_is_nobodys_title():
    texts = [f"The man with the parrot hat helped me {when}" for when in ("once", "twice", "often", "today")]
    one, others = [frozenset({"Ana"})] * 4, [frozenset({f"p{n}"}) for n in range(4)]
    assert phrases_of([texts, WAITING], [one, others])[0] == ""
    assert "parrot hat" in phrases_of([texts, WAITING], [others, others])[0]


def test_two_themes_do_not_share_a_title():
    both = phrases_of([WAITING, [f"{text} here" for text in WAITING]])
    assert len({title for title in both if title}) == len([title for title in both if title])


def test_a_phrase_does_not_run_over_a_full_stop():
    texts = ["Late. Driver was rude.", "Always late. Driver smoked.", "So late. Driver left."]
    assert "late driver" not in phrases_of([texts, WAITING])


def test_masks_are_no_part_of_a_title():
    texts = [f"[name {n}] was kind to me at lunch" for n in range(1, 6)]
    assert "name" not in phrases_of([texts, WAITING])[0]


def test_no_texts_have_no_title():
    assert phrases_of([[], ["Yes"]]) == ["", ""]


def test_phrases_are_counted_among_all_people_also_where_few_of_a_group_say_them():
    # "waiting time" is the title of the first group alone, as more of the third say something else.
    some = ["Waiting time is short.", *(f"The tea was cold on {day}" for day in ("Monday", "Friday", "Sunday"))]
    assert phrases_of([WAITING, KIND, some]) == ["waiting time", "kind and caring", "tea was cold"]


def test_a_phrase_may_hold_stop_words_but_no_word_that_too_few_say():
    texts = [f"{spent} in the long queue" for spent in ("Hours", "Mornings", "Days", "Weeks")]
    assert phrases_of([texts, KIND])[0] == "long queue"


def test_a_title_never_says_the_opposite_of_what_people_said():
    praise = ["I cannot fault the service", "Can't fault the service.", "couldn’t fault the service at all", "you can't fault it"]
    title = phrases_of([praise, WAITING])[0]
    assert title.split()[0].lower() in ("cannot", "can't", "couldn't") and "fault the service" in title
    plain = ["They are at fault", "A fault in the lift", "the fault was fixed", "their fault again"]
    assert "fault" not in phrases_of([[f"no {text}" for text in ("fault found",) * 4], plain])[0].split()[:1]


def test_a_phrase_that_begins_with_not_may_end_in_what_it_speaks_of():
    assert phrases_of([["I cannot fault it", "cannot fault it", "Cannot fault it!"], KIND])[0] == "cannot fault it"


def test_hyphens_and_whole_names_are_kept():
    works = ["Real co-production works", "co-production is best", "We like co-production", "Do co-production"]
    assert phrases_of([works, KIND])[0] == "co-production"
    named = ["I went to South Sefton Day Centre", "At South Sefton Day Centre", "the South Sefton Day Centre shut"]
    assert phrases_of([named, KIND])[0] == "South Sefton Day Centre"


def test_what_texts_near_the_middle_of_their_theme_say_goes_first():
    texts = ["the bus timetable"] * 3 + ["the broken lift"] * 3
    away = np.array([[0.1, 1.0]] * 3 + [[1.0, 0.0]] * 3)
    rows = [away / np.linalg.norm(away, axis=1, keepdims=True), np.array([[0.0, 1.0]] * 4)]
    assert phrases_said_by([texts, KIND], by_others([texts, KIND]), rows)[0] == "broken lift"


def test_no_two_titles_are_the_same_and_those_that_people_gave_stay():
    titles = ["Time", MIXED, "Time", MIXED, "Time"]
    assert all_different(titles, ["", "", "no time", "", ""]) == ["Time", MIXED, "Time: no time", f"{MIXED} (2)", "Time (2)"]
    assert all_different(["Time", "Time"], ["long wait", "x"], kept=[False, True]) == ["Time: long wait", "Time"]
