"""Titles people can nod at, in people's own words and never in one person's."""

from pipeline.methods.themes.titles import phrases_of as phrases_said_by


def phrases_of(groups, speakers=None):
    """Return the phrases; unless said otherwise, each text is another person's."""
    each = [[frozenset({f"{group} {place}"}) for place, _ in enumerate(texts)] for group, texts in enumerate(groups)]
    return phrases_said_by(groups, speakers or each)


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
