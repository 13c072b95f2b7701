"""Commands for people who check the coding, and for what the coder learns from them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pipeline.cli.passphrase import FILE_OPTION, is_terminal, kept_passphrase, new_passphrase
from pipeline.cli.shared_options import AS_JSON, STUDY
from pipeline.cli.terminal import to_json
from pipeline.runtime.plurals import n_of
from pipeline.runtime.typed_paths import typed


@click.command()
@STUDY
@click.option(
    "--order",
    type=click.Choice(["given order", "uncertain", "rare codes first", "random audit"]),
    default="given order",
    show_default=True,
    help="Which excerpts come first.",
)
@click.option("--n", type=click.IntRange(min=1), default=50, show_default=True, help="How many excerpts at most.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file: .xlsx, .csv, or .docx for paper.")
@click.option("--reviewer", help="For whom; only what this person has decided on is left out, so that two code the same.")
@click.option("--seed", type=int, default=42, show_default=True, help="Settles what is drawn by chance.")
def pack(study: Path, order: str, n: int, out: Path | None, reviewer: str | None, seed: int) -> None:
    """Write excerpts for a person to code, in a workbook or on paper, without the model's suggestions.

    \b
    Example:
      themes pack my-study --reviewer Ann --n 30 --out for-ann.xlsx
      themes pack my-study --reviewer Ann --n 30 --out for-ann.docx
    """
    from pipeline.exchange.sheets.pack import pack as pack_sheet
    from pipeline.study.study import load_study

    path, packed = pack_sheet(load_study(study), order=order, n=n, out=out, reviewer=reviewer, seed=seed)
    click.echo(f"{path}: {n_of(packed, 'excerpt')}. When it comes back: themes unpack {typed(study)} FILE")


@click.command()
@STUDY
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reviewer", help="Who coded the sheet, where it does not say for whom it was packed.")
@click.option("--group", help="Their group, such as: lived experience, family, researcher. Once is enough.")
def unpack(study: Path, file: Path, reviewer: str | None, group: str | None) -> None:
    """Take in a sheet that came back, and explain each row that cannot be used.

    \b
    Example:
      themes unpack my-study for-ann.xlsx --group "lived experience"
      themes unpack my-study typed.csv --reviewer Ann
    """
    from pipeline.exchange.sheets.unpack import unpack as unpack_sheet
    from pipeline.study.study import load_study

    click.echo(unpack_sheet(load_study(study), file, reviewer=reviewer, group=group).as_text())


@click.command()
@STUDY
@click.option("--seal", type=click.Path(path_type=Path, dir_okay=False), help="Write a seal to this file, to be kept elsewhere.")
@click.option("--against", type=click.Path(path_type=Path, dir_okay=False), help="A seal or a backup that was kept elsewhere.")
def verify(study: Path, seal: Path | None, against: Path | None) -> None:
    """Say whether people's decisions are as they were written, and as they were sealed.

    \b
    Example:
      themes verify my-study
      themes verify my-study --seal /media/stick/seal.json
      themes verify my-study --against /media/stick/seal.json
    """
    from pipeline.decisions.seal import check_seal, write_seal
    from pipeline.decisions.store import verify_store
    from pipeline.study.study import load_study

    loaded = load_study(study)
    click.echo(verify_store(loaded))
    if against:
        click.echo(check_seal(loaded, against))
    if seal:
        click.echo(write_seal(loaded, seal))


@click.command()
@STUDY
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@FILE_OPTION
@click.option("--no-key", is_flag=True, help="Leave the vault's key out; then you must keep a copy of it yourself.")
def backup(study: Path, file: Path | None, *, passphrase_file: Path | None, no_key: bool) -> None:
    """Put what people decided and wrote, the settings and the vault's key into one file, while people go on deciding.

    \b
    Example:
      themes backup my-study
      themes backup my-study /media/stick/my-study.zip --passphrase-file /media/other/passphrase.txt
    """
    from pipeline.decisions.backup import back_up
    from pipeline.study.study import load_study

    made = back_up(load_study(study), file, passphrase=None if no_key else new_passphrase(passphrase_file))
    click.echo(f"{made.path}: checked; {n_of(made.n_decisions, 'decision')}.")
    click.echo("It holds people's names and notes: keep it as you keep the study.")
    if made.left_out:
        click.echo(f"The codebook {made.left_out} is not in it, since it lies outside the study: back it up where it lies.")
    if made.missing:
        lost = "study.toml names it, and it is not there. Put it back, and back up again."
        click.echo(f"THE CODEBOOK {made.missing} IS NOT IN IT: {lost}")
    if not made.has_key:
        click.echo(
            f"THIS BACKUP HOLDS NO KEY: keep a copy of {study / 'vault' / 'key'} yourself, somewhere safe and not beside this "
            "file. Without it no decision can be used on another machine, and people who were erased come back."
        )


@click.command()
@STUDY
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@FILE_OPTION
def restore(study: Path, file: Path, *, passphrase_file: Path | None) -> None:
    """Put a backup in the place of what is there; what was there is moved aside, and nothing is lost.

    \b
    Example:
      themes restore my-study backups/my-study-20260105-101500.zip
      themes restore my-study my-study.zip --passphrase-file passphrase.txt
    """
    from pipeline.decisions.vault_part import LockedError
    from pipeline.erasure.restore import restore as put_back
    from pipeline.study.study import load_study

    loaded, passphrase = load_study(study), kept_passphrase(passphrase_file)
    try:
        restored = put_back(loaded, file, passphrase=passphrase)
    except LockedError:
        # Asked for only now: a backup without a key needs none.
        if not is_terminal():
            raise
        restored = put_back(loaded, file, passphrase=click.prompt("Passphrase of the backup", hide_input=True))
    decisions = n_of(restored.backup.n_decisions, "decision")
    click.echo(f"Back as of {restored.backup.made_at}: {decisions}. `themes run {typed(study)}` applies them.")
    if restored.aside:
        click.echo(f"What was there before is in {restored.aside}.")
    for note in restored.notes:
        click.echo(note)


@click.command()
@STUDY
@AS_JSON
def agreement(study: Path, *, as_json: bool) -> None:
    """Say how far people agree, in groups and between them, and the model with each, on answers given blind.

    \b
    Example:
      themes agreement my-study
    """
    from dataclasses import asdict

    from pipeline.methods.agreement.agreement_in_words import as_text
    from pipeline.review.current_agreement import agreement as measure
    from pipeline.review.current_agreement import code_labels
    from pipeline.study.study import load_study

    loaded = load_study(study)
    measured = measure(loaded)
    click.echo(to_json(asdict(measured)) if as_json else as_text(measured, code_labels(loaded)))


@click.command()
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
    from pipeline.training import accept_findings, as_dict, as_text, list_second_look, show_learning

    with _progress("Fine-tuning" if thorough else "") as progress:
        learning = show_learning(study, thorough=thorough, progress=progress)
    click.echo(to_json(as_dict(learning)) if as_json else as_text(learning))
    if not as_json and len(learning.second_look):
        click.echo(f"Likely slips are listed for a second look in {list_second_look(learning)}.")
    if (learning.n_new or thorough) and (yes or (not as_json and click.confirm("Let the coder learn this?"))):
        number = accept_findings(learning, by=by)
        # Not on stdout beside JSON, which another program reads whole.
        click.echo(f"Learning {number} is kept; `themes run {typed(study)}` applies it.", err=as_json)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[float], None]]:
    # On stderr and where somebody watches, so that what is piped on stays as it is.
    from tqdm import tqdm

    with tqdm(
        total=100, desc=what, unit="%", leave=False, disable=None if what else True, bar_format="{desc} {percentage:.0f} %{bar}"
    ) as bar:
        yield lambda done: bar.update(round(100 * done) - bar.n)


@click.command()
@STUDY
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others need --behind-tls.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.  [default: 8765, or the next free one]")
@click.option("--behind-tls", metavar="ADDRESS", help="https address people type, where a web server with TLS stands in front.")
@click.option("--invite", metavar="NAME", help="Print a one-time link that makes this person a facilitator (with --behind-tls).")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
def review(study: Path, *, host: str, port: int | None, behind_tls: str | None, invite: str | None, no_browser: bool) -> None:
    """Open the page on which people check the coding together.

    \b
    Example:
      themes review my-study
      themes review my-study --behind-tls https://review.example.org --invite Ana
    """
    from pipeline.review.web.server import serve
    from pipeline.study.study import load_study

    serve(load_study(study), tell=click.echo, host=host, port=port, behind_tls=behind_tls, invite=invite, browser=not no_browser)
