"""Titles people can nod at, in people's own words and never in one person's."""

from pipeline.methods.themes.titles import phrases_of as phrases_said_by
from pipeline.methods.themes.titles import words_apart as words_used_by


def by_others(groups):
    """Return speakers such that each text is another person's."""
    return [[frozenset({f"{group} {place}"}) for place, _ in enumerate(texts)] for group, texts in enumerate(groups)]


def phrases_of(groups, speakers=None):
    """Return the phrases; unless said otherwise, each text is another person's."""
    return phrases_said_by(groups, speakers or by_others(groups))


def words_apart(groups, speakers=None):
    """Return the words that set groups apart; unless said otherwise, each text is another person's."""
    return words_used_by(groups, speakers or by_others(groups))


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


CHATTER = ("I told them that", "you know like", "they said it again", "well I think so")


def test_words_that_are_said_everywhere_are_in_no_title():
    lists = [
        [f"{filler}, the {subject} {n}" for n, filler in enumerate(CHATTER * 3)]
        for subject in ("bus was late", "nurse was kind", "form was long")
    ]
    assert [set(found) for found in words_apart(lists)] == [{"bus", "late"}, {"nurse", "kind"}, {"form", "long"}]


def test_endings_of_a_word_count_as_one_and_the_commonest_is_shown():
    asked = ["They asked us first.", "We were asked twice.", "Nobody asks.", "Please ask me.", "The tea was cold."]
    assert words_apart([asked, ["The tea was cold again."] * 6])[0] == ["asked"]


def test_words_of_one_or_two_people_are_no_title():
    texts = [[f"The parrot flew in on day {n}." for n in range(4)], ["Tea and cake."] * 5]
    speakers = [[frozenset({who}) for who in ("Ana", "Ana", "Ben", "Ana")], by_others(texts)[1]]
    assert words_apart(texts, speakers)[0] == [] and "parrot" in words_apart(texts)[0]


def test_words_that_keep_talk_going_are_no_title():
    unheard = ["Sorry, nobody asked me", "I said sorry, nobody asks", "Like, nobody asked us, really", "Really, did nobody ask?"]
    assert words_apart([unheard, KIND])[0] == ["asked", "nobody"]
    assert phrases_of([[f"I don't know, sorry, {text}" for text in WAITING], KIND])[0] == "waiting time"


def test_phrases_are_counted_among_all_people_also_where_few_of_a_group_say_them():
    # "waiting time" is the title of the first group alone, as more of the third say something else.
    some = ["Waiting time is short.", *(f"The tea was cold on {day}" for day in ("Monday", "Friday", "Sunday"))]
    assert phrases_of([WAITING, KIND, some]) == ["waiting time", "kind and caring", "tea was cold"]


def test_a_phrase_may_hold_stop_words_but_no_word_that_too_few_say():
    texts = [f"{spent} in the long queue" for spent in ("Hours", "Mornings", "Days", "Weeks")]
    assert phrases_of([texts, KIND])[0] == "long queue"
