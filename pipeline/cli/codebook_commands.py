"""Commands about codebooks."""

from pathlib import Path

import click

from pipeline.runtime.plurals import n_of


@click.group()
def codebook() -> None:
    """Start, check, convert and compare codebooks.

    \b
    Example:
      themes codebook check codebook.csv
    """


@codebook.command("new")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--template",
    type=click.Choice(["coproduction", "i-statements", "blank"]),
    default="blank",
    show_default=True,
    help="What to start from.",
)
def codebook_new(path: Path, template: str) -> None:
    """Start a codebook of your own from a template.

    \b
    Example:
      themes codebook new my-codebook.csv --template i-statements
    """
    from pipeline.codebook.templates import start_codebook

    n_codes = start_codebook(path, template=template)
    click.echo(f"Wrote {path} with {n_of(n_codes, 'code')}. It opens in Excel; change it together.")


@codebook.command("check")
@click.argument("path", type=click.Path(path_type=Path))
def codebook_check(path: Path) -> None:
    """Say what is wrong with a codebook, or could be clearer.

    \b
    Example:
      themes codebook check codebook.csv
    """
    from pipeline.codebook.codebook import check_codebook, read_codebook

    book = read_codebook(path)
    findings = check_codebook(book)
    click.echo(f"{path.name}: {n_of(len(book), 'code')}, {n_of(len(findings), 'thing')} to look at.")
    for finding in findings:
        click.echo(f"  - {finding}")


@codebook.command("convert")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--for", "program", type=click.Choice(["taguette"]), help="Write the list of codes that this program imports.")
def codebook_convert(source: Path, target: Path, program: str | None) -> None:
    """Convert a codebook between .csv, .xlsx and REFI-QDA .qdc, which NVivo, ATLAS.ti and MAXQDA read.

    The source may also be .ods, a list of codes of another program, or a project (.qdpx).

    \b
    Example:
      themes codebook convert codebook.csv codebook.qdc
      themes codebook convert from-nvivo.qdpx codebook.csv
      themes codebook convert codebook.csv for-taguette.csv --for taguette
    """
    from pipeline.codebook.codebook import as_row, write_codebook
    from pipeline.codebook.other_tables import write_for_taguette
    from pipeline.errors import CodebookError
    from pipeline.exchange.refi.project_codebook import read_any_codebook
    from pipeline.runtime.plain_files import is_there

    if is_there(target):
        raise CodebookError(f"{target.name} is there already; choose another name, so that nobody's work is overwritten.")
    book, losses = read_any_codebook(source)
    if program == "taguette":
        if target.suffix.lower() != ".csv":
            raise CodebookError(f"{target.name}: Taguette imports a list of codes as .csv. Name it like that.")
        write_for_taguette([as_row(code) for code in book.codes], target)
        losses = (*losses, "all but the label and the definition, which is all that Taguette keeps of a code")
    else:
        write_codebook(book, target)
    click.echo(f"Wrote {target} with {n_of(len(book), 'code')}.")
    # Other programs keep more of a code than a codebook here has columns for.
    for loss in losses:
        click.echo(f"  - not carried over: {loss}")


@codebook.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def codebook_diff(old: Path, new: Path) -> None:
    """Show what changed between two codebooks.

    \b
    Example:
      themes codebook diff before.csv codebook.csv
    """
    from pipeline.codebook.codebook import diff_codebooks
    from pipeline.exchange.refi.project_codebook import read_any_codebook

    changes = diff_codebooks(read_any_codebook(old)[0], read_any_codebook(new)[0])
    click.echo(f"{n_of(len(changes), 'change')}.")
    for change in changes:
        click.echo(f"  - {change}")
