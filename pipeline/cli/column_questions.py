"""Ask at the terminal what the doubtful columns of an export are for."""

from itertools import islice

import click

from pipeline.runtime.plurals import n_of
from pipeline.survey.columns.column import shown
from pipeline.survey.columns.settling import Use
from pipeline.survey.readers import Export
from pipeline.workflow.new_study import UseChoice


_CELLS = 5
_WIDTH = 70
_WORDS: dict[Use, str] = {
    "open": "An open question: people answered in their own words",
    "closed": "A closed question: people chose one option",
    "several": "A closed question: people chose several options, which stand in one cell",
    "group": "A group that people belong to, to compare them by",
    "consent": "Consent: it asks whether people may be quoted",
    "unused": "None of these: it stays in the vault and is not used",
}


def ask_about_columns(export: Export, choices: tuple[UseChoice, ...]) -> dict[str, Use]:
    """Return what a person says each doubtful column is for, by its name, where that differs from what was guessed."""
    click.echo(f"{n_of(len(choices), 'column is', 'columns are')} doubtful. You will see what people wrote in the first rows.")
    click.echo("Make sure that nobody else can read your screen.")
    answers = {choice.column: _ask(export, choice, f"{place} of {len(choices)}") for place, choice in enumerate(choices, start=1)}
    click.echo("")
    return {choice.column: answers[choice.column] for choice in choices if answers[choice.column] != choice.guess}


def _ask(export: Export, choice: UseChoice, place: str) -> Use:
    click.echo(f"\n{place}: {choice.doubt}")
    cells = enumerate(export.frame[choice.column].fillna("").tolist(), start=export.first_row)
    for row, cell in islice(((row, cell) for row, cell in cells if cell.strip()), _CELLS):
        click.echo(f"    row {row}: {shown(cell, width=_WIDTH)}")
    click.echo(f"What is {shown(choice.column)}?")
    for number, use in enumerate(choice.uses, start=1):
        click.echo(f"  {number}  {_WORDS[use]}{' (as guessed)' if use == choice.guess else ''}")
    chosen: int = click.prompt(
        "Its number", type=click.IntRange(1, len(choice.uses)), default=choice.uses.index(choice.guess) + 1, show_default=True
    )
    return choice.uses[chosen - 1]
