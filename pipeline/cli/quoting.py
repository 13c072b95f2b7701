"""Commands about quotations that have been used."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.cli.options import STUDY


@click.group()
def quote() -> None:
    """Note where quotations were used, and find them again when somebody withdraws.

    \b
    Example:
      themes quote where my-study
    """


@quote.command("used")
@STUDY
@click.argument("quote_id", metavar="ID")
@click.option("--where", required=True, help="The title of the report, talk or page.")
@click.option("--page", default="", help="The page or slide.")
@click.option("--by", default="the team", show_default=True, metavar="NAME", help="Who used it.")
def quote_used(study: Path, quote_id: str, where: str, page: str, by: str) -> None:
    """Note where a quotation was used; its id is in exports/quotes.csv.

    \b
    Example:
      themes quote used my-study 1b9c0f3e5a7d2846 --where "Annual report 2026" --page 12
    """
    from pipeline.quote_register import note_use
    from pipeline.report.quotebank import quote_ids
    from pipeline.study import load_study

    loaded = load_study(study)
    today = datetime.now(UTC).date()
    use = note_use(loaded, quote_id, where=where, page=page, by=by, when=today, known=quote_ids(loaded))
    click.echo(f"Noted: {use.quote} in {use.where}{f', page {use.page}' if use.page else ''}.")


@quote.command("where")
@STUDY
def quote_where(study: Path) -> None:
    """List where quotations were used, first those that may no longer be used.

    \b
    Example:
      themes quote where my-study
    """
    from pipeline.report.quotebank import uses_in_words
    from pipeline.study import load_study

    for line in uses_in_words(load_study(study)):
        click.echo(line)
