"""Commands about quotations, easy read, the closed loop, and files of other programs."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.cli.shared_options import OPTIONAL_STUDY, STUDY
from pipeline.runtime.plurals import n_of
from pipeline.runtime.typed_paths import typed


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
    from pipeline.report.quote_bank import quote_ids
    from pipeline.study.quote_uses import note_use
    from pipeline.study.study import load_study

    loaded = load_study(study)
    today = datetime.now(UTC).date()
    use = note_use(loaded, quote_id, where=where, page=page, by=by, when=today, ids=quote_ids(loaded))
    click.echo(f"Noted: {use.quote} in {use.where}{f', page {use.page}' if use.page else ''}.")


@quote.command("where")
@STUDY
def quote_where(study: Path) -> None:
    """List where quotations were used, first those that may no longer be used.

    \b
    Example:
      themes quote where my-study
    """
    from pipeline.report.quote_bank import uses_in_words
    from pipeline.study.study import load_study

    for line in uses_in_words(load_study(study)):
        click.echo(line)


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
    # Here and in the other commands: imported only when it is called, or `--help` would wait for libraries of all of them.
    from pipeline.report.easyread import approve_easyread, easyread_in_words, start_easyread
    from pipeline.study.study import load_study

    loaded = load_study(study)
    if start:
        click.echo(f"Wrote {study / 'easyread.csv'} with {start_easyread(loaded)} ideas. Change the words together with people.")
    if approve:
        if not by:
            raise click.UsageError("Say who approves it: --by NAME.")
        approve_easyread(loaded, by=by, when=datetime.now(UTC).date())
    for line in easyread_in_words(loaded):
        click.echo(line)


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
    from pipeline.report.answered_actions import TABLES, in_words, standing, themes_to_answer
    from pipeline.study.actions import FILE, WHAT, start_loop
    from pipeline.study.study import load_study
    from pipeline.workflow.results import read_results

    source = read_results(load_study(study), TABLES)
    if start:
        n = start_loop(source.study, themes_to_answer(source))
        click.echo(f"Wrote {study / FILE} with {n_of(n, 'row')}. It opens in Excel. Its columns:")
        click.echo("\n".join(f"  {name}: {what}" for name, what in WHAT.items()))
        # Where the themes stand would say of a new file that nothing is answered.
        return
    for line in in_words(standing(source)):
        click.echo(line)


@click.command("import")
@OPTIONAL_STUDY
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--group", "groups", multiple=True, metavar="NAME=GROUP", help="The group of a coder who is new; may be repeated.")
@click.option(
    "--counting",
    metavar="WAY",
    default=None,
    help="How the program counted characters, where the report asks: such as utf16/2 (UTF-16 units, \\r\\n as two).",
)
@click.option("--yes", is_flag=True, help="Take it in without being asked.")
@click.option(
    "--check",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Say what is in a .qdpx or .qdc and what deviates from the standard; no study is needed.",
)
def import_project(
    study: Path | None, file: Path | None, groups: tuple[str, ...], *, counting: str | None, yes: bool, check: Path | None
) -> None:
    """Take in codings from a .qdpx of NVivo, ATLAS.ti, MAXQDA and others, after saying what would come in.

    \b
    Example:
      themes export my-study --to qdpx
      themes import my-study from-nvivo.qdpx --group "Jo=researcher"
      themes import --check from-nvivo.qdpx
    """
    from pipeline.exchange.refi.conformance import conformance
    from pipeline.exchange.refi.import_ import import_decisions, parse_groups, read_incoming
    from pipeline.study.study import load_study

    if check:
        click.echo(conformance(check))
        return
    if study is None or file is None:
        raise click.UsageError("Give the study and the file: themes import my-study from-nvivo.qdpx")
    incoming = read_incoming(load_study(study), file, groups=parse_groups(groups), counting=counting or "")
    click.echo(incoming.as_text())
    if incoming.n_new and (yes or click.confirm(f"Take in {n_of(incoming.n_new, 'decision')}?")):
        click.echo(f"{n_of(import_decisions(incoming), 'decision')} taken in. `themes run {typed(study)}` settles the codings.")
