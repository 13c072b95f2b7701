import itertools
import json
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ModelError
from pipeline.methods.redact import Redactor, detector
from pipeline.methods.redact.dates import DATES
from pipeline.methods.redact.identifiers import IDENTIFIERS


pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT / ".." / "shared"

# Invented answers. {…} is a direct identifier and must be masked whole; <…> identifies only with other things.
ANSWERS = """
My care co-ordinator {Bronwen} has been off since <March 2023> and nobody covers.
when {tariq} is off nobody turns up
We asked {Mrs Adeyemi} three times. She said ring {Geoff} in finance.
{Siobhán}, my advocate, sat through every meeting.
my son {callum} is 34 he cant use the bus on his own
I want to say thank you to {Farida} and {Big Kev} who run the tuesday group
{Agnieszka Nowak} explained it to my mum in Polish.
The manager, {Pauline Thistlethwaite}, promised a call back. Still waiting.
MY DAUGHTER {NKECHI} DOES EVERYTHING BECAUSE THE AGENCY NEVER COME
WHY DOES {MR PATEL} GET TO DECIDE WHAT TIME I GO TO BED
MY KEY WORKER {SANJAY} IS OFF SICK AND {MICHELLE} DOESNT RING
{Kwabena}'s sister was told the funding had ended.
{Shaz} and {Daz} on reception are lovely
Thanks {Sandra}, {Bilal}, {Xiu} and the whole team x
My social worker {T. Griffiths} left without saying goodbye.
{J Singh} signed the form but never met me
I have told {Ngozi Eze-Williams} from the council this many times
{Aunty Pat} looks after me now
uncle {Desmond} isnt well enough to do it any more
There's one carer, {Precious}, who treats me like a person.
my carer {hope} is the only one i trust
My brother {Will} moved out.
My mum {June} and dad {Frank} do not use the internet.
I rang {Rose} on Monday.
{Faith Mutasa} came to the panel.
I moved from <Rotherham> to <Wath upon Dearne> in <June 2019>.
There is nothing in <Withernsea> for young disabled people.
LIVING IN <GRIMSBY> YOU GET NOTHING
I live in <Bath> and cannot get in the bath.
at <ashfield nursing home> they leave the door open
Staff at <St Aidan's Hospice> were wonderful.
AT <PARKLANDS CARE HOME> THEY SPEAK TO YOU LIKE A CHILD
I am at <Hull Royal Infirmary> every other week.
They took mum to <The Beeches> without asking.
at <Cedar Lawns> they lock the doors at six
he is in <the laurels> now
<Bluebird Care> sent nine different people in a fortnight.
My mother, <aged 88>, was told to use the app.
{Rhiannon ap Dafydd} chairs it well, {Maria da Costa} took the notes.
{Oyinkansola} left and so did {Temitope}
{Caoimhe} and {Tadhg} from the respite team
My worker is {A.K.} and she is new
Regards, {Ted Braithwaite}
{Olwenn} and {Jaquline} are the only ones who care
had a lovely chat with {priti} off the council then got a letter from someone called {d. hargreaves} saying the opposite
It is {Elspeth}, {Ruairi} and me on the group. {Ruairi} does the typing, I do the shouting.
i complained to {gurpreet gill} and {tom field} and heard nothing back
{O'Connor} rang at last
my carer {annmarie} never late
my nephew {Mark} marks every day off on a calendar
{Mr Abercrombie-Shah} come down and had a cup of tea
I told {Zbigniew} and {Anca} and {Björn} and {Zoe\u0308}.
{Elena}'s boy and {Uncle Mo} were turned away
"""

NUMBERS = """
You can reach me on {07911 123 456}.
my number is {0794 6123456} text only
phone {+44 7911 123456} or {0044 7911 123456} or {(0161) 555 0199}
ring {01482.555.123} after 6
{0 7 7 0 0 9 0 0 1 2 3} is my mobile
its {oh seven seven double oh nine hundred one two three} love
email {kev.holroyd@example.co.uk}
{k_holroyd at example dot co dot uk} please
email me {k.holroyd(at)example.com}
my email is {kev holroyd at example dot com}
{KEV.HOLROYD@EXAMPLE.COM}
I post about it as {@wheelygoodlife}
insta: {kev_holroyd88}
see {https://www.example.com/jane.holroyd.5}
NHS number {485 777 3456}
my nhs no is {4857773457} though one digit may be wrong
CHI {0101501234}
H&C number {320 111 2223}
NI {QQ 12 34 56 C}
nino {qq123456c}
My house is {14 Larkspur Close}, <Wakefield>, {WF1 3QT}.
{flat 2b, 19 bellevue road}
come to {23a St Mary's Avenue} and see for yourself
i live at {7 the crescent}
postcode is {wf13qt}
They don't cover {WF13} any more.
I was born on {4th July 1961}
D.O.B. {4.7.1961}
Case number {ADS-2231907} has been open for two years.
ref {SC/44812/B}
complaint no {2023/00418} still open
write to {PO Box 3310}
my mosaic id is {1187334}
The van {YK19 FWP} blocks the dropped kerb every day.
car reg {fy07 wcd}
"""

