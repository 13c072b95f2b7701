from pipeline.methods.captions import captions


def people(*rows):
    """Return the attributes of people, from group, region and how many."""
    known = {f"{group}{region}{n}": (group, region) for group, region, many in rows for n in range(many)}
    return [{who: values[place] for who, values in known.items()} for place in (0, 1)]


def shown(*rows):
    return {who[:-1]: caption for who, caption in captions(people(*rows)).items()}


def test_a_caption_is_coarsened_until_five_share_it():
    found = shown(("A", "north", 6), ("A", "south", 2), ("A", "west", 3), ("B", "north", 3))
    assert found == {"Anorth": "A, north", "Asouth": "A", "Awest": "A"}


def test_a_coarse_caption_among_finer_ones_gives_nobody_away():
    """Where all others of A are shown with their region, "A" alone would mean the two of the south."""
    assert shown(("A", "north", 6), ("A", "south", 2)) == {"Anorth": "A, north"}


def test_who_said_nothing_of_themselves_has_no_caption():
    assert shown(("", "", 9)) == {} and captions([]) == {}
