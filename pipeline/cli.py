"""The command `themes`: every command parses, makes one call, and says what came of it."""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    from pipeline.status import drift_note, summarise
    from pipeline.study import load_study

    click.echo(summarise(run_study(study, until=until, force=force)))
    if note := drift_note(load_study(study)):
        click.echo(note)


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


@main.command()
@STUDY
@click.option(
    "--order",
    type=click.Choice(["given order", "uncertain", "rare codes first", "random audit"]),
    default="given order",
    show_default=True,
    help="Which excerpts come first.",
)
@click.option("--n", type=click.IntRange(min=1), default=50, show_default=True, help="How many excerpts at most.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file, .xlsx or .csv.  [default: sheet.xlsx]")
@click.option("--reviewer", help="Leave out only what this person has decided on, so that two people code the same.")
@click.option("--seed", type=int, default=42, show_default=True, help="Settles what is drawn by chance.")
def pack(study: Path, order: str, n: int, out: Path | None, reviewer: str | None, seed: int) -> None:
    """Write a sheet of excerpts for a person to code, without the model's suggestions.

    \b
    Example:
      themes pack my-study --order uncertain --n 30 --out for-ann.xlsx
    """
    from pipeline.packing import pack as pack_sheet
    from pipeline.study import load_study

    path, packed = pack_sheet(load_study(study), order=order, n=n, out=out, reviewer=reviewer, seed=seed)
    click.echo(f"{path}: {packed:,} {'excerpt' if packed == 1 else 'excerpts'}. When it comes back: themes unpack {study} FILE")


@main.command()
@STUDY
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reviewer", required=True, help="Who coded the sheet.")
@click.option("--group", help="Their group, such as: lived experience, family, researcher. Once is enough.")
def unpack(study: Path, file: Path, reviewer: str, group: str | None) -> None:
    """Take in a sheet that came back, and explain each row that cannot be used.

    \b
    Example:
      themes unpack my-study for-ann.xlsx --reviewer Ann --group "lived experience"
    """
    from pipeline.review.unpacking import unpack as unpack_sheet
    from pipeline.study import load_study

    click.echo(unpack_sheet(load_study(study), file, reviewer=reviewer, group=group).as_text())


@main.command()
@STUDY
def verify(study: Path) -> None:
    """Say whether people's decisions are as they were written.

    \b
    Example:
      themes verify my-study
    """
    from pipeline.review.store import verify_store
    from pipeline.study import load_study

    click.echo(verify_store(load_study(study)))


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


@main.command()
@STUDY
@click.option("--thorough", is_flag=True, help="Fine-tune the model itself: better with many decisions, and slow.")
@click.option("--yes", is_flag=True, help="Let the coder learn without being asked.")
@AS_JSON
@click.option("--by", default="the team", show_default=True, metavar="NAME", help="Who says yes; kept with the learning.")
def learn(study: Path, *, thorough: bool, yes: bool, as_json: bool, by: str) -> None:
    """Show what people's decisions would teach the coder, and let it learn them if you say so.

    \b
    Example:
      themes learn my-study
      themes learn my-study --thorough --yes --by Ana
    """
    from pipeline.learning import accept, as_dict, as_text, list_second_look, show_learning

    with _progress("Fine-tuning" if thorough else "") as told:
        found = show_learning(study, thorough=thorough, progress=told)
    click.echo(json.dumps(as_dict(found), indent=1, ensure_ascii=False) if as_json else as_text(found))
    if not as_json and len(found.second_look):
        click.echo(f"Likely slips are listed for a second look in {list_second_look(found)}.")
    if (found.n_new or thorough) and (yes or (not as_json and click.confirm("Let the coder learn this?"))):
        number = accept(found, by=by)
        click.echo(f"Learning {number} is kept; `themes run {study}` applies it.", err=as_json)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[float], None]]:
    """Show on stderr how far something slow is, where somebody watches."""
    from tqdm import tqdm

    with tqdm(
        total=100, desc=what, unit="%", leave=False, disable=None if what else True, bar_format="{desc} {percentage:.0f} %{bar}"
    ) as bar:
        yield lambda done: bar.update(round(100 * done) - bar.n)