NOTHING_TO_MASK = """
I went to A&E on Monday and the NHS app was down.
In May and August nobody came. Will it be better in March?
Mark my words, they will cut it again.
They treat you with grace and hope and then the hours go.
Christian groups were the only ones who helped during lockdown.
CQC rated it Good, then Inadequate. Ofsted never came.
The Care Act 2014 says wellbeing first, the Mental Capacity Act too.
Adult Social Care Complaints Team did not reply, nor did Children's Services or the Housing Department.
I take sertraline and Gabapentin, and Lorazepam when it is bad. Vitamin B12 too.
She has Parkinson's. He has Down's syndrome and the other one Alzheimer's.
I waited 18 months for 2 visits of 15 minutes and I pay £1,043.75 a month
We sat under the oaks and talked about the policy 2023/24.
The A64 and the M62 are too busy for the minibus.
24 hour care, 7 days a week, 365 days a year, 2:1 support
It's a 10 minute walk to the bus and a 20 minute drive to the centre
we need a 2 bed bungalow not a flat up a hill
teh carers are alway late adn they dont say sorry
NO ONE LISTENS. EVER. IT IS ALL ABOUT MONEY NOT PEOPLE
I Am Fed Up Of Being Ignored And Nobody Cares
my carer said she may leave. the nurse will come when she can. the doctor said no
i miss seeing people. sister and i share the caring
a residential care home was all they gave us, my GP surgery is useless and the day centre on the hill shut
To be frank the prices rose again and I have lost faith in the whole thing.
Makaton, PECS, Zoom and Teams, PIP and ESA, my PA and my OT.
I use the English system. It is different in Scotland and in Wales, and in Jamaica.
Dim byd. Mae pawb yn garedig iawn. Diolch am y gofal.
Every Christmas and Easter the rota falls apart.
Call me old fashioned but a handshake beats any survey
nothing. you lot never change
Being listened to. Being believed. Not having to fight.
n/a
Bless
😊😊 👏 best team ever!!!
"""


PIECES = ("Olwen", "mr ", "07911", "@", "12", "LS6", "[", "name 1]", "e\u0301", "😊", "\u202e", " ", "\n", "at", "'s")


def marked(lines):
    """Turn lines with marks into (text, [(start, end, mark)])."""
    for line in lines.strip().splitlines():
        text, marks = "", []
        for piece in re.finditer(r"([{<]?)([^{}<>]+)[}>]?", line):
            if piece[1]:
                marks.append((len(text), len(text) + len(piece[2]), piece[1]))
            text += piece[2]
        yield text, marks


@pytest.fixture(scope="module")
def redactor():
    return Redactor()


def hidden(text, spans, start, end, *, flagged=False):
    """Say whether every letter and digit is masked, but for a title such as "Mrs", which is no secret."""
    title = re.match(r"(?:mr|mrs|ms|dr)\.? ", text[start:end], re.IGNORECASE)
    wanted = {i for i in range(start + (title.end() if title else 0), end) if text[i].isalnum()}
    covered = {i for span in spans if flagged or not span.flagged_only for i in range(span.start, span.end)}
    return wanted <= covered


def missed(redactor, lines, mark):
    answers = list(marked(lines))
    found = redactor.find_all([text for text, _ in answers])
    all_marks = [(text, spans, *mark_) for (text, marks), spans in zip(answers, found, strict=True) for mark_ in marks]
    wanted = [(text, spans, start, end) for text, spans, start, end, kind in all_marks if kind == mark]
    return [text[start:end] for text, spans, start, end in wanted if not hidden(text, spans, start, end)], len(wanted)


def test_people_are_masked_whoever_they_are_and_however_they_are_cased(redactor):
    missing, n = missed(redactor, ANSWERS, "{")
    assert n > 55
    assert len(missing) <= 0.04 * n, missing


def test_places_providers_and_ages_are_masked(redactor):
    missing, n = missed(redactor, ANSWERS, "<")
    assert len(missing) <= 0.1 * n, missing


