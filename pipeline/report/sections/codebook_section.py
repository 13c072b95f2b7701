"""Themes against the codebook: which themes each code has, and which themes no code has."""

from collections.abc import Sequence

from pipeline.report.blocks import Block, InWorkbook, Paragraph, ReportSection, TableBlock, nothing_to_show
from pipeline.report.numbers_in_words import number, sentence_case
from pipeline.report.placed_themes import PlacedTheme
from pipeline.runtime.plurals import n_of
from pipeline.workflow.results import RunResults


WITHOUT_THEME = "A code without a theme may still be given to single statements."
WITHOUT_CODE = "A theme without a code may be something that the list lacks: people decide."


def codebook(source: RunResults, placed: Sequence[PlacedTheme]) -> ReportSection:
    """Return codes against themes."""
    name, heading = "themes-and-codebook", "Themes and the team’s list of topics"
    if not source.labels:
        return nothing_to_show(name, heading, "The study has no codebook yet, so there are no codes to compare themes with.")
    return ReportSection(
        name, heading, (Paragraph(_balance(source, placed)), _new_themes(source, placed), InWorkbook((_codes(source, placed),)))
    )


def _balance(source: RunResults, placed: Sequence[PlacedTheme]) -> str:
    n_codes = len(source.labels)
    # Without themes that have no code, and without codes that the codebook no longer has.
    filled = len({theme.code for theme in placed} & set(source.labels))
    new = sum(theme.code is None for theme in placed)
    listed = f"The team had listed {n_of(n_codes, 'topic')} beforehand (the codes of its codebook)"
    if filled == n_codes:
        sentences = [f"{listed}, and each has at least one theme."]
    else:
        sentences = [
            f"{listed}: {n_of(filled, 'has', 'have')} at least one theme, and {n_of(n_codes - filled, 'has', 'have')} none."
        ]
        sentences.append(WITHOUT_THEME)
    if new:
        sentences += [f"{sentence_case(n_of(new, 'theme has', 'themes have'))} no code.", WITHOUT_CODE]
    return " ".join(sentences)


def _codes(source: RunResults, placed: Sequence[PlacedTheme]) -> TableBlock:
    themes = {code: [f"{theme.heading} ({theme.people})" for theme in placed if theme.code == code] for code in source.labels}
    return TableBlock(
        name="codes-and-themes",
        caption="Codes and the themes they fit best, in the codebook’s order",
        header=("Code", "Themes", "Number of themes"),
        rows=tuple((source.label(code), "\n".join(lines) or "No theme", number(len(lines))) for code, lines in themes.items()),
        numeric=(2,),
    )


def _new_themes(source: RunResults, placed: Sequence[PlacedTheme]) -> Block:
    new = [theme for theme in placed if theme.code is None]
    if not new:
        return Paragraph("Every theme has a place in the codebook.")
    return TableBlock(
        name="themes-without-code",
        caption="Themes that are like no code of the codebook",
        header=("Theme", "People", "Nearest code, which does not fit well"),
        rows=tuple(
            (theme.heading, theme.people.removesuffix(" people"), source.label(theme.runner_up) if theme.runner_up else "none")
            for theme in new
        ),
        numeric=(1,),
        targets=tuple(theme.anchor for theme in new),
    )
