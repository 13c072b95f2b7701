"""The command about the easy-read version."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.cli.options import STUDY


@click.command()
@STUDY
@click.option("--start", is_flag=True, help="Write easyread.csv with a draft from the figures, for people to change.")
@click.option("--approve", is_flag=True, help="Approve the text as it stands now.")
@click.option("--by", metavar="NAME", help="The co-analyst who approves it.")
def easyread(study: Path, *, start: bool, approve: bool, by: str | None) -> None:
    """Say how easy the easy-read version is to read, start it, or approve it.

    \b
    Example:
      themes easyread my-study --start
      themes easyread my-study --approve --by Ana
      themes export my-study --to easyread
    """
    from pipeline.easyreading import approve_easyread, easyread_in_words, start_easyread
    from pipeline.study import load_study

    loaded = load_study(study)
    if start:
        click.echo(f"Wrote {study / 'easyread.csv'} with {start_easyread(loaded)} ideas. Change the words together with people.")
    if approve:
        if not by:
            raise click.UsageError("Say who approves it: --by NAME.")
        approve_easyread(loaded, by=by, when=datetime.now(UTC).date())
    for line in easyread_in_words(loaded):
        click.echo(line)