@pytest.mark.parametrize(("text", "marks"), list(marked(NUMBERS)), ids=[text[:30] for text, _ in marked(NUMBERS)])
def test_what_is_personal_by_its_form_is_masked(redactor, text, marks):
    spans = redactor.find(text)
    assert [text[start:end] for start, end, _ in marks if not hidden(text, spans, start, end)] == []


@pytest.mark.parametrize("text", NOTHING_TO_MASK.strip().splitlines())
def test_answers_without_identifiers_are_left_alone(redactor, text):
    masked = redactor.mask(text)
    assert masked == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("My social worker Kwame never rang.", "My social worker [name 1] never rang."),
        ("my mum jean is at Ashfield Nursing Home", "my mum [name 1] is at [nursing home 1]"),
        ("Mrs Adeyemi's tea", "Mrs [name 1]'s tea"),
        ("Uncle Mo and our Shaz came", "[uncle, name 2] and [our, name 1] came"),
        ("my nan sue looks after me", "my [nan, name 1] looks after me"),
        ("my nan just left", "my nan just left"),
        ("my mum can sue the council", "my mum can sue the council"),
        ("I live at 14 Larkspur Close, Wakefield, WF1 3QT.", "I live at [address 1], [place 1], [postcode 1]."),
        ("Leeds council said no", "[place 1] council said no"),
    ],
)
def test_tokens_keep_who_someone_is_to_the_writer(redactor, text, masked):
    assert redactor.mask(text) == masked


def test_a_name_has_one_token_through_the_study_in_every_casing(redactor):
    masked = redactor.mask_all(["My carer Olwen left.", "olwen was kind", "I MISS OLWEN", "Olwen's replacement is Bilal."])
    tokens = [redaction.token for answer in masked for redaction in answer.redactions]
    assert len(set(tokens[:4])) == 1 and tokens[4] != tokens[0]


def test_the_same_number_written_otherwise_has_the_same_token(redactor):
    masked = redactor.mask_all(["ring 07911 123 456", "ring +44 7911 123456", "LS6 2AB", "ls62ab"])
    tokens = [answer.redactions[0].token for answer in masked]
    assert tokens[0] == tokens[1] and tokens[2] == tokens[3]


def test_tokens_do_not_depend_on_the_order_of_the_answers(redactor):
    texts = [text for text, _ in marked(ANSWERS + NUMBERS)]
    shuffled = random.Random(4).sample(texts, len(texts))
    in_order = dict(zip(texts, redactor.mask_all(texts), strict=True))
    assert dict(zip(shuffled, redactor.mask_all(shuffled), strict=True)) == in_order


def test_an_answer_is_judged_alike_alone_and_among_others(redactor):
    texts = [text for text, _ in marked(ANSWERS + NUMBERS + NOTHING_TO_MASK)]
    assert redactor.find_all(texts * 3) == [redactor.find(text) for text in texts] * 3


def test_a_name_found_in_one_answer_is_masked_in_the_others(redactor):
    alone = "eluned knows"
    together = redactor.mask_all(["My advocate Eluned is fair.", alone])
    assert "eluned" not in together[1].text


def test_an_everyday_word_is_not_masked_because_someone_bears_it(redactor):
    masked = redactor.mask_all(["My carer, Hope Adeyemi, is kind.", "we live in hope"])
    assert masked[1].text == "we live in hope"


def test_known_names_are_masked_in_every_casing_and_when_misspelt():
    redactor = Redactor(known_names=["Quillon Vexley"])
    assert re.fullmatch(r"(\[name \d\]) or \1 or \[name \d\]", redactor.mask("quillon or QUILLON or Vexly"))


def test_what_is_uncertain_is_flagged_and_left_in_the_text(redactor):
    masked = redactor.mask_all(["I'm the only blind vicar in Holmfirth so you know who I am."])[0]
    assert masked.text.startswith("I'm the only blind vicar in [place 1]")
    assert [masked.text[flag.start : flag.end] for flag in masked.flags] == ["the only blind vicar in [place 1]"]


@pytest.mark.parametrize(
    "text",
    ["When I saw [name 1] at [care home 2] she cried.", "[Name] told [NAME REDACTED] to go", "XXXX and **** and [uncle, name 3]"],
)
def test_what_is_masked_already_stays_as_it_is(redactor, text):
    assert redactor.mask(text) == text


def test_brackets_alone_protect_nobody(redactor):
    assert "Sarah" not in redactor.mask("She [Sarah Whitcombe] was kind [Sarah went home]")


