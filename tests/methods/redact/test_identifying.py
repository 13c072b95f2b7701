"""An excerpt from which a neighbour would know the speaker is stopped. All of it is invented, by hand, for this test."""

import pytest

from pipeline.methods.disclosure.indirect_identifiers import captions, may_identify, pointers


# What a neighbour would know somebody by, in the voices of people who fill in such forms.
IDENTIFYING = (
    "I'm the only deaf postmistress on the island so they all know it was me who complained.",
    "My 94 year old dad was the lollipop man outside the school in Hythe for thirty years.",
    "as a retired vicar with parkinsons i find the forms too small to write on",
    "We've triplets and one of them has cerebral palsy, you won't find another family like us in Penrith.",
    "being the mayor's wife and in a wheelchair everybody stares when I come to the day centre",
    "I was in the paper after the inquest into how my son with epilepsy died at that place.",
    "my lad is 19 and has Prader-Willi, the college in Truro had never heard of it",
    "I foster six children and two of them are deaf, so the taxi never fits us.",
    "At 102 I am the oldest person in the village and I still do my own shopping.",
    "Lost my leg in the crash in 2011 and I still coach the under 12s.",
    "The first trans woman on the parish council, and I need care myself now.",
    "my wife is a magistrate and she has early dementia, we cannot use the local group",
    "she's 7 and on a ventilator and goes to the village school",
    "Our twins are both autistic and we run the pub in Kirkwall.",
    "I drive the school bus and I have bipolar, so I keep it quiet at the depot.",
    "we are the only Romany family on the estate and the carers know it",
    "ex miner, one arm, everybody at the welfare club in Barnsley knows me",
    "I am a GP myself and was sectioned in 2018, try sitting in that waiting room.",
    "im 16 and i care for my mum who has ms, there is nobody else my age doing it in Wick",
    "My daughter won gold at the games and she has Down's, her support worker was thrilled.",
    "The blind organist at St Mary's is my brother and he waited nine months.",
    "Adopted at forty and with foetal alcohol syndrome, my sister has had three social workers.",
    "I was the harbour master till the stroke took my speech.",
    "they rang me at the fire station, I'm a firefighter with ptsd and they said it out loud",
    "My husband was the headteacher in Tobermory and now he does not know his own name with the dementia.",
    "Born in 1931, deafblind since the war, and still they send me letters.",
    "a widow at 26 with a stoma, they had no leaflet for that",
    "The councillor who uses a guide dog, yes that's me, had no ramp to her own meeting.",
    "I'm a nun with MND and the hoist does not fit in the convent.",
    "both my sons have muscular dystrophy and we were on the telly about the lift",
    "Being the only carer in our glen who is also the district nurse is no joke.",
    "he was the drummer in a band you'd know and now has a brain injury",
    "My mother, 88, a refugee from the war, lives on the Isle of Sheppey and speaks no English.",
    "I have narcolepsy and drive the tractor on our farm, so you can imagine.",
    "They put my complaint in front of the ombudsman, I was the chair of the carers' group then.",
    "the twins were born at 25 weeks and one is blind",
    "i have dwarfism and work as a dj, the sink in the flat was fitted for a giant",
    "My partner is the town crier and he's on dialysis three days a week.",
    "Our youngest is seven and has Rett, we live in the lighthouse cottage.",
    "I taught at the primary in Aberaeron till my MS, I'm 41 and in a care home with people of 90.",
)  # fmt: skip
PLAIN = (
    "They listened to us and then did what they had planned anyway.",
    "The forms are far too long and nobody helps you fill them in.",
    "I never know who is coming in the morning.",
    "Having the same carer each day makes all the difference.",
    "We were asked what we wanted, for once.",
    "It took nine months to get a reply from anybody.",
    "My social worker left and nobody told me.",
    "Meetings in the evening are no good if you rely on the bus.",
    "People talk over me as if I was not there.",
    "More time, less rushing about.",
    "You feel like a burden for asking.",
    "The staff are kind but there are not enough of them.",
    "Please write letters in plain English.",
    "It works when everybody is honest about the money.",
    "They paid our travel and gave us lunch, which showed respect.",
    "I would rather speak to a person than to a machine.",
    "Nobody rang back.",
    "Our group meets every Tuesday and we look forward to it.",
    "The new system has made it worse, not better.",
    "Being trusted with the keys meant a lot to him.",
)


@pytest.mark.parametrize("quote", IDENTIFYING)
def test_an_excerpt_that_points_at_a_person_is_stopped(quote):
    assert may_identify(quote), pointers(quote)


def test_plain_excerpts_may_leave():
    assert [quote for quote in PLAIN if may_identify(quote)] == []


def test_one_thing_alone_points_at_nobody():
    assert pointers("My mother has dementia and they are patient with her.") == ("condition",)
    assert not may_identify("My mother has dementia and they are patient with her.")


def test_a_caption_is_as_fine_as_enough_people_share():
    values = {f"p{n}": ("Carers", "North") for n in range(9)} | {f"q{n}": ("Carers", "South") for n in range(4)}
    values |= {"r": ("Leaders", "North")}
    found = captions(values, 8)
    assert found["p0"] == "Carers, North"
    assert "r" not in found
    assert "q0" not in found, "four people of the South would be known by having the coarse caption"


def test_a_caption_says_nothing_twice():
    values = {f"p{n}": ("Family and friends", "Family and friends") for n in range(9)}
    assert captions(values, 8)["p0"] == "Family and friends"
