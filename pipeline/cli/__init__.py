"""The command `themes`: every command parses, makes one call, and says what came of it."""

import errno
import logging
import os
import sys
import tempfile
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

import click

from pipeline.cli.account_commands import people
from pipeline.cli.codebook_commands import codebook
from pipeline.cli.privacy_commands import confirm, erase, safeguarding
from pipeline.cli.report_commands import easyread, import_project, loop, quote
from pipeline.cli.review_commands import agreement, backup, learn, pack, restore, review, unpack, verify
from pipeline.cli.signals import stop_when_asked
from pipeline.cli.study_commands import check, demo, export, freeze, new, release, run, status
from pipeline.cli.terminal import answer_nobody, is_text, show_what_can_be_shown
from pipeline.cli.theme_commands import theme
from pipeline.errors import PipelineError
from pipeline.runtime.resources import LOADING_MB, check_memory, leave_no_core, search_seldom


# What the system says of a disk or folder, in words; all other faults of the system are taken for faults of the program.
ON_DISK = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EFBIG: "files may not grow so large here",
    errno.EIO: "the disk reports an error",
    errno.EROFS: "the folder is read-only",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EISDIR: "a folder stands where a file belongs",
    errno.ENOTDIR: "a file stands where a folder belongs",
    errno.EEXIST: "something else stands there already",
    errno.ENOTEMPTY: "a folder with something in it stands there",
    errno.ENOENT: "the folder it belongs in is not there, or was moved meanwhile",
    errno.ENAMETOOLONG: "its name is too long",
    errno.ELOOP: "links lead round in a circle",
    errno.EBUSY: "another program uses it",
    errno.ETXTBSY: "another program uses it",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}
_NO_MEMORY = ("allocate memory", "failed to map segment", "not enough memory", "out of memory", "memory allocation")


class ThemesGroup(click.Group):
    """A group that shows our errors as sentences and their exit codes, without a traceback."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the program on whatever terminal there is."""
        show_what_can_be_shown()
        answer_nobody()
        # Where a later argument is refused, click ends without closing what an earlier one opened, such as the study's own
        # folder for temporary files: whoever goes on in this process must not be left with it.
        temporary = tempfile.tempdir, os.environ.get("TMPDIR")
        try:
            return super().main(*arguments, **options)
        finally:
            tempfile.tempdir = temporary[0]
            os.environ.pop("TMPDIR", None)
            if temporary[1] is not None:
                os.environ["TMPDIR"] = temporary[1]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse arguments that are not text, since nothing could be kept of them."""
        for argument in args:
            if not is_text(argument):
                raise click.UsageError(
                    f"“{argument}” holds signs that are not text here. If it is the name of a file, give the file another name; "
                    "otherwise type it again."
                )
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by what a person wants to do."""
        for heading, commands in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl([(str(command.name), text) for command, text in commands.items()], col_max=12)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a PipelineError becomes its sentence on stderr."""
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("Stopped. What was finished is kept; the same command goes on from there.", err=True)
            # As shells count a program that Ctrl-C has ended.
            ctx.exit(130)
        except OSError as fault:
            if _is_short_of_memory(fault):
                _end_short_of_memory(ctx)
            if fault.errno not in ON_DISK:
                click.echo(f"Error: {_fault_sentence(fault)}", err=True)
                ctx.exit(70)
            click.echo(f"Error: {_disk_sentence(fault)}", err=True)
            ctx.exit(74)
        except Exception as fault:
            if _is_short_of_memory(fault):
                _end_short_of_memory(ctx)
            # The message of a stranger's exception may quote an answer, so only its kind and place are shown.
            click.echo(f"Error: {_fault_sentence(fault)}", err=True)
            ctx.exit(70)


def _is_short_of_memory(fault: BaseException | None) -> bool:
    """Say whether memory is what was wanting, also behind a fault that came of it: libraries say so each in its own way."""
    while fault is not None:
        # Only of the kinds that libraries and the system raise for it.
        is_of_system = isinstance(fault, OSError | ImportError | RuntimeError)
        if isinstance(fault, MemoryError) or (is_of_system and any(sign in str(fault).casefold() for sign in _NO_MEMORY)):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _end_short_of_memory(ctx: click.Context) -> NoReturn:
    click.echo(
        "Error: There is not enough memory for this. What was finished is kept. Close other programs and give the same command "
        "again, or use a machine with more memory.",
        err=True,
    )
    ctx.exit(71)


def _disk_sentence(fault: OSError) -> str:
    # A file is put together under another name first; the second is the one it was to have.
    name = Path(str(fault.filename2 or fault.filename)).name if fault.filename else "A file"
    return (
        f"{name} could not be written: {ON_DISK[fault.errno or 0]}. What was there before is as it was; put that right and give "
        "the same command again."
    )


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


@click.group(cls=ThemesGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
      themes release my-study
    """
    stop_when_asked()
    leave_no_core()
    search_seldom()
    # Threads that wait for work in a loop take the processor from those that have some: 48 s of it or 7 s on a busy machine.
    # The libraries look once, when they are loaded, so this comes first.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # The other one sets aside 1 GB of the address space at once, which is much where `ulimit -v` bounds it.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    check_memory(LOADING_MB)
    # Libraries' own notes are not for people who use the program.
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    logging.getLogger("pipeline").setLevel(logging.INFO if verbose else logging.WARNING)


SECTIONS: dict[str, dict[click.Command, str]] = {
    "From a survey to themes": {
        demo: "Copy the sample study into a new folder, to try it",
        new: "Make a study from a survey export",
        check: "Say what is wrong before anything runs",
        run: "Find the themes",
        status: "Say what has been run, and what people have to check",
        export: "Write drafts of the report, quotations and other files",
    },
    "People check it": {
        review: "Open the page on which people check the coding",
        people: "Say who reviews, and let somebody in again",
        pack: "Write excerpts for a person to code on paper",
        unpack: "Take in a sheet that came back",
        learn: "Let the coder learn from what people decided",
        agreement: "Say how far people agree",
        theme: "Rename, merge, split and set aside themes",
        codebook: "Start, check, convert and compare codebooks",
    },
    "What comes of it": {
        release: "Write what may be passed on, and fix its figures",
        quote: "Note where quotations were used, and find them again",
        loop: "Say which themes have no answer yet",
        easyread: "Start, measure and approve the easy-read version",
    },
    "People's rights and safety": {
        safeguarding: "List answers that may speak of harm",
        confirm: "List what the team wrote that may tell who somebody is",
        erase: "Take a person who withdraws out of a study",
    },
    "Kept safe, and carried on": {
        verify: "Say whether people's decisions are as they were written",
        backup: "Save decisions, settings and the key in one file",
        restore: "Put a backup in the place of what is there",
        freeze: "Save the themes for a later survey",
        import_project: "Take in codings from NVivo, ATLAS.ti or MAXQDA",
    },
}
"""The commands by what a person wants to do, and what each does in as many words as fit on a line."""
for commands in SECTIONS.values():
    for command, short_help in commands.items():
        command.short_help = short_help
        main.add_command(command)
