"""The figures of the report are those of the tables, and nobody's words go further than they allowed."""

import re
from dataclasses import asdict, replace

import pandas as pd
import pytest
from small_study import CODES, PRIVATE, build_study

from pipeline.errors import DataError
from pipeline.methods.active_learning.intervals import wilson
from pipeline.methods.disclosure import PROFILES
from pipeline.report import EXPORTS
from pipeline.report.blocks import (
    Axis,
    Block,
    Chart,
    Figure,
    Fold,
    Heading,
    InWorkbook,
    ListEntry,
    Paragraph,
    Points,
    Quotations,
    ReportSection,
    TableBlock,
)
from pipeline.report.charts import draw
from pipeline.report.comparison_blocks import comparison_chart, comparison_table
from pipeline.report.content import banner, build_report
from pipeline.report.group_comparison import compare, differences
from pipeline.report.numbers_in_words import by, percent
from pipeline.report.placed_themes import MIXED_NAME
from pipeline.report.sections.closed_section import without_shared_beginning
from pipeline.report.sections.doubts_section import NO_SUGGESTIONS
from pipeline.report.sections.side_by_side_section import NO_CODES
from pipeline.tables.parquet import empty_table
from pipeline.workflow.results import read_results
from pipeline.workflow.stages.agree import agree


def rounded(n: int) -> str:
    """Write a number of people as the strict profile shows it."""
    return "fewer than 8" if n <= 7 else str(5 * round(n / 5))


def section(source, name: str, *, for_team: bool = False) -> ReportSection:
    (found,) = [section for section in build_report(source, for_team=for_team).sections if section.name == name]
    return found


def blocks_of(section: ReportSection, kind: type[Block]) -> list:
    inner = [inside for block in section.blocks for inside in _inside(block)]
    return [block for block in inner if isinstance(block, kind)]


def _inside(block: Block) -> tuple[Block, ...]:
    if isinstance(block, Fold | InWorkbook):
        return tuple(inner for within in block.blocks for inner in _inside(within))
    return (block,)


def table(section: ReportSection, name: str) -> TableBlock:
    tables = blocks_of(section, TableBlock) + [chart.table for chart in blocks_of(section, Chart)]
    (found,) = [table for table in tables if table.name == name]
    return found


def with_table(source, name: str, frame: pd.DataFrame):
    return replace(source, tables={**source.tables, name: frame})


@pytest.fixture
def with_silent(tmp_path):
    """Return what the report of a study is made from in which enough people left all blank for their number to be shown."""
    return read_results(build_study(tmp_path / "silent", one_silent_of=4), EXPORTS["html"].tables)


def asked_and_blank(comments: pd.DataFrame) -> tuple[int, int]:
    """Count who was asked and who left all of it blank, without those whose answers are not to be used."""
    allowed = comments[comments["consent"] != "none"]
    silent = (allowed["set_aside"] == "empty").groupby(allowed["response_id"]).all()
    return len(silent), int(silent.sum())


def all_words(source, *, for_team: bool = False) -> str:
    return repr(asdict(build_report(source, for_team=for_team)))


def told_in(report):
    """Return the sections that say more than that there is nothing to show."""
    return [section.name for section in report.sections if not section.says_nothing]


def test_sections_are_in_the_order_a_reader_needs(source):
    assert [section.heading for section in build_report(source).sections] == [
        "The story", "In short", "Who took part", "Who is missing", "Themes", "Themes and the team’s list of topics",
        "What each group speaks of more than others", "Shares by group",
        "Two groups side by side", "Closed questions", "Where people disagreed",
        "What the program is not sure of", "Heard once", "What was set aside and why", "How people agreed",
        "What came of it", "What changed since the last wave",
        "How the findings were picked", "How it was done",
    ]  # fmt: skip


def test_in_short_is_made_of_the_tables_figures(source, tables):
    (points,) = section(source, "in-short").blocks
    assert isinstance(points, Points) and 3 <= len(points.items) <= 6
    themes, (n_asked, _) = tables["themes"], asked_and_blank(tables["comments"])
    # No more is said of those who wrote than follows from the figures by question.
    assert re.match(rf"At least \d+ of {rounded(n_asked)} people who were asked wrote something", points.items[0])
    assert f"{len(themes)} themes. {rounded(themes['n_people'].max())} people spoke of the largest" in points.items[1]
    new = tables["theme_codes"]["code"].isna().sum()
    assert points.items[2].startswith(f"{len(themes) - new} themes are each like one of the topics that the team had listed")
    assert points.items[2].endswith(f"; {new} are not.")


def test_in_short_says_how_many_answered_where_that_may_be_shown(with_silent):
    (points,) = section(with_silent, "in-short").blocks
    n_asked, n_blank = asked_and_blank(with_silent["comments"])
    assert (
        points.items[0]
        == f"{rounded(n_asked - n_blank)} of {rounded(n_asked)} people who were asked wrote something, be it only “n/a”."
    )


@pytest.mark.parametrize(
    ("checked", "said"),
    [
        (0.0, "Not yet checked by people"),
        (0.25, "People have checked 25% of the suggested codes so far"),
        (1.0, "Checked by people"),
    ],
)
def test_banner_says_how_far_people_have_checked(checked, said):
    assert banner(checked) == said


