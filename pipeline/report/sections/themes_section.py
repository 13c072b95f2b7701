"""The themes: what people speak about, in a table and one by one."""

from collections.abc import Sequence

from pipeline.methods.disclosure.quotable_words import HELD_BACK, Words
from pipeline.methods.themes.few_texts import few_texts_note
from pipeline.methods.themes.titles import MIXED
from pipeline.report.blocks import (
    Block,
    Fold,
    Heading,
    InWorkbook,
    ListEntry,
    Paragraph,
    Quotations,
    QuotedWords,
    ReportSection,
    TableBlock,
    nothing_to_show,
)
from pipeline.report.echoed_questions import echoed_questions
from pipeline.report.numbers_in_words import NOT_SHOWN, number, score, sentence_case, steadiness
from pipeline.report.placed_themes import PlacedTheme
from pipeline.report.quote_bank import quotes_of
from pipeline.report.sections.doubts_section import texts_of
from pipeline.report.sections.theme_explorer import explored
from pipeline.report.theme_charts import people_chart, tones_chart
from pipeline.report.theme_map import map_chart, nearest_themes
from pipeline.report.theme_tone import NO_TONES, has_tones, tone_in_words
from pipeline.runtime.plurals import n_of
from pipeline.workflow.results import RunResults


OPEN_ENTRIES = 12
MOST_EXEMPLARS = 2
LEAST_TELLING, MOST_TELLING = 15, 50
"""Words of a quotation that tells something by itself and is still read."""
MOSTLY = "Mostly (as the program read it, not checked)"
NOT_IN_CODEBOOK = "None"
WHAT_A_THEME_IS = (
    "The program cut the answers into statements, each of which says one thing. A theme is a group of statements about much the "
    "same, whether people praise it, miss it or complain of it. The program found the themes. A theme that is like a code (a "
    "topic of the team’s list, its codebook) bears the code’s name, and any other a phrase that several people used. People have "
    "still to read them and to name them."
)
HOW_STEADY = (
    "How steady a theme is says how well it came back when the answers were drawn again at random, from 0 to 1. "
    "An unsteady theme may be a chance grouping: read its answers before you use it."
)


def themes(source: RunResults, placed: Sequence[PlacedTheme], words: Words) -> ReportSection:
    """Return the table of themes and an entry for each."""
    if not placed:
        return nothing_to_show("themes", "Themes", "No themes were found, because there are no answers to read.")
    counted_in = [theme for theme in placed if not theme.set_aside]
    entries = [_entry(source, theme, words=words) for theme in counted_in]
    table = _table(source, counted_in)
    # Where there are too few themes for a chart, the table is all there is.
    chart = people_chart(source, counted_in, table)
    more = [chart for chart in (tones_chart(counted_in), map_chart(source, counted_in)) if chart]
    few = few_texts_note(source["segments"]["text_id"].nunique())
    notes = [Paragraph(_introduction(source, counted_in)), *([Paragraph(few)] if few else [])]
    blocks: list[Block] = [*notes, chart or table, *more]
    if words.released:
        # The team's own copy shows all words, so nothing waits there.
        blocks.append(Paragraph(how_to_approve(words)))
    blocks.append(InWorkbook(_families(counted_in)))
    if words.released:
        blocks += entries[:OPEN_ENTRIES]
        if folded := entries[OPEN_ENTRIES:]:
            blocks.append(Fold("What people said about the other themes", tuple(folded)))
    else:
        blocks.append(Heading("Each theme, to open", "explore"))
        near = nearest_themes(source, counted_in) or _of_family(counted_in)
        blocks += explored(source, list(zip(counted_in, entries, strict=True)), words, near, back="all-themes")
    if aside := [_entry(source, theme, words=words) for theme in placed if theme.set_aside]:
        summary = f"{n_of(len(aside), 'theme')} set aside by people: still here, but not counted among the themes"
        blocks.append(Fold(summary, tuple(aside)))
    return ReportSection("themes", "Themes", tuple(blocks))


def how_to_approve(words: Words) -> str:
    """Say that words wait to be approved."""
    waiting = f"{n_of(words.n_waiting, 'excerpt waits', 'excerpts wait')} to be approved" if words.n_waiting else "None waits"
    return f"What people said is shown here only once a person of the team has approved each excerpt. {waiting}."


def _families(placed: Sequence[PlacedTheme]) -> tuple[Block, ...]:
    families = sorted({theme.family for theme in placed})
    if len(families) < 2:
        return ()
    members = {family: [theme for theme in placed if theme.family == family] for family in families}
    largest = {family: max(themes, key=lambda theme: (theme.n_people, -theme.number)) for family, themes in members.items()}
    table = TableBlock(
        name="families",
        caption="Families of like themes, and the themes in each",
        header=("Family", "Themes", "Number of themes"),
        rows=tuple(
            (f"{family}. {largest[family].name}", "\n".join(theme.heading for theme in themes), number(len(themes)))
            for family, themes in members.items()
        ),
        numeric=(2,),
        note="A family is called after the largest of its themes. Its themes are worded alike.",
    )
    return (table,)


