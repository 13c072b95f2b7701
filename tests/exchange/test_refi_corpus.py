"""Each project of `tests/refi_corpus` comes in as its page says: under the right answer, code and person, or not, and said so."""

import sys

import pandas as pd
import pytest
from sample import ROOT

from pipeline.codebook.codebook import Code, Codebook
from pipeline.errors import DataError
from pipeline.exchange.refi.answer_blocks import StudyExcerpts
from pipeline.exchange.refi.match_study import UNDECIDED, Matching
from pipeline.exchange.refi.read_project import read_qdpx


CORPUS = ROOT / "tests" / "refi_corpus"
sys.path.insert(0, str(CORPUS))
make = pytest.importorskip("make")

BOOK = Codebook(
    (
        Code("pay", "Money", "Costs are not paid"),
        Code("letters", "", "Letters & forms"),
        Code("show", "Power", "Asked for show"),
        Code("travel", "", "Getting there"),
        Code("money-other", "Money", "Other"),
        Code("power-other", "Power", "Other"),
    )
)
SHOW, LETTERS, FARE = "They ask us for show.", "🎈🎈🎈 Letters are long 🙂 and hard to read.", "Nobody paid my train fare."
NEXT, PHONE = "The next one 🤷‍♀️ does not.", "A phone call would help."
USUAL = {(SHOW, "show"), (FARE, "pay"), (NEXT, "letters")}
ONE = {(SHOW, "show")}
# What comes in of each project, as the words of the excerpt and its codes, and what the report says of it.
EXPECTED = {
    "as-the-standard-says": (USUAL, ["3 of 3 places are whole words"]),
    "coder-only-at-the-place": (ONE, ["names only at their place: 1"]),
    "coder-only-as-the-last-who-changed-it": (ONE, ["who changed the place last counts: 1"]),
    "coder-not-named-one-user": (ONE, ["the only user in it counts: 1"]),
    "one-person-two-users": ({(SHOW, "show"), (SHOW, "pay")}, []),
    "nvivo-one-coding": ({(NEXT, "travel")}, ["UTF-16 units, \\r\\n counted twice, as NVivo"]),
    "nvivo-one-coding-of-a-whole-answer": ({(LETTERS, "travel"), (PHONE, "travel")}, ["UTF-16"]),
    "nvivo-one-coding-further-down": ({("Money for food ran out.", "travel")}, ["UTF-16"]),
    "nvivo-three-codings": (USUAL, ["UTF-16 units, \\r\\n counted twice"]),
    "unknown-program-like-nvivo": (USUAL, ["UTF-16 units, \\r\\n counted twice"]),
    "atlas-line-ends-counted-once": (USUAL, ["a line end counted once"]),
    "counted-in-bytes": (USUAL, ["UTF-8 bytes"]),
    "byte-order-mark-counted": (USUAL, ["the byte-order mark counted"]),
    "two-byte-order-marks": (USUAL, ["texts with two byte-order marks: 1"]),
    "end-is-the-last-character": (
        {
            *{("Buses stop at six.", "show"), (LETTERS, "show"), (PHONE, "show"), ("I walked.", "show")},
            ("Plans were fixed beforehand. 😡", "show"),
        },
        ["the end is the last character"],
    ),
    "renamed-with-our-id": ({(FARE, "pay"), (SHOW, "show")}, []),
    "copied-with-our-id": ({(FARE, "pay")}, ["“Lost” (1)"]),
    "one-label-under-two-parents": ({(FARE, "money-other"), (SHOW, "power-other")}, []),
    "one-label-without-parents": ({(FARE, "pay")}, ["“Other”, which may be money-other or power-other"]),
    "memos": (ONE, ["memos on a whole text: 1"]),
    "memo-by-a-link": (ONE, []),
    "annotation-with-its-place": (ONE, []),
    "answers-without-our-lines": ({(SHOW, "show"), (FARE, "pay")}, ["found by their words"]),
    "answers-with-lines-of-another-study": ({(SHOW, "show"), (FARE, "pay")}, ["found by their words"]),
    "a-blank-behind-our-lines": (ONE, []),
    "an-empty-line-below-our-lines": (ONE, []),
    "capitals-and-blanks-in-our-lines": (ONE, []),
    "an-answer-that-stands-twice": (ONE, ["cannot be told apart: 1", "outside the excerpts of this study: 1"]),
    "cases-as-codes": (ONE, ["stand for a whole person, of which the study knows what they said: 1"]),
    "codes-made-elsewhere": (set(), []),
    "is-codable-in-capitals": (USUAL, ["isCodable in capitals or other words: 4"]),
    "files-of-a-mac": (USUAL, ["such as those that a Mac adds; passed over: 2"]),
    "in-a-folder": (USUAL, ["lies in a folder inside the file"]),
    "backslashes": (USUAL, ["text paths that are not written as the standard says: 1"]),
    "path-of-the-folder": (USUAL, ["text paths that are not written as the standard says: 1"]),
    "path-with-one-slash": (USUAL, ["text paths that are not written as the standard says: 1"]),
    "guids-in-braces-and-capitals": (USUAL, []),
    "xml-with-two-marks": (USUAL, ["begins with two byte-order marks"]),
    "text-in-utf-16": (USUAL, ["texts in UTF-16 instead of UTF-8: 1"]),
}
NOTES = {
    "memos": "The chair decides.\nA memo at the place.",
    "memo-by-a-link": "She said so twice.",
    "annotation-with-its-place": "Written beside it.",
}


