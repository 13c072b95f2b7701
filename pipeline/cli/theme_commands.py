"""Commands by which people shape the themes."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.shared_options import STUDY
from pipeline.runtime.typed_paths import typed


if TYPE_CHECKING:
    from pipeline.review.theme_edits import ThemeEditRequest
    from pipeline.review.theme_grain import Grain
    from pipeline.study.study import Study


BY = click.option("--by", default="the team", show_default=True, help="Who asks for it; kept with the edit.")
NUMBER = click.argument("number", type=int)


@click.group()
def theme() -> None:
    """Rename, merge, split and set aside themes; what people ask survives every run.

    \b
    Example:
      themes theme list my-study
      themes theme rename my-study 3 "Getting through by phone"
    """


def _ask(study: Path, wish: "Callable[[Study], ThemeEditRequest]", by: str) -> None:
    from pipeline.review.theme_requests import ask_in_study

    edit_id = ask_in_study(study, wish, by=by)
    place = typed(study)
    click.echo(f"Edit {edit_id} is kept; `themes run {place}` shows it. To take it back: themes theme undo {place} {edit_id}")


@theme.command("list")
@STUDY
def theme_list(study: Path) -> None:
    """List the themes with their numbers, and what people have asked of them.

    \b
    Example:
      themes theme list my-study
    """
    from pipeline.review.theme_requests import list_themes

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
    from pipeline.review.theme_edits import rename_wish

    _ask(study, lambda loaded: rename_wish(loaded, number, title), by)


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
    from pipeline.review.theme_edits import merge_wish

    _ask(study, lambda loaded: merge_wish(loaded, numbers), by)


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
    from pipeline.review.theme_edits import split_wish

    _ask(study, lambda loaded: split_wish(loaded, number, into=into), by)


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
    from pipeline.review.theme_edits import aside_wish

    _ask(study, lambda loaded: aside_wish(loaded, number), by)


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
    from pipeline.review.theme_edits import restore_wish

    _ask(study, lambda loaded: restore_wish(loaded, number), by)


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
    from pipeline.review.theme_edits import map_wish

    _ask(study, lambda loaded: map_wish(loaded, number, code), by)


@theme.command("broader")
@STUDY
@BY
def theme_broader(study: Path, *, by: str) -> None:
    """Make fewer, broader themes of all: those of one family, or of codes with one parent, are joined.

    \b
    Example:
      themes theme broader my-study
    """
    _ask_grain(study, "broader", by)


@theme.command("finer")
@STUDY
@BY
def theme_finer(study: Path, *, by: str) -> None:
    """Make more, finer themes of all: each that falls into two steady groups is divided.

    \b
    Example:
      themes theme finer my-study
    """
    _ask_grain(study, "finer", by)


def _ask_grain(study: Path, grain: "Grain", by: str) -> None:
    from pipeline.review.theme_grain import change_grain
    from pipeline.study.study import load_study

    change = change_grain(load_study(study), grain, by=by)
    edits = " ".join(map(str, change.edit_ids))
    click.echo(
        f"{change.sentence} `themes run {typed(study)}` shows it. To take it back: themes theme undo {typed(study)} {edits}"
    )


@theme.command("undo")
@STUDY
@click.argument("edit_ids", metavar="EDIT...", type=int, nargs=-1, required=True)
@BY
def theme_undo(study: Path, edit_ids: tuple[int, ...], *, by: str) -> None:
    """Take edits of the themes back; they stay on record.

    \b
    Example:
      themes theme undo my-study 2
    """
    from pipeline.review.theme_requests import undo_edits

    undo_edits(study, edit_ids, by=by)
    edits = f"Edit {edit_ids[0]} is" if len(edit_ids) == 1 else f"Edits {', '.join(map(str, edit_ids))} are"
    click.echo(
        f"{edits} taken back; `themes run {typed(study)}` shows the themes without {'it' if len(edit_ids) == 1 else 'them'}."
    )
