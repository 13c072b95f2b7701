"""Commands that make, check, run and export a study."""

from pathlib import Path

import click

from pipeline.cli.shared_options import AS_JSON, STUDY
from pipeline.cli.terminal import to_json
from pipeline.runtime.plurals import n_of
from pipeline.runtime.typed_paths import typed


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--from", "export_path", required=True, type=click.Path(path_type=Path), help="The survey export, or a folder of documents."
)
@click.option("--codebook", type=click.Path(path_type=Path), help="A codebook: .csv, .xlsx, .ods or .qdc.")
@click.option("--ask", is_flag=True, help="Ask what doubtful columns are, with the first cells of each.")
def new(folder: Path, export_path: Path, codebook: Path | None, *, ask: bool) -> None:
    """Make a study from a survey export, and say what was guessed and why.

    With --ask you are shown each column of which it is doubtful what it is for, and choose.

    \b
    Example:
      themes new my-study --from export.xlsx --codebook codebook.csv --ask
    """
    from pipeline.cli.column_questions import ask_about_columns
    from pipeline.workflow.new_study import create_study

    proposal = create_study(folder, export_path, codebook=codebook, settle=ask_about_columns if ask else None)
    click.echo(f"Made the study {folder}.")
    if proposal.doubts:
        click.echo("Please look at this first:")
        for doubt in proposal.doubts:
            click.echo(f"  ! {doubt}")
    click.echo("This is what was guessed from the export:")
    for reason in proposal.reasons:
        click.echo(f"  - {reason}")
    click.echo(f"Correct it in {folder / 'study.toml'} where it is wrong; then: themes check {typed(folder)}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def demo(folder: Path) -> None:
    """Copy the sample study, 820 invented people, into a new folder, to try the program on.

    \b
    Example:
      themes demo my-demo
    """
    from pipeline.workflow.demo_study import create_demo

    create_demo(folder)
    click.echo(f"Made the study {folder}: an invented survey on co-production. Everybody in it is invented.")
    click.echo(f"To find its themes: themes run {folder}")


@click.command()
@STUDY
@AS_JSON
def check(study: Path, *, as_json: bool) -> None:
    """Say what is wrong with export, settings or codebook before anything runs.

    \b
    Example:
      themes check my-study
    """
    from pipeline.study.study import load_study
    from pipeline.workflow.checks.check import check as check_study

    result = check_study(load_study(study))
    click.echo(to_json(result.as_dict()) if as_json else result.as_text())
    if result.errors:
        # So that a script can stop here.
        click.get_current_context().exit(11)


@click.command()
@STUDY
@click.option("--until", help="The last stage to run.")
@click.option("--force", is_flag=True, help="Run every stage, changed or not.")
def run(study: Path, *, until: str | None, force: bool) -> None:
    """Find the themes of a study; what has not changed is not run again.

    \b
    Example:
      themes run my-study
    """
    from pipeline.study.study import load_study
    from pipeline.workflow.runner import run as run_study
    from pipeline.workflow.status import drift_note, groups_note, late_note, model_note, summarise

    manifest = run_study(study, until=until, force=force)
    loaded = load_study(study)
    click.echo(summarise(manifest, loaded.folder))
    for note in filter(None, (drift_note(loaded), late_note(loaded), model_note(loaded), groups_note(loaded))):
        click.echo(note)


@click.command()
@STUDY
@AS_JSON
def status(study: Path, *, as_json: bool) -> None:
    """Say what has been run, what came of every row, and what people have still to check.

    \b
    Example:
      themes status my-study
    """
    from pipeline.workflow.status import status as study_status

    result = study_status(study)
    click.echo(to_json(result.as_dict()) if as_json else result.as_text())


@click.command()
@STUDY
@click.option(
    "--to",
    "formats",
    multiple=True,
    required=True,
    help=(
        "html, team, docx, pdf, xlsx, summary, appendix, charts, tables, quotes, loop, easyread, review, qdc, qdpx or sav; "
        "may be repeated."
    ),
)
@click.option(
    "--cases-as-codes",
    is_flag=True,
    help="With qdpx: code each answer with its person, too, for programs that know people by codings, such as QualCoder.",
)
def export(study: Path, formats: tuple[str, ...], *, cases_as_codes: bool) -> None:
    """Write drafts: the report, tables, the closed loop, easy read; and quotations, or files for other programs.

    What holds figures is a draft, and not to be passed on: themes release makes the copy that may be.

    \b
    Example:
      themes export my-study --to html --to tables
    """
    from pipeline.report import EXPORTS
    from pipeline.report import export as export_study
    from pipeline.report.next_steps import next_steps
    from pipeline.study.study import load_study

    if cases_as_codes and "qdpx" not in formats:
        raise click.UsageError("--cases-as-codes is about the project for other programs: give it with --to qdpx.")
    forms = [f"{form}-cases" if cases_as_codes and form == "qdpx" else form for form in formats]
    loaded = load_study(study)
    for path in export_study(loaded, to=forms):
        click.echo(path)
    if any(EXPORTS[name].has_figures for name in formats):
        # Not on stdout, where other programs read the names of the files.
        click.echo(f"Drafts, not to be passed on. Once people have checked them: themes release {study}", err=True)
    for line in next_steps(loaded, formats):
        click.echo(line, err=True)


@click.command()
@STUDY
@click.option(
    "--to",
    "formats",
    multiple=True,
    default=("html", "docx", "xlsx"),
    show_default=True,
    help="html, docx, pdf, xlsx, summary, appendix, charts, tables, quotes, loop, easyread or qdc; may be repeated.",
)
@click.option("--yes", is_flag=True, help="Release it without being asked.")
def release(study: Path, formats: tuple[str, ...], *, yes: bool) -> None:
    """Write what may be passed on to exports/released/, after saying which figures that fixes for good.

    \b
    Example:
      themes release my-study
      themes release my-study --to html --to tables --yes
    """
    from pipeline.report.releases import plan_in_words, plan_release
    from pipeline.report.releases import release as release_study
    from pipeline.study.study import load_study

    loaded = load_study(study)
    plan = plan_release(loaded, to=formats)
    click.echo(plan_in_words(plan), err=True)
    if not yes:
        click.confirm("Release it?", abort=True, err=True)
    for path in release_study(loaded, to=formats, agreed=plan):
        click.echo(path)


@click.command()
@STUDY
def freeze(study: Path) -> None:
    """Save the themes for a later survey, which can then be read with the same themes.

    \b
    Example:
      themes freeze my-study
      cp -r my-study/models next-study/
    """
    from pipeline.workflow.freeze import freeze_themes

    folder, n_themes = freeze_themes(study)
    click.echo(f"{folder}: {n_of(n_themes, 'theme')}, without anybody's answer.")
    click.echo('For the next survey: copy models/themes into its study; in study.toml, under [cluster]: frozen = "models/themes"')
    click.echo(
        "To compare the two by theme: do the same in a copy of this study, run it, and name the copy under [report] earlier."
    )