def _introduction(source: RunResults, placed: Sequence[PlacedTheme]) -> str:
    sentences = [WHAT_A_THEME_IS]
    if rare := sum(theme.rare for theme in placed):
        sentences.append(f"{n_of(rare, 'theme is', 'themes are')} rare: too few people spoke of it to give a figure.")
    members = source["members"]
    echoes = echoed_questions(source, placed)
    for theme in placed:
        if theme.theme_id in echoes:
            sentences.append(
                f"“{theme.name}” repeats the question “{echoes[theme.theme_id]}” and holds every kind of answer to it, so its "
                "size is no finding."
            )
    if alone := int(members["theme_id"].isna().sum()):
        sentences.append(
            f"{sentence_case(texts_of(source, alone))} are on their own: the program found no theme that clearly fits."
        )
    if not has_tones(source["themes"]):
        sentences.append(NO_TONES)
    return " ".join(sentences)


def _table(source: RunResults, placed: Sequence[PlacedTheme]) -> TableBlock:
    read_tone = has_tones(source["themes"])
    return TableBlock(
        name="all-themes",
        caption="All themes, by number of people",
        header=(
            "Theme",
            "People",
            "Different statements",
            "How steady",
            "Code it is like",
            "Family of like themes",
            "Words used",
        ),
        rows=tuple(_row(source, theme) for theme in placed),
        numeric=(1, 2, 5),
        targets=tuple(theme.anchor for theme in placed),
        printed=(0, 1, 6, 4),
        note_in_workbook=HOW_STEADY,
        only_in_workbook=((MOSTLY, tuple(sentence_case(theme.tone) or NOT_SHOWN for theme in placed)),) if read_tone else (),
    )


def _row(source: RunResults, theme: PlacedTheme) -> tuple[str, ...]:
    return (
        theme.heading,
        theme.people.removesuffix(" people"),
        # 0 where people are too few to be shown, as texts would tell of them.
        number(theme.n_texts) if theme.n_texts else NOT_SHOWN,
        steadiness(theme.stability),
        source.label(theme.code) if theme.code else NOT_IN_CODEBOOK,
        number(theme.family),
        theme.keywords or sentence_case(HELD_BACK),
    )


def _entry(source: RunResults, theme: PlacedTheme, *, words: Words) -> ListEntry:
    # Nearest to the middle of the theme first, and before them what tells something by itself.
    quotable = tuple(sorted(quotes_of(words, theme.exemplars), key=lambda quote: not _is_telling(quote)))[:MOST_EXEMPLARS]
    facts = (
        *((("Title", "given by people"),) if theme.named else ()),
        ("In a sentence", _sentence(source, theme)),
        *((("Praise or complaint", tone_in_words(theme.tone)),) if theme.tone else ()),
        ("Keywords", theme.keywords or sentence_case(HELD_BACK)),
        ("People", theme.people + (" (rare)" if theme.rare else "")),
        ("How steady", steadiness(theme.stability)),
        ("Place in the codebook", _place(source, theme)),
    )
    return ListEntry(theme.anchor, f"Theme {theme.heading}", facts, Quotations(quotable, "" if quotable else words.none))


def _of_family(placed: Sequence[PlacedTheme]) -> dict[str, tuple[str, ...]]:
    """Return the other themes of each theme's family, by its id: all there is to say of likeness where no run made middles."""
    return {
        theme.theme_id: tuple(other.heading for other in placed if other.family == theme.family and other is not theme)
        for theme in placed
    }


def _is_telling(quote: QuotedWords) -> bool:
    return LEAST_TELLING <= len(quote.words.split()) <= MOST_TELLING


def _sentence(source: RunResults, theme: PlacedTheme) -> str:
    """Describe a theme in a sentence; what people said stands below it."""
    if theme.code is not None:
        return f"People speak of what the codebook calls “{source.label(theme.code)}”."
    if theme.title.startswith(MIXED):
        return "People speak of several things, or too few of them use the same words to name it."
    if theme.title:
        return f"People speak of “{sentence_case(theme.title)}”, for which the codebook has no code."
    return "Few people speak of this, and their words are held back."


def _place(source: RunResults, theme: PlacedTheme) -> str:
    if theme.code is None:
        nearest = f"; the nearest code is “{source.label(theme.runner_up)}”" if theme.runner_up else ""
        return "No code of the codebook is like it" + nearest
    who = "agreed by people" if theme.agreed else "suggested by the program"
    return f"{source.label(theme.code)} ({who}, fit {score(theme.fit)} of 1)"
