"""The command `themes`: every command parses, makes one call, and says what came of it."""

import json
import logging
import sys
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from pipeline.errors import PipelineError


STUDY = click.argument("study", type=click.Path(path_type=Path, file_okay=False))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


class Themes(click.Group):
    """A group that shows our errors as sentences and their exit codes, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a PipelineError becomes its sentence on stderr."""
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as fault:
            # The message of a stranger's exception may quote an answer, so only its kind and place are shown.
            click.echo(f"Error: {_fault_sentence(fault)}", err=True)
            ctx.exit(70)


def _fault_sentence(fault: Exception) -> str:
    place = traceback.extract_tb(fault.__traceback__)[-1]
    return (
        f"This is a fault of the program: {type(fault).__name__} in {Path(place.filename).name}, line {place.lineno}. "
        "Nothing that was finished is lost. Please report it with this sentence."
    )


def _version() -> str:
    try:
        return version("manyvoices")
    except PackageNotFoundError:
        return "not installed"


@click.group(cls=Themes, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="themes")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what each stage does.")
def main(*, verbose: bool) -> None:
    """Find themes in the open answers of a survey, on this machine, for people to check.

    \b
    Example:
      themes new my-study --from export.csv
      themes check my-study
      themes run my-study
      themes export my-study --to html
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    logging.getLogger("pipeline").setLevel(logging.INFO if verbose else logging.WARNING)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--from", "export_path", required=True, type=click.Path(path_type=Path), help="The survey export, or a folder of documents."
)
@click.option("--codebook", type=click.Path(path_type=Path), help="A codebook: .csv, .xlsx or .qdc.")
def new(folder: Path, export_path: Path, codebook: Path | None) -> None:
    """Make a study from a survey export, and say what was guessed and why.

    \b
    Example:
      themes new my-study --from export.xlsx --codebook codebook.csv
    """
    from pipeline.proposal import create_study

    proposal = create_study(folder, export_path, codebook=codebook)
    click.echo(f"Made the study {folder}. This is what was guessed from the export:")
    for reason in proposal.reasons:
        click.echo(f"  - {reason}")
    click.echo(f"Correct it in {folder / 'study.toml'} where it is wrong; then: themes check {folder}")


@main.command()
@STUDY
@AS_JSON
def check(study: Path, *, as_json: bool) -> None:
    """Say what is wrong with export, settings or codebook before anything runs.

    \b
    Example:
      themes check my-study
    """
    from pipeline.checking import check as check_study
    from pipeline.study import load_study

    found = check_study(load_study(study))
    click.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) if as_json else found.as_text())
    if found.errors:
        click.get_current_context().exit(11)


@main.command()
@STUDY
@click.option("--until", help="The last stage to run.")
@click.option("--force", is_flag=True, help="Run every stage, changed or not.")
def run(study: Path, *, until: str | None, force: bool) -> None:
    """Find the themes of a study; what has not changed is not run again.

    \b
    Example:
      themes run my-study
    """
    from pipeline.runner import run as run_study
    from pipeline.status import summarise

    click.echo(summarise(run_study(study, until=until, force=force)))


@main.command()
@STUDY
@AS_JSON
def status(study: Path, *, as_json: bool) -> None:
    """Say what has been run, what came of every row, and what people have still to check.

    \b
    Example:
      themes status my-study
    """
    from pipeline.status import status as study_status

    found = study_status(study)
    click.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) if as_json else found.as_text())


@main.command()
@STUDY
@click.option("--to", "formats", multiple=True, required=True, help="html, tables, quotes or review; may be repeated.")
def export(study: Path, formats: tuple[str, ...]) -> None:
    """Write what people take away: the report, tables, quotes, a workbook for review.

    \b
    Example:
      themes export my-study --to html --to tables
    """
    from pipeline.report import export as export_study
    from pipeline.study import load_study

    for path in export_study(load_study(study), to=formats):
        click.echo(path)


@main.group()
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
    from pipeline.templates import start_codebook

    n_codes = start_codebook(path, template=template)
    click.echo(f"Wrote {path} with {n_codes} {'code' if n_codes == 1 else 'codes'}. It opens in Excel; change it together.")


@codebook.command("check")
@click.argument("path", type=click.Path(path_type=Path))
def codebook_check(path: Path) -> None:
    """Say what is wrong with a codebook, or could be clearer.

    \b
    Example:
      themes codebook check codebook.csv
    """
    from pipeline.codebook import check_codebook, read_codebook

    found = read_codebook(path)
    findings = check_codebook(found)
    click.echo(f"{path.name}: {len(found)} codes, {len(findings)} things to look at.")
    for finding in findings:
        click.echo(f"  - {finding}")


@codebook.command("convert")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
def codebook_convert(source: Path, target: Path) -> None:
    """Convert a codebook between .csv and REFI-QDA .qdc, which NVivo, ATLAS.ti and MAXQDA read.

    \b
    Example:
      themes codebook convert codebook.csv codebook.qdc
    """
    from pipeline.codebook import read_codebook, write_codebook

    found = read_codebook(source)
    write_codebook(found, target)
    click.echo(f"Wrote {target} with {len(found)} codes.")


@codebook.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def codebook_diff(old: Path, new: Path) -> None:
    """Show what changed between two codebooks.

    \b
    Example:
      themes codebook diff before.csv codebook.csv
    """
    from pipeline.codebook import diff_codebooks, read_codebook

    changes = diff_codebooks(read_codebook(old), read_codebook(new))
    click.echo(f"{len(changes)} changes." if len(changes) != 1 else "1 change.")
    for change in changes:
        click.echo(f"  - {change}")