def test_banner_of_a_fresh_run_is_plain(source):
    assert build_report(source).banner == "Not yet checked by people"


def test_who_took_part_adds_up(with_silent):
    found = section(with_silent, "who-took-part")
    n_asked, n_blank = asked_and_blank(with_silent["comments"])
    written = (rounded(n_asked), rounded(n_asked - n_blank), rounded(n_blank))
    assert n_blank > 7 and f"Left every question blank: {rounded(n_blank)}." in found.blocks[0].text
    rows = table(found, "asked-by-question").rows
    assert [row[1:] for row in rows] == [written, written], "who is silent is so under both questions"


def test_where_few_left_all_blank_it_is_said_how_many_at_most(source, tables):
    n_asked, n_blank = asked_and_blank(tables["comments"])
    assert n_blank <= 7
    found = section(source, "who-took-part")
    comments = tables["comments"][tables["comments"]["consent"] != "none"]
    blank = (comments["set_aside"] == "empty").groupby(comments["question"], sort=False).sum()
    bounds = 0
    for row, n in zip(table(found, "asked-by-question").rows, (blank["hinders"], blank["helps"]), strict=True):
        assert row[1] == rounded(n_asked)
        if n > 7:
            assert row[2:] == (rounded(n_asked - n), rounded(n))
            continue
        # What is known from figures that are shown: whose answer was read did not leave it blank.
        least, most = (int(re.fullmatch(r"(\d+) or (?:more|fewer)", cell)[1]) for cell in row[2:])
        assert least <= n_asked - n and most >= n and "more" in row[2] and "fewer" in row[3]
        bounds += 1
    assert bounds
    assert re.search(
        r"Wrote something under at least one: \d+ or more\. Left every question blank: \d+ or fewer\.", found.blocks[0].text
    )


def test_small_groups_are_not_counted_out(source):
    rows = {row[0]: row[1:] for row in table(section(source, "who-took-part"), "asked-by-group-1").rows}
    assert rows["Leaders"] == ("not shown", "not shown", "not shown")
    assert rows["Care workers"][0] == "40"


def test_every_theme_is_listed_with_its_figures(source, tables):
    found = section(source, "themes")
    rows = table(found, "all-themes").rows
    themes = tables["themes"].sort_values("number")
    assert [row[1] for row in rows] == [rounded(n) for n in themes["n_people"]]
    assert (themes["n_people"] <= 7).any() and {row[2] for row in rows} == {"not shown"}, "no theme has 8 different texts"
    assert {row[3] for row in rows} >= {"steady (0.91)", "fairly steady (0.66)", "unsteady (0.31)", "not measured"}
    assert [entry.name for entry in blocks_of(found, ListEntry)] == list(table(found, "all-themes").targets)


def test_numbers_of_texts_are_shown_as_those_of_people_are(source, tables):
    themes = tables["themes"].assign(n_texts=lambda rows: rows["n_texts"] * 4).sort_values("number")
    rows = table(section(with_table(source, "themes", themes), "themes"), "all-themes").rows
    few = (themes["n_people"] <= 7) | (themes["n_texts"] <= 7)
    assert few.sum() == 1 and [row[2] for row in rows] == themes["n_texts"].map(rounded).mask(few, "not shown").tolist()


def test_a_theme_says_its_code_or_that_it_has_none(source):
    places = {
        entry.heading: dict(entry.facts)["Place in the codebook"] for entry in blocks_of(section(source, "themes"), ListEntry)
    }
    assert "Theme 5. Assistance, dog, venue" in places
    assert places["Theme 5. Assistance, dog, venue"] == "No code of the codebook is like it; the nearest code is “Getting there”"
    assert places["Theme 1. Hurry, minutes, rushed"] == "Too little time (suggested by the program, fit 0.62 of 1)"


def test_codes_without_a_theme_and_themes_without_a_code_are_named(source):
    found = section(source, "themes-and-codebook")
    codes = {row[0]: row[1:] for row in table(found, "codes-and-themes").rows}
    assert list(codes) == [code.name for code in CODES]
    assert codes["Getting there"] == ("No theme", "0")
    assert codes["Too little time"][0].startswith("1. Hurry, minutes, rushed (")
    assert len(table(found, "themes-without-code").rows) == 2


def test_shares_are_those_of_the_table(source, tables):
    rows = table(section(source, "shares-by-group"), "shares-1").rows
    counts = tables["counts"]
    row = counts[(counts["question"] == "any") & (counts["code"] == "time") & (counts["level"] == "Care workers")].iloc[0]
    cell = next(cells for cells in rows if cells[0] == "Too little time")[2]
    assert cell == Figure("29%", "16% to 45%", f"{row['n']:.0f} of {row['base']:.0f}")
    assert [round(row[name], 2) for name in ("share", "low", "high")] == [0.29, 0.16, 0.45]


