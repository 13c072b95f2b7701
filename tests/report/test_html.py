"""The page is whole, needs nothing else, and can be read by everybody."""

import re
from itertools import pairwise

import pytest
from reading import Element, read_page, table_rows
from small_study import PRIVATE

from pipeline.report.content import build_report
from pipeline.report.formats.html import render
from pipeline.report.printed_report import printed


@pytest.fixture
def html(source) -> str:
    return render(printed(build_report(source)))


@pytest.fixture
def page(html) -> Element:
    return read_page(html)


def test_page_says_its_language_title_and_state(page):
    (root,) = page.find_all("html")
    assert root.attributes["lang"] == "en-GB"
    assert page.find_all("title")[0].text == "What helps & what hinders <pilot>: report (not yet checked by people)"
    assert page.find_all("h1")[0].text == "What helps & what hinders <pilot>"
    assert "Not yet checked by people" in page.find_all("header")[0].text
    assert "shows nobody's words but those that people have approved" in page.find_all("header")[0].text


def test_headings_do_not_skip_levels(page):
    levels = [int(heading.tag[1]) for heading in page.find_all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_link_leads_somewhere_on_the_page(page):
    ids = [element.attributes["id"] for element in _all(page) if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    links = [link.attributes["href"] for link in page.find_all("a")]
    assert links[0] == "#report"
    assert {link.removeprefix("#") for link in links} <= set(ids)
    named = [name for element in _all(page) for name in element.attributes.get("aria-labelledby", "").split()]
    assert named and set(named) <= set(ids)


def _all(element: Element) -> list[Element]:
    return [element, *(found for child in element.children for found in _all(child))]


def test_contents_list_every_section(page):
    (contents,) = page.find_all("nav")
    sections = [heading.text for heading in page.find_all("main")[0].find_all("h2")]
    assert [link.text for link in contents.find_all("a")] == sections


def test_tables_have_captions_and_headings_with_scope(page):
    tables = page.find_all("table")
    assert 4 <= len(tables) <= 8
    for table in tables:
        assert table.find_all("caption")[0].text
        assert {heading.attributes.get("scope") for heading in table.find_all("th")} == {"col", "row"}
        (body,) = table.find_all("tbody")
        width = len(table.find_all("thead")[0].find_all("th"))
        for row in body.find_all("tr"):
            assert row.children[0].tag == "th" and len(row.children) == width


def test_every_picture_has_an_alternative(page):
    pictures = page.find_all("svg", "img")
    assert len(pictures) == len(page.find_all("figure")) >= 4
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        assert len(picture.attributes["aria-label"]) > 80


def test_figures_on_the_page_are_those_of_the_tables(page, tables):
    themes = table_rows(page, "all-themes")
    assert [cells[0] for cells in themes.values()] == [
        str(5 * round(n / 5)) if n > 7 else "fewer than 8" for n in tables["themes"].sort_values("number")["n_people"]
    ]


def test_markup_in_answers_names_and_labels_is_shown_as_written(html, page):
    assert "<script" not in html
    assert "She said &lt;script&gt;alert(&#34;stop&#34;)&lt;/script&gt; &amp; &#34;meant&#34; it." in html
    quoted = [quotation.text for quotation in page.find_all("q")]
    assert 'She said <script>alert("stop")</script> & "meant" it.' in quoted
    assert "<budgets>" not in html


def test_words_of_people_who_did_not_agree_are_nowhere_on_the_page(html):
    assert not [text for text in PRIVATE if text in html]


def test_page_fetches_nothing_and_runs_nothing(html, page):
    assert not page.find_all("script", "link", "iframe", "object", "embed", "base", "form")
    for element in _all(page):
        assert not {"src", "srcset", "action", "onclick", "onload"} & set(element.attributes)
        assert element.attributes.get("href", "#").startswith("#")
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", html)


def test_page_forbids_fetching_to_whatever_might_slip_in(page):
    (policy,) = [meta for meta in page.find_all("meta") if meta.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy.attributes["content"].startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name(page):
    scrolling = [element for element in page.find_all("div") if element.attributes.get("class") == "scroll"]
    assert scrolling
    assert all(element.attributes["tabindex"] == "0" and element.attributes["aria-labelledby"] for element in scrolling)


def test_the_same_study_gives_the_same_page(html, source):
    assert render(printed(build_report(source))) == html


def test_colours_can_be_changed_by_the_style_sheet(page):
    chart = page.find_all("svg")[0]
    styles = " ".join(element.attributes.get("style", "") for element in _all(chart))
    assert "var(--series-1, #12436D)".casefold() in styles.casefold()
    assert "var(--ink" in styles


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_colours_have_the_contrast_that_wcag_asks(html, mode):
    colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", html.split(":root {")[1 + mode].split("}")[0]))
    for text in ("ink", "soft", "link"):
        for ground in ("paper", "wash"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["ink"], colours["mark"]) >= 4.5
    for mark in ("mark-edge", *(f"series-{place}" for place in range(1, 7))):
        assert contrast(colours[mark], colours["paper"]) >= 3, mark
