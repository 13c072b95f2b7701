"""In the team's own copy each theme opens to its facts and its words within the answers; nothing of it is in any other copy."""

from dataclasses import replace

from reading import read_page
from small_study import PRIVATE

from pipeline.report.blocks import Fold, ListEntry
from pipeline.report.content import FOR_THE_TEAM_UNASKED, build_report
from pipeline.report.formats.html import render
from pipeline.report.printed_report import printed
from pipeline.report.sections.theme_explorer import MOST_EXCERPTS


def entries(source, *, for_team):
    (themes,) = [section for section in printed(build_report(source, for_team=for_team)).sections if section.name == "themes"]
    inside = [inner for block in themes.blocks for inner in (block.blocks if isinstance(block, Fold) else (block,))]
    return [block for block in inside if isinstance(block, ListEntry)]


def unasked(source):
    """Return the source of a survey that did not ask whether people may be quoted."""
    comments = source["comments"].assign(consent="analyse")
    assert source.study.settings.intake.consent is None
    return replace(source, tables={**source.tables, "comments": comments})


def test_each_theme_opens_to_its_facts_and_its_words_within_the_answers(source):
    opened = entries(source, for_team=True)
    assert len(opened) == len(source["themes"])
    facts = dict(opened[0].facts)
    assert {"In a sentence", "People", "How steady", "Place in the codebook"} <= facts.keys()
    quotes = [quote for entry in opened for quote in entry.quotations.items]
    assert quotes and all(len(entry.quotations.items) <= MOST_EXCERPTS for entry in opened)
    answers = set(source["comments"]["text"].dropna())
    around = [quote for quote in quotes if quote.before or quote.after]
    for quote in around:
        assert any(quote.before in answer and quote.words in answer and quote.after in answer for answer in answers)


def with_two_statements_in_one_answer(source):
    """Return the source with an answer of two statements that are in the same theme, and those statements."""
    comments = source["comments"]
    agreed = comments.loc[(comments["consent"] == "quote") & comments["set_aside"].isna(), "comment_id"]
    segments = source["segments"].copy()
    own = segments[segments["comment_id"].isin(agreed)]
    single = own[~own["text_id"].duplicated(keep=False)] if (~own["text_id"].duplicated(keep=False)).sum() > 1 else own
    first, second = (single.drop_duplicates("text_id").iloc[place] for place in (0, 1))
    for place in segments.index[segments["text_id"] == second["text_id"]]:
        segments.loc[place, ["comment_id", "start", "end"]] = [
            first["comment_id"], len(first["text"]) + 1, len(first["text"]) + 1 + len(second["text"])
        ]  # fmt: skip
    answer = f"{first['text']} {second['text']}"
    comments = comments.assign(text=comments["text"].mask(comments["comment_id"] == first["comment_id"], answer))
    members = source["members"].assign(theme_id=source["themes"]["theme_id"].iloc[0])
    tables = {**source.tables, "segments": segments, "comments": comments, "members": members}
    return replace(source, tables=tables), (first["text"], second["text"])


def test_an_answer_is_shown_once_in_a_theme_and_each_theme_leads_back_to_all(source):
    joined, statements = with_two_statements_in_one_answer(source)
    opened = entries(joined, for_team=True)
    fullest = max(opened, key=lambda entry: len(entry.quotations.items))
    whole = [" ".join(f"{quote.before} {quote.words} {quote.after}".split()) for quote in fullest.quotations.items]
    assert [text for text in whole if all(words in text for words in statements)] == [" ".join(statements)]
    assert not [quote for quote in fullest.quotations.items if quote.words in statements and not (quote.before or quote.after)]
    page = read_page(render(printed(build_report(joined, for_team=True))))
    back = [link for link in page.find_all("a") if link.text == "Back to all themes"]
    assert len(back) == len(opened) and {link.attributes["href"] for link in back} == {"#all-themes"}
    assert "all-themes" in {table.attributes.get("id") for table in page.find_all("table")}


def test_no_context_leaves_in_a_report_for_others(source):
    assert all(
        not quote.before and not quote.after for entry in entries(source, for_team=False) for quote in entry.quotations.items
    )


def test_words_of_people_who_did_not_agree_are_not_shown_where_they_were_asked(source):
    page = render(printed(build_report(source, for_team=True)))
    assert not [words for words in PRIVATE if words in page]


def test_where_nobody_was_asked_the_team_reads_the_words_and_others_do_not(source):
    survey = unasked(source)
    assert any(entry.quotations.items for entry in entries(survey, for_team=True))
    assert FOR_THE_TEAM_UNASKED in read_page(render(printed(build_report(survey, for_team=True)))).text
    assert not any(entry.quotations.items for entry in entries(survey, for_team=False))
