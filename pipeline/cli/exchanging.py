"""Commands for work that goes on in other programs."""

from pathlib import Path

import click

from pipeline.cli.options import STUDY


@click.command("import")
@STUDY
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--group", "groups", multiple=True, metavar="NAME=GROUP", help="The group of a coder who is new; may be repeated.")
@click.option("--yes", is_flag=True, help="Take it in without being asked.")
def import_project(study: Path, file: Path, groups: tuple[str, ...], *, yes: bool) -> None:
    """Take in codings from a .qdpx of NVivo, ATLAS.ti, MAXQDA and others, after saying what would come in.

    \b
    Example:
      themes export my-study --to qdpx
      themes import my-study from-nvivo.qdpx --group "Jo=researcher"
    """
    from pipeline.importing import accept, parse_groups, read_incoming
    from pipeline.study import load_study

    found = read_incoming(load_study(study), file, groups=parse_groups(groups))
    click.echo(found.as_text())
    if found.n_new and (yes or click.confirm(f"Take in {found.n_new:,} decisions?")):
        click.echo(f"{accept(found):,} decisions taken in. `themes run {study}` settles the codings.")