def test_suppressed_cells_leak_nothing_even_if_the_table_still_holds_their_figures(source, tables):
    counts = tables["counts"].copy()
    small = counts["level"] == "Leaders"
    counts.loc[small, ["n", "base", "share", "low", "high"]] = [3333, 4444, 0.7777, 0.6666, 0.8888]
    assert counts.loc[small, "suppressed"].all()
    leaking = with_table(source, "counts", counts)
    assert all_words(leaking) == all_words(source)
    rows = table(section(leaking, "shares-by-group"), "shares-1").rows
    assert {row[4] for row in rows} == {"not shown"}


@pytest.mark.parametrize(("profile", "fewest"), [("strict", 8), ("standard", 10), ("small", 5)])
def test_what_is_too_small_is_said_in_the_words_of_the_profile(tmp_path, profile, fewest):
    source = read_results(build_study(tmp_path / profile, profile=profile), EXPORTS["html"].tables)
    assert f"fewer than {fewest} people" in all_words(source)
    assert source.profile.rule[1:] in all_words(source)


def comparison(**cells: tuple[float, float, float]):
    rows = [
        {"key": "trust", "group": "group", "level": level, "n": 10, "base": 40, "estimate": value, "low": low, "high": high,
         "suppressed": False}
        for level, (value, low, high) in cells.items()
    ]  # fmt: skip
    return compare(pd.DataFrame(rows), "group", labels={"trust": "Trust"}, unit="share", profile=PROFILES["strict"])


def test_groups_between_which_there_may_be_no_difference_cannot_be_told_apart():
    found = comparison(Carers=(0.4, 0.3, 0.5), Leaders=(0.5, 0.4, 0.6))
    assert differences(found) == (
        "On “Trust” groups do not clearly differ: chance alone can make such gaps.",
        "1 pair of figures was compared for this.",
    )


def test_groups_that_differ_are_named_though_their_own_intervals_overlap():
    # Newcombe's interval of the difference is 2.7 to 21.2 points.
    found = comparison(Workers=wilson(150, 180), Leaders=wilson(100, 140))
    assert found.cells["trust", "Leaders"].high > found.cells["trust", "Workers"].low
    assert differences(found)[0] == "Trust: 83% of Workers, against 71% of Leaders."


def test_each_group_is_compared_with_each_and_the_number_of_comparisons_is_said():
    found = comparison(Carers=(0.2, 0.1, 0.3), Leaders=(0.55, 0.45, 0.65), Families=(0.3, 0.2, 0.4))
    assert differences(found) == (
        "Trust: 55% of Leaders, against 20% of Carers.",
        "3 pairs of figures were compared for this.",
    )


def test_closed_questions_have_means_and_shares_with_bases(source, tables):
    found = section(source, "closed-questions")
    means = {row[0]: row[1:] for row in table(found, "means-1-1").rows}
    closed = tables["closed"]
    everyone = closed[(closed["question"] == "time") & (closed["level"] == "everyone")].iloc[0]
    assert means["There is too little time"][0] == Figure(
        f"{everyone['estimate']:.2f}", f"{everyone['low']:.2f} to {everyone['high']:.2f}", f"{everyone['base']:.0f} people"
    )
    options = {row[0]: row[1] for row in table(found, "options-1-1").rows}
    assert options["No"] == Figure("33%", "26% to 41%", "50 of 150")


def test_every_chart_has_words_and_a_table_with_all_it_shows(source):
    charts = [chart for part in build_report(source).sections for chart in blocks_of(part, Chart)]
    assert len(charts) >= 4
    for chart in charts:
        assert {row[0] for row in chart.table.rows} >= set(chart.labels)
        assert chart.title and chart.subtitle and chart.title != chart.subtitle
        assert all(label in chart.alternative for label in chart.labels)
        assert all(series.name in chart.alternative for series in chart.series)


