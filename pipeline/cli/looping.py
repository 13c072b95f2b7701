"""The command about what came of what people said."""

from pathlib import Path

import click

from pipeline.cli.options import STUDY


@click.command()
@STUDY
@click.option("--start", is_flag=True, help="Write loop.csv with a row for each theme, to fill in.")
def loop(study: Path, *, start: bool) -> None:
    """Say which themes have no answer yet, or are overdue: those with most people first.

    \b
    Example:
      themes loop my-study --start
      themes loop my-study
      themes export my-study --to loop
    """
    from pipeline.loop import FILE, WHAT, start_loop
    from pipeline.report.looping import TABLES, in_words, standing, themes_to_answer
    from pipeline.report.source import read_source
    from pipeline.study import load_study

    source = read_source(load_study(study), TABLES)
    if start:
        n = start_loop(source.study, themes_to_answer(source))
        click.echo(f"Wrote {study / FILE} with {n} rows. It opens in Excel. Its columns:")
        click.echo("\n".join(f"  {name}: {what}" for name, what in WHAT.items()))
        return
    for line in in_words(standing(source)):
        click.echo(line)