def excerpts():
    """Return the answers of the corpus, a sentence an excerpt."""
    rows = []
    for answer, pieces in make.ANSWERS.items():
        text, end = " ".join(pieces), 0
        for piece in pieces:
            start = text.index(piece, end)
            end = start + len(piece)
            rows.append((answer, start, end, piece))
    segments = pd.DataFrame(rows, columns=["comment_id", "start", "end", "segment_id"])
    comments = pd.DataFrame(
        [(answer, " ".join(pieces), None) for answer, pieces in make.ANSWERS.items()], columns=["comment_id", "text", "set_aside"]
    )
    return StudyExcerpts(segments, comments)


def matched(path, **options):
    read = read_qdpx(path, **options)
    matching = Matching(read.project, excerpts(), BOOK)
    arrivals = [arrival for _, arrival in matching.arrivals()]
    report = [read.counting.sentence(), *read.deviations, *(f"{what}: {n}" for what, n in read.losses.items())]
    report += [*matching.sentences(), *(f"{what}: {n}" for what, n in matching.odd.items())]
    return arrivals, "\n".join(report), matching


@pytest.mark.parametrize("case", EXPECTED)
def test_what_people_coded_elsewhere_comes_in_where_they_meant_it(case):
    arrivals, report, _ = matched(CORPUS / f"{case}.qdpx")
    expected, sentences = EXPECTED[case]
    assert {(arrival.segment_id, code) for arrival in arrivals for code in arrival.codes} == expected
    assert [sentence for sentence in sentences if sentence not in report] == [], report
    assert {arrival.note for arrival in arrivals} <= {NOTES.get(case, "")}


def test_codes_made_elsewhere_are_named():
    assert matched(CORPUS / "codes-made-elsewhere.qdpx")[2].new_codes() == ["Made elsewhere", "Another"]


def test_a_sign_that_was_not_escaped_is_named_with_its_line():
    with pytest.raises(DataError, match=r"damaged at line 2, column [\d,]+, in PlainTextContent, near “Tea & cake”") as caught:
        read_qdpx(CORPUS / "unescaped-ampersand.qdpx")
    assert "gives the same" in str(caught.value) and "escape" in str(caught.value)


def test_respondents_words_near_a_fault_are_not_shown(tmp_path):
    xml = make.project("").replace(
        "<Sources>", "<Sources><TextSource><PlainTextContent>My secret & me</PlainTextContent></TextSource>"
    )
    make.write(tmp_path / "x.qdpx", xml)
    with pytest.raises(DataError, match="damaged at line 2") as caught:
        read_qdpx(tmp_path / "x.qdpx")
    assert "secret" not in str(caught.value)