def silences(source, suggestions: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    found = section(with_table(source, "suggestions", suggestions), "not-sure")
    return {row[0]: row[1:] for row in table(found, "abstentions").rows}


def speakers(tables, text_ids: pd.Series) -> int:
    spoken = tables["segments"].merge(tables["comments"], on="comment_id")
    return int(spoken.loc[spoken["text_id"].isin(text_ids), "response_id"].nunique())


def test_silences_are_counted_by_reason(source, tables):
    suggestions, texts = tables["suggestions"], tables["texts"]["text_id"]
    many, few = texts.iloc[:9], texts.iloc[9:11]
    reasons = suggestions["text_id"].isin(many).map({True: "outside the codebook", False: None})
    silent = suggestions.assign(abstained=reasons, suggested=reasons.isna())
    shown = (rounded(9), rounded(speakers(tables, many)))
    no_code = with_table(source, "theme_codes", tables["theme_codes"].assign(code=None))
    assert silences(no_code, silent) == {"Outside the codebook": shown, "All reasons": shown}
    source = no_code
    silent.loc[silent["text_id"].isin(few), ["abstained", "suggested"]] = ["too short", False]
    rows = silences(source, silent)
    assert list(rows) == ["Outside the codebook", "Too short", "All reasons"]
    assert rows["All reasons"] == (rounded(11), rounded(speakers(tables, texts.iloc[:11])))


def test_what_is_in_a_theme_that_has_a_code_is_not_outside_the_codebook(source, tables):
    suggestions, members = tables["suggestions"], tables["members"].merge(tables["theme_codes"], on="theme_id")
    in_codebook = set(members.loc[members["code"].notna(), "text_id"])
    many = [text for text in tables["texts"]["text_id"] if text in in_codebook][:9]
    reasons = suggestions["text_id"].isin(many).map({True: "outside the codebook", False: None})
    rows = silences(source, suggestions.assign(abstained=reasons, suggested=reasons.isna()))
    assert "Not sure enough" in rows and "Outside the codebook" not in rows


def test_where_few_people_stand_behind_a_reason_neither_it_nor_the_next_is_counted(source, tables):
    silent = tables["suggestions"].groupby("text_id")["abstained"].first().dropna()
    assert {speakers(tables, rows.index) <= 7 for _, rows in silent.groupby(silent)} == {True, False}
    assert silences(source, tables["suggestions"]) == {
        "Outside the codebook": ("not shown", "not shown"),
        "Too short": ("not shown", "not shown"),
        "All reasons": (rounded(len(silent)), rounded(speakers(tables, silent.index))),
    }


def test_a_text_the_model_never_scored_counts_as_without_a_code(source, tables):
    suggestions, texts = tables["suggestions"], tables["texts"]["text_id"]
    fewer = suggestions[suggestions["text_id"] != texts.iloc[0]]
    assert "No code came near" in silences(source, fewer)


@pytest.mark.parametrize("n", [0, 5])
def test_where_nothing_is_suggested_at_all_it_is_said_once_and_not_counted(source, tables, n):
    silent = tables["suggestions"].head(n).assign(suggested=False)
    (paragraph,) = section(with_table(source, "suggestions", silent), "not-sure").blocks
    assert paragraph.text == NO_SUGGESTIONS
    assert "The program is not sure of" not in all_words(with_table(source, "suggestions", silent))


def test_nobody_is_quoted_without_having_agreed(source):
    words = all_words(source, for_team=True)
    assert not [text for text in PRIVATE if text in words]
    assert "No one who said this has agreed to be quoted." in words


def test_a_text_is_shown_when_one_of_those_who_said_it_agreed(source, tables):
    comments, segments = tables["comments"], tables["segments"]
    spoken = segments.merge(comments[["comment_id", "consent"]], on="comment_id")
    consents = spoken.loc[spoken["text"] == "Forty pages before anybody listens to you.", "consent"]
    assert {"quote", "analyse"} <= set(consents)
    assert "Forty pages before anybody listens to you." in all_words(source, for_team=True)


WORDS = "Ten minutes is no time to think."


def decided_on(source, tables, **decided):
    """Return the source in which people have decided on one excerpt and on no other."""
    quotes = tables["quotes"].assign(approved=False, refused=False, wording="", consent="quote")
    (place, *_) = quotes.index[quotes["text"] == WORDS]
    segment = quotes.loc[place, "segment_id"]
    comments = tables["comments"].assign(
        consent=lambda rows: rows["consent"].mask(
            rows["comment_id"] == source["segments"].set_index("segment_id").loc[segment, "comment_id"], "quote"
        )
    )
    for column, value in decided.items():
        quotes.loc[place, column] = value
    return with_table(with_table(source, "quotes", quotes), "comments", comments)


def test_words_that_nobody_has_approved_leave_in_no_report_and_stand_in_the_teams_own_copy(source, tables):
    undecided = decided_on(source, tables)
    texts = [text for text in tables["texts"]["text"] if text in all_words(undecided)]
    assert texts == []
    assert WORDS in all_words(undecided, for_team=True)


def test_words_that_were_approved_leave_and_those_refused_do_not(source, tables):
    assert WORDS in all_words(decided_on(source, tables, approved=True))
    assert WORDS not in all_words(decided_on(source, tables, refused=True))


def test_an_approved_rewording_leaves_in_place_of_what_was_said(source, tables):
    words = all_words(decided_on(source, tables, approved=True, wording="There is too little time."))
    assert "There is too little time." in words and WORDS not in words


def test_the_report_says_how_many_excerpts_wait_to_be_approved(source, tables):
    undecided = decided_on(source, tables)
    assert "excerpts wait to be approved." in all_words(undecided)
    assert "wait to be approved" not in all_words(undecided, for_team=True)


def test_the_teams_own_copy_says_at_the_top_that_it_is_not_to_be_passed_on(source):
    assert build_report(source, for_team=True).notice.startswith("For the team only, not to be passed on")
    assert "For the team only" not in build_report(source).notice


def test_keywords_of_one_person_who_did_not_agree_are_held_back(source):
    words = all_words(source)
    assert "harp" not in words.casefold()
    assert "Words held back" in words


def test_a_keyword_that_only_two_people_used_is_not_shown(source, tables):
    two = tables["segments"]["comment_id"].drop_duplicates().head(2)
    said = tables["segments"]["text"].mask(tables["segments"]["comment_id"].isin(two), "Our zebrafinch choir.")
    changed = with_table(source, "segments", tables["segments"].assign(text=said))
    changed = with_table(changed, "themes", tables["themes"].assign(keywords="zebrafinch, time", title="Zebrafinch choirs"))
    shown = all_words(changed)
    assert "zebrafinch," not in shown.lower() and f"1. {MIXED_NAME}" in shown


def test_heard_once_shows_the_words_of_those_who_agreed_and_counts_the_others(source, tables):
    words, comments, texts = "Cut, cut and cut again.", tables["comments"], tables["texts"]
    single = texts.loc[texts["text"].isin([words, *PRIVATE[:2]]), "text_id"]
    members = tables["members"].assign(heard_once=lambda rows: rows["text_id"].isin(single))
    agreed = comments.assign(consent=comments["consent"].mask(comments["text"] == words, "quote"))
    found = section(with_table(with_table(source, "members", members), "comments", agreed), "heard-once", for_team=True)
    (quotations,) = blocks_of(found, Quotations)
    assert [quote.words for quote in quotations.items] == ["Cut, cut and cut again."]
    assert quotations.note == "Fewer than 8 more were said by people who have not agreed to be quoted."
    assert isinstance(found.blocks[0], Paragraph) and found.blocks[0].text.startswith("Fewer than 8 things were said")


def test_what_became_of_every_answer_is_told_but_of_few(source):
    rows = dict(table(section(source, "set-aside"), "accounts").rows)
    became = source["comments"]["set_aside"].fillna("read").value_counts()
    assert rows["All answers that came in"] == rounded(len(source["comments"]))
    assert rows["Read, and sorted into themes"] == rounded(became["read"])
    assert rows["A non-answer, such as “n/a”"] == "not shown" and became["non-answer"] == 7
    assert len(rows) == len(became) + 1


def test_accounts_that_do_not_add_up_stop_the_report(source):
    accounts = {**source.manifest.accounts, "coded": source.manifest.accounts["coded"] - 1}
    with pytest.raises(DataError, match="accounted for"):
        build_report(replace(source, manifest=replace(source.manifest, accounts=accounts)))


def test_no_total_of_texts_gives_away_how_many_make_up_a_hidden_theme(source, tables):
    themes = tables["themes"].copy()
    themes.loc[themes.index[-1], ["n_people", "n_texts"]] = 4
    few = with_table(source, "themes", themes)
    exact = len(tables["texts"])
    for found in (section(few, "how-it-was-done"), section(few, "not-sure"), section(few, "in-short")):
        assert f"{exact}" not in repr(found) and f"of {rounded(exact)} " not in repr(found)
    assert dict(row[:2] for row in table(section(few, "how-it-was-done"), "run").rows)["Different statements"] == "not shown"


def test_no_total_of_units_is_how_many_answers_were_read_where_that_is_hidden(source, tables):
    accounts = tables["accounts"].assign(n=tables["accounts"]["n"].mask(tables["accounts"]["became"] == "read"))
    facts = dict(row[:2] for row in table(section(with_table(source, "accounts", accounts), "how-it-was-done"), "run").rows)
    assert facts["Statements in the answers"] == facts["Different statements"] == "not shown"


def test_how_many_things_were_heard_once_is_rounded_as_people_are(source, tables):
    single = tables["members"].assign(heard_once=False)
    single.loc[single.index[:4], "heard_once"] = True
    few = with_table(source, "members", single)
    assert "Fewer than 8 things were said by one person only" in repr(section(few, "in-short"))
    assert "Fewer than 8 things were said that nothing else is like." in repr(section(few, "heard-once"))


def test_how_it_was_done_tells_the_run(source, tables):
    found = section(source, "how-it-was-done")
    facts = {row[0]: row[1] for row in table(found, "run").rows}
    assert facts["Seed"] == "42"
    assert facts["Statements in the answers"] == rounded(len(tables["segments"]))
    assert facts["Disclosure control"].startswith("strict: ")
    versions = dict(table(found, "versions").rows)
    assert "pandas" in versions


def test_masking_is_never_called_more_than_it_is(source):
    words = all_words(source)
    assert "anonymis" not in words.casefold()
    assert "a person must check every quotation before it leaves the team" in words
    masked = int((source["comments"]["redactions"] > 0).sum())
    assert masked >= 8 and f"are masked: in {rounded(masked)} answers" in words


def test_a_study_without_answers_codebook_or_groups_still_has_a_report(source):
    empty = {name: frame.iloc[:0] for name, frame in source.tables.items()}
    accounts = {"rows_in": 0, "coded": 0, "withdrawn": 0, "set_aside": {}}
    settings = source.study.settings
    bare = settings.model_copy(update={"count": settings.count.model_copy(update={"groups": ()}), "codebook": None,
                                       "intake": settings.intake.model_copy(update={"attributes": ()})})  # fmt: skip
    nothing = replace(
        source, tables=empty, manifest=replace(source.manifest, accounts=accounts), codebook=replace(source.codebook, codes=()),
        study=replace(source.study, settings=bare),
    )  # fmt: skip
    report = build_report(nothing)
    assert len(report.sections) == 19
    assert "No themes were found." in all_words(nothing)


def test_a_study_without_groups_shows_everyone(source):
    settings = source.study.settings
    bare = settings.model_copy(update={"count": settings.count.model_copy(update={"groups": ()}),
                                       "intake": settings.intake.model_copy(update={"attributes": ()})})  # fmt: skip
    report_source = replace(source, study=replace(source.study, settings=bare))
    found = table(section(report_source, "shares-by-group"), "shares-1")
    assert found.header == ("Code", "Everyone")
    assert found.caption == "People who spoke of each code under any open question"
    (chart,) = blocks_of(section(report_source, "shares-by-group"), Chart)
    assert [series.name for series in chart.series] == ["Everyone"]
    assert "Too little time" in draw(replace(chart, alternative=""))


def test_many_themes_are_folded_away_but_none_is_lost(source, tables):
    many = pd.concat([tables["themes"].assign(theme_id=lambda rows, n=n: rows["theme_id"] + str(n)) for n in range(4)])
    many = many.assign(number=range(1, len(many) + 1))
    codes = pd.concat([tables["theme_codes"].assign(theme_id=lambda rows, n=n: rows["theme_id"] + str(n)) for n in range(4)])
    found = section(with_table(with_table(source, "themes", many), "theme_codes", codes), "themes")
    (fold,) = [block for block in found.blocks if isinstance(block, Fold) and "other" in block.summary]
    assert len(fold.blocks) == len(many) - 12
    assert len(blocks_of(found, ListEntry)) == len(many)


def test_a_code_named_by_everyone_but_one_group_leaves_a_gap_in_the_chart_and_says_so_in_the_table():
    rows = pd.DataFrame(
        [("a", "everyone", 0.5, False), ("a", "one", 0.4, False), ("a", "two", 0.6, False), ("b", "one", 0.3, False),
         ("b", "two", 0.1, True)],
        columns=["key", "level", "estimate", "suppressed"],
    ).assign(group="group", n=20, base=40, low=0.1, high=0.9)  # fmt: skip
    found = compare(rows, "group", labels={"a": "A", "b": "B"}, unit="share", profile=PROFILES["strict"])
    shown = comparison_table(found, "t", caption="People", first="Code")
    assert shown.rows[1][1:] == ("no answers", Figure("30%", "10% to 90%", "20 of 40"), "not shown")
    chart = comparison_chart(found, shown, Axis("Share", 0, 1, "share"), title="Shares")
    assert chart is not None and [series.points[1] is None for series in chart.series] == [False, True]
    assert 'role="img"' in draw(chart)


def test_many_things_alike_are_counted_and_not_listed():
    rows = [
        {"key": str(key), "group": "group", "level": level, "n": 10, "base": 40, "estimate": 0.3, "low": 0.2, "high": 0.4,
         "suppressed": False}
        for key in range(7) for level in ("one", "two")
    ]  # fmt: skip
    labels = {str(key): f"Code {key}" for key in range(7)}
    found = compare(pd.DataFrame(rows), "group", labels=labels, unit="share", profile=PROFILES["strict"])
    assert differences(found)[0] == "On all 7 answers groups do not clearly differ: chance alone can make such gaps."


def test_what_closed_questions_share_before_a_colon_is_said_once():
    labels = {"a": "How much of a problem is: Rules", "b": "How much of a problem is: Money: the lack of it"}
    assert without_shared_beginning(labels) == ("How much of a problem is", {"a": "Rules", "b": "Money: the lack of it"})
    for kept in ({"a": "Rules: all"}, {"a": "Rules", "b": "Money"}, {"a": "Rules: all", "b": "Money: all"}):
        assert without_shared_beginning(kept) == ("", kept)


@pytest.mark.parametrize(
    ("rating", "title"),
    [
        ({"labels": {"Never": 0.0, "Always": 5.0}, "scale": None}, "Mean scores from 0 (Never) to 5 (Always), by group"),
        ({"labels": {}, "scale": (1.0, 4.0)}, "Mean scores from 1 to 4, by group"),
        ({"labels": {}, "scale": None}, "Mean scores from 1.75 to 2.9, by group"),
    ],
)
def test_the_scale_of_a_mean_is_the_studys_or_else_what_is_shown(source, tables, rating, title):
    settings = source.study.settings
    ratings = {"forms": settings.intake.ratings["forms"].model_copy(update=rating)}
    changed = settings.model_copy(update={"intake": settings.intake.model_copy(update={"ratings": ratings})})
    closed = tables["closed"].query("question == 'forms' and group == 'group'")
    assert not closed["suppressed"].all()
    closed.loc[~closed["suppressed"], ["low", "high"]] = [1.75, 2.9]
    only = with_table(replace(source, study=replace(source.study, settings=changed)), "closed", closed)
    assert table(section(only, "closed-questions"), "means-1-1").caption == title


def test_without_any_figure_to_show_there_is_no_scale_and_no_chart(source, tables):
    settings = source.study.settings
    ratings = {name: rating.model_copy(update={"scale": None}) for name, rating in settings.intake.ratings.items()}
    changed = settings.model_copy(update={"intake": settings.intake.model_copy(update={"ratings": ratings})})
    closed = tables["closed"].query("measure == 'mean'").assign(suppressed=True)
    unnamed = replace(source, study=replace(source.study, settings=changed))
    found = section(with_table(unnamed, "closed", closed), "closed-questions")
    assert not blocks_of(found, Chart)
    assert table(found, "means-1-1").caption == "Mean scores, by group"
    assert [heading.text for heading in blocks_of(found, Heading)] == ["Closed question: scores, by group"]


def test_a_codebook_with_a_place_for_every_theme_says_so(source, tables):
    everything = tables["theme_codes"].assign(code="time", status="agreed", runner_up=None)
    found = with_table(source, "theme_codes", everything)
    assert section(found, "themes-and-codebook").blocks[1] == Paragraph("Every theme has a place in the codebook.")
    assert "agreed by people" in all_words(found)


def test_a_record_without_accounts_stops_the_report(source):
    with pytest.raises(DataError, match="themes run"):
        build_report(replace(source, manifest=replace(source.manifest, accounts={})))


def test_words_heard_once_fold_away_after_the_first_few(source, tables):
    members = tables["members"].assign(heard_once=True)
    comments = tables["comments"].assign(consent="quote")
    found = section(with_table(with_table(source, "members", members), "comments", comments), "heard-once", for_team=True)
    first, fold = found.blocks[1:]
    assert isinstance(first, Quotations) and isinstance(fold, Fold)
    assert len(first.items) + len(fold.blocks[0].items) == len(tables["texts"])
    assert fold.summary == f"{len(fold.blocks[0].items)} more heard once"


@pytest.mark.parametrize(
    ("share", "written"), [(0.0, "0%"), (0.004, "under 1%"), (0.005, "1%"), (0.125, "13%"), (0.625, "63%"), (1.0, "100%")]
)
def test_shares_are_rounded_as_people_round(share, written):
    assert percent(share) == written


@pytest.mark.parametrize(
    ("attribute", "written"),
    [
        ("Region", "by region"),
        ("NHS trust", "by NHS trust"),
        ("Which group are you in?", "by group"),
        ("What is your age group?", "by age group"),
        ("Which region do you live in?", "by region"),
        ("How old are you?", "by what people answered to “How old are you?”"),
    ],
)
def test_attributes_are_named_so_that_a_caption_can_be_read_aloud(attribute, written):
    assert by(attribute) == written


def test_one_question_needs_no_folds_and_common_themes_no_word_of_rare_ones(source, tables):
    one = {name: tables[name].query("question == 'hinders'") for name in ("comments", "counts")}
    rates = tables["response_rates"].query("question in ('hinders', 'any')")
    accounts = {"rows_in": len(one["comments"]), "coded": len(one["comments"]), "withdrawn": 0, "set_aside": {}}
    single = replace(
        source,
        tables={**source.tables, **one, "response_rates": rates, "themes": tables["themes"].assign(n_people=20)},
        manifest=replace(source.manifest, accounts=accounts),
    )
    assert [
        block
        for name in ("who-took-part", "shares-by-group")
        for block in section(single, name).blocks
        if isinstance(block, Fold)
    ] == []
    assert "rare" not in section(single, "themes").blocks[0].text


def test_how_people_agreed_is_told_with_intervals_or_not_at_all(source, tables):
    assert "agreement" not in told_in(build_report(source))
    rows = tables["segments"].head(12)[["segment_id", "text_id"]]
    people = (("Annabel", "lived experience", "time"), ("Cyril", "researcher", "forms"), ("Zoltan", "family", "time"))
    blind = pd.concat(
        rows.head(4 if name == "Zoltan" else 12).assign(reviewer=name, reviewer_group=group, codes=code, outcome="codes")
        for name, group, code in people
    )
    blind.iloc[[0, 2, 4], blind.columns.get_loc("codes")] = "forms"
    made = agree(blind, tables["segments"], tables["suggestions"], empty_table("lessons"), settings=None)
    found = section(with_table(source, "agreement", made), "agreement")
    overall = table(found, "agreement-overall")
    across = {row[0]: row for row in overall.rows}["Between lived experience and researcher"]
    assert across[1:3] == ("12", "25% (0% to 50%)")
    assert any(row[0] == "Forms and rules" for row in table(found, "agreement-codes-1").rows)
    (untold,) = blocks_of(found, Points)
    assert "Within family: one person, so there is nobody to compare with." in untold.items
    assert not any(name in repr(found) for name in ("Annabel", "Cyril", "Zoltan"))


def test_who_is_missing_is_said_by_group_with_intervals(with_silent):
    (heading, points, paragraph) = section(with_silent, "who-is-missing").blocks
    assert heading.text == "Who wrote something, and who left every open question blank, by group"
    rates = with_silent["response_rates"].query("question == 'any' and value == 'answered' and group == 'group'").dropna()
    assert len(rates) == 3
    for row in rates.to_dict("records"):
        share, *ends = (percent(row[name]) for name in ("share", "low", "high"))
        assert f"{row['level']} ({share}, 95% interval {ends[0]} to {ends[1]})" in points.items[0]
    assert points.items[1] == "Not shown for Leaders, as that would say too much of a few."
    assert "were not asked" in paragraph.text


def test_groups_large_enough_are_not_called_too_small_where_few_left_all_blank(source):
    (_, points, _) = section(source, "who-is-missing").blocks
    assert points.items == (
        "These groups cannot be compared: how many people wrote something is not shown for Care workers, "
        "Family & friends, Leaders and People who use services, as that would say too much of a few.",
    )


def test_one_group_alone_is_not_compared(source):
    rates = source["response_rates"].query("level == 'Care workers' or group == 'everyone'").assign(share=0.5, low=0.4, high=0.6)
    one = with_table(source, "response_rates", rates.assign(n=20, suppressed=False))
    (_, points, _) = section(one, "who-is-missing").blocks
    assert points.items == ("There is only one group, so there is no other to compare it with.",)


def test_two_groups_stand_side_by_side_and_no_others(source):
    pairs = (("Care workers", "People who use services"), ("Care workers", "Nobody"))
    settings = source.study.settings
    counted = settings.model_copy(update={"count": settings.count.model_copy(update={"pairs": pairs})})
    found = section(replace(source, study=replace(source.study, settings=counted)), "side-by-side")
    tables = [table for table in blocks_of(found, TableBlock) if not table.name.endswith("-differences")]
    assert tables and all(table.header[1:] == ("Care workers", "People who use services") for table in tables)
    sentences = [sentence for points in blocks_of(found, Points) for sentence in points.items]
    assert any("% of Care workers" in sentence for sentence in sentences)
    assert any("do not clearly differ" in sentence for sentence in sentences)
    assert found.blocks[-1].text == "One of the two groups is not in the answers, so they cannot be compared."
    assert "side-by-side" not in told_in(build_report(source))


def contested(source, consent="quote"):
    """Return the source with one excerpt that two people read differently."""
    comments = source["comments"]
    places = source["segments"].merge(comments[["comment_id", "consent"]], on="comment_id")
    place = places[places["consent"] == consent].iloc[0]
    rows = [("Ann", "lived experience", "time|trust", "codes"), ("Bo", "researcher", "", "none")]
    decided = pd.DataFrame(rows, columns=["reviewer", "reviewer_group", "codes", "outcome"])
    decided = decided.assign(segment_id=place["segment_id"], text_id=place["text_id"])
    codings = source["codings"].copy()
    codings.loc[codings.index[0], ["segment_id", "code", "status", "reviewers"]] = [place["segment_id"], "time", "contested", 2]
    return place, with_table(with_table(source, "decisions", decided), "codings", codings)


def test_of_two_groups_without_a_figure_about_codes_one_sentence_says_so(source):
    settings = source.study.settings
    counted = settings.model_copy(update={"count": settings.count.model_copy(update={"pairs": (("Care workers", "Leaders"),)})})
    hidden = source["estimates"].assign(suppressed=True, method="none", share=float("nan"), low=float("nan"), high=float("nan"))
    nothing = with_table(replace(source, study=replace(source.study, settings=counted)), "estimates", hidden)
    found = section(nothing, "side-by-side")
    assert NO_CODES in [block.text for block in blocks_of(found, Paragraph)]
    assert not [block for block in blocks_of(found, TableBlock) if block.name.endswith("-codes")]
    assert not [line for block in blocks_of(found, Points) for line in block.items if re.search(r"On all \d+ codes", line)]


@pytest.mark.parametrize(("n_codes_with_themes", "none_is_left"), [(1, False), (len(CODES), True)])
def test_codes_and_themes_are_set_off_without_counting_none(source, n_codes_with_themes, none_is_left):
    placed = source["theme_codes"]
    codes = [CODES[place % n_codes_with_themes].code for place in range(len(placed))]
    (text, *_) = blocks_of(
        section(with_table(source, "theme_codes", placed.assign(code=codes)), "themes-and-codebook"), Paragraph
    )
    assert not re.search(r"\b0 (themes?|have|has)\b", text.text)
    assert ("and each has at least one theme" in text.text) is none_is_left and (" none." in text.text) is not none_is_left


def test_the_base_of_shares_by_theme_and_group_is_said_on_the_chart(source):
    (chart,) = [chart for chart in blocks_of(section(source, "smaller-groups"), Chart) if chart.name == "chart-themes-by-group-1"]
    shown = source["voices"].loc[~source["voices"]["suppressed"]].drop_duplicates("level")
    assert "Of the people in each group with a statement in any theme" in chart.subtitle
    for level, base in zip(shown["level"], shown["base"], strict=True):
        assert f"{base:.0f} of {level}" in chart.subtitle


def test_readings_of_contested_words_stand_side_by_side_by_group_and_never_by_name(source):
    place, disputed = contested(source)
    found = section(disputed, "disagreements")
    ((words, readings),) = table(found, "readings").rows
    assert words == f"“{place['text']}”\n— Care workers"
    assert readings.splitlines() == [
        "Too little time and Trust & respect: lived experience (1)",
        "no code: researcher (1)",
    ]
    assert "Ann" not in repr(found) and table(found, "contested-codes").rows == (("Too little time", "1"),)


def test_contested_words_of_people_who_did_not_agree_are_counted_and_not_shown(source):
    place, disputed = contested(source, consent="analyse")
    found = section(disputed, "disagreements")
    assert place["text"] not in repr(found) and "1 is not shown" in found.blocks[0].text


def test_without_a_second_reader_nobody_can_disagree(source):
    assert "disagreements" not in told_in(build_report(source))