def test_redactions_say_what_stood_where_and_undo_the_mask(redactor):
    text = "Zoe\u0308 😊 rang 07911 123 456 for Uncle Mo."
    masked = redactor.mask_all([text])[0]
    assert all(text[r.start : r.end] == r.original for r in masked.redactions)
    assert len(masked.redactions) == 3
    assert masked.unmask() == text


def test_nothing_is_found_in_nothing(redactor):
    assert redactor.find("") == () and redactor.mask("  \n") == "  \n" and redactor.mask_all([]) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12))
def test_any_text_is_masked_and_restored(redactor, pieces):
    text = "".join(pieces)
    masked = redactor.mask_all([text])[0]
    assert masked.unmask() == text
    ends = [(r.start, r.end) for r in masked.redactions]
    assert all(start < end for start, end in ends) and all(a[1] <= b[0] for a, b in itertools.pairwise(ends))
    assert all(0 <= flag.start < flag.end <= len(masked.text) for flag in masked.flags)


@pytest.mark.parametrize("unit", ["a", "1", "0 ", "a.", "a@", "x dot ", "Olwen ", "my mum ", "A.", "1/", "[", "at the "])
def test_long_and_odd_texts_take_time_in_proportion_to_their_length(redactor, unit):
    seconds = []
    for length in (4_000, 40_000):
        start = time.perf_counter()
        redactor.mask(unit * (length // len(unit)))
        seconds.append(time.perf_counter() - start)
    assert seconds[1] < 40 * max(seconds[0], 0.05)


@pytest.mark.parametrize("unit", ["a", "7"])
def test_two_hundred_thousand_characters_without_a_space_are_read(redactor, unit):
    assert redactor.mask(unit * 200_000) == unit * 200_000


def test_a_long_answer_is_masked_to_its_end(redactor):
    text = "We waited and nobody came to tell us why. " * 2500 + "My carer Olwen did."
    assert redactor.mask(text).endswith("My carer [name 1] did.")


def test_a_missing_model_is_named_with_what_to_do():
    with pytest.raises(ModelError, match=r"en_no_such_model.*make setup"):
        Redactor(model="en_no_such_model").find("Olwen")


def test_importing_the_redactor_loads_no_model():
    code = "import sys, pipeline.methods.redact; print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder with labelled answers is not beside the project")
def test_labelled_answers_reach_the_targets():
    command = [sys.executable, "tests/benchmarks/masking.py", "--shared", str(SHARED)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    masked, seen = figures["masked"], figures["masked_or_flagged"]
    assert masked["direct"] >= 0.96 and seen["direct"] >= 0.98
    assert masked["precision"] >= 0.94 and masked["answers_leaking"] <= 0.05
    assert masked["worst_origin"] >= 0.92 and masked["origin_gap"] <= 0.05
    assert masked["by"]["noise/lower"] >= 0.93 and masked["by"]["noise/upper"] >= 0.93
    assert masked["without_identifiers_characters"] <= 0.02
    assert figures["peak_mb"] <= 700


def test_the_same_is_found_when_the_model_reads_every_answer_and_not_only_those_that_hang_on_it(redactor, monkeypatch):
    plain = [re.sub(r"[{}<>]", "", line) for line in ANSWERS.strip().splitlines()]
    texts = [written for line in plain for written in (line, line.lower(), line.upper(), line.title())]
    spared = redactor.find_all(texts)
    read = []
    monkeypatch.setattr(detector, "names_in_doubt", lambda weights: read.append(weights) or True)
    assert redactor.find_all(texts) == spared
    assert len(read) == len(set(texts))


@pytest.mark.parametrize("kind", sorted({form.label for form in (*IDENTIFIERS, *DATES) if form.with_digit}))
def test_what_is_looked_for_only_beside_a_digit_holds_one(kind):
    mail = "ring jo on oh seven nine or jo@example.org, LS LS AB ref AB/ABC-XYZ, born in May of ninety, aged forty, www.a-b.org/c"
    texts = [mail, *(re.sub(r"\d", "", line) for line in ANSWERS.splitlines())]
    forms = [form for form in (*IDENTIFIERS, *DATES) if form.with_digit and form.label == kind]
    assert [span for form in forms for text in texts for span in form.spans(text)] == []


def test_what_leads_to_a_name_is_seen_however_it_is_cased_or_spelt(redactor):
    for said in ("MY SOCIAL WORKER Olwen RANG", "my Social Worker olwen rang", "my ſocial worker olwen rang, caf\u00e9"):
        assert "lwen" not in redactor.mask(said).casefold()