def test_the_corpus_is_what_its_recipe_makes(tmp_path):
    from corpus_parts import CASES

    assert sorted(CASES) == sorted([*EXPECTED, "unescaped-ampersand"])
    assert sorted(path.stem for path in CORPUS.glob("*.qdpx")) == sorted(CASES)
    for case, xml, text, options in make.files():
        make.write(tmp_path / "made.qdpx", xml, text, **options)
        assert (tmp_path / "made.qdpx").read_bytes() == (CORPUS / f"{case}.qdpx").read_bytes(), case
    page = (CORPUS / "README.md").read_text(encoding="utf-8")
    assert [case for case in CASES if f"`{case}.qdpx`" not in page] == []


ONE_CODING = [piece for pieces in make.ANSWERS.values() for piece in pieces if make.plain_text().count(piece) == 1]


@pytest.mark.parametrize("origin", ["NVivo for Windows 12.6", "Some Program", ""])
@pytest.mark.parametrize("ways", [{"unit": "utf16", "twice": True}, {"unit": "utf16"}, {"twice": True}, {}], ids=str)
def test_no_single_coding_ever_lands_in_the_answer_of_somebody_else(tmp_path, origin, ways):
    """With one coding in the file nothing else speaks for a way of counting: it comes in right, or waits to be asked about."""
    right = 0
    for words in ONE_CODING:
        xml = make.project(make.place(words, make.coding("pay"), **ways), origin=origin)
        make.write(tmp_path / "x.qdpx", xml, make.windows(make.plain_text()))
        arrivals, report, _ = matched(tmp_path / "x.qdpx")
        # What a program that says it is NVivo counts in another way than NVivo does is nothing that anybody can know.
        if not (origin.startswith("NVivo") and ways != {"unit": "utf16", "twice": True}):
            assert {arrival.segment_id for arrival in arrivals} <= {words}, report
        right += {arrival.segment_id for arrival in arrivals} == {words}
    assert right >= len(ONE_CODING) / 2 or origin.startswith("NVivo")


def test_a_place_that_may_be_about_two_answers_waits_until_somebody_says_how_characters_were_counted(tmp_path):
    # Place 11 to 14 is “xyz” in code points and “abc” in UTF-16 units, a whole answer either way.
    text = "🎈🎈🎈🎈🎈\nabc\n\nxyz\n"
    rows = [("a", 0, 5, "🎈🎈🎈🎈🎈"), ("b", 0, 3, "abc"), ("c", 0, 3, "xyz")]
    segments = pd.DataFrame(rows, columns=["comment_id", "start", "end", "segment_id"])
    comments = pd.DataFrame([(row[0], row[3], None) for row in rows], columns=["comment_id", "text", "set_aside"])
    path = tmp_path / "x.qdpx"
    make.write(path, make.project(make.place("xyz", make.coding("pay"), text), origin=""), text)

    def taken(counting=""):
        read = read_qdpx(path, counting=counting)
        matching = Matching(read.project, StudyExcerpts(segments, comments), BOOK)
        return [arrival.segment_id for _, arrival in matching.arrivals()], list(matching.sentences()), read.counting

    ids, sentences, counting = taken()
    assert ids == [] and sentences == [f"{UNDECIDED}: 1"]
    assert {reading.key for reading in counting.possible} == {"codepoints/1", "utf16/1"}
    assert taken("codepoints/1")[0] == ["xyz"] and taken("utf16/1")[0] == ["abc"]
    assert "as you asked" in taken("utf16/1")[2].sentence()
    with pytest.raises(DataError, match="there is no such way to count"):
        read_qdpx(path, counting="guess")


def test_a_text_that_is_one_answer_is_counted_as_found_by_its_words(tmp_path):
    text = " ".join(next(pieces for pieces in make.ANSWERS.values() if FARE in pieces))
    make.write(tmp_path / "x.qdpx", make.project(make.place(FARE, make.coding("pay"), text)), text)
    arrivals, report, _ = matched(tmp_path / "x.qdpx")
    assert {arrival.segment_id for arrival in arrivals} == {FARE}
    assert "which one person alone wrote: 1" in report