@main.command()
@STUDY
def freeze(study: Path) -> None:
    """Save the themes for a later survey, which can then be read with the same themes.

    \b
    Example:
      themes freeze my-study
      cp -r my-study/models next-study/
    """
    from pipeline.freezing import freeze_themes

    folder, n_themes = freeze_themes(study)
    click.echo(f"{folder}: {n_themes} {'theme' if n_themes == 1 else 'themes'}, without anybody's answer.")
    click.echo('For the next survey: copy models/themes into its study; in study.toml, under [cluster]: frozen = "models/themes"')


BY = click.option("--by", default="the team", show_default=True, help="Who asks for it; kept with the edit.")
NUMBER = click.argument("number", type=int)


@main.group()
def theme() -> None:
    """Rename, merge, split and set aside themes; what people ask survives every run.

    \b
    Example:
      themes theme list my-study
      themes theme rename my-study 3 "Getting through by phone"
    """


def _say_edit(study: Path, edit_id: int) -> None:
    click.echo(f"Edit {edit_id} is kept; `themes run {study}` shows it. To take it back: themes theme undo {study} {edit_id}")


@theme.command("list")
@STUDY
def theme_list(study: Path) -> None:
    """List the themes with their numbers, and what people have asked of them.

    \b
    Example:
      themes theme list my-study
    """
    from pipeline.shaping import list_themes

    click.echo(list_themes(study))


@theme.command("rename")
@STUDY
@NUMBER
@click.argument("title")
@BY
def theme_rename(study: Path, number: int, title: str, *, by: str) -> None:
    """Give a theme a title of your own.

    \b
    Example:
      themes theme rename my-study 3 "Getting through by phone" --by Ana
    """
    from pipeline.shaping import rename_theme

    _say_edit(study, rename_theme(study, number, title, by=by))


@theme.command("merge")
@STUDY
@click.argument("numbers", type=int, nargs=-1, required=True)
@BY
def theme_merge(study: Path, numbers: tuple[int, ...], *, by: str) -> None:
    """Make one theme of two or more.

    \b
    Example:
      themes theme merge my-study 3 5
    """
    from pipeline.shaping import merge_themes

    _say_edit(study, merge_themes(study, numbers, by=by))


@theme.command("split")
@STUDY
@NUMBER
@click.option("--into", type=click.IntRange(2, 9), default=2, show_default=True, help="How many parts.")
@BY
def theme_split(study: Path, number: int, *, into: int, by: str) -> None:
    """Divide a theme by meaning into parts, for people to name.

    \b
    Example:
      themes theme split my-study 3 --into 2
    """
    from pipeline.shaping import split_theme

    _say_edit(study, split_theme(study, number, into=into, by=by))


@theme.command("aside")
@STUDY
@NUMBER
@BY
def theme_aside(study: Path, number: int, *, by: str) -> None:
    """Set a theme aside: it stays listed, and no longer counts among the themes.

    \b
    Example:
      themes theme aside my-study 3
    """
    from pipeline.shaping import set_theme_aside

    _say_edit(study, set_theme_aside(study, number, by=by))


@theme.command("restore")
@STUDY
@NUMBER
@BY
def theme_restore(study: Path, number: int, *, by: str) -> None:
    """Count a theme again that was set aside.

    \b
    Example:
      themes theme restore my-study 14
    """
    from pipeline.shaping import restore_theme

    _say_edit(study, restore_theme(study, number, by=by))


@theme.command("map")
@STUDY
@NUMBER
@click.argument("code")
@BY
def theme_map(study: Path, number: int, code: str, *, by: str) -> None:
    """Say which code of the codebook a theme stands for.

    \b
    Example:
      themes theme map my-study 3 access
    """
    from pipeline.shaping import map_theme

    _say_edit(study, map_theme(study, number, code, by=by))


@theme.command("undo")
@STUDY
@click.argument("edit_id", metavar="EDIT", type=int)
@BY
def theme_undo(study: Path, edit_id: int, *, by: str) -> None:
    """Take an edit of the themes back; it stays on record.

    \b
    Example:
      themes theme undo my-study 2
    """
    from pipeline.shaping import undo_edit

    undo_edit(study, edit_id, by=by)
    click.echo(f"Edit {edit_id} is taken back; `themes run {study}` shows the themes without it.")
