"""The reference of commands and exit codes, made from the commands themselves."""

from collections.abc import Iterator

import click

from pipeline.errors import PipelineError


_EXIT_CODES = {
    0: "All is well.",
    2: "The command was not typed as it must be.",
    70: "A fault of the program. Please report it.",
    71: "There is not enough memory.",
    74: "The disk did not take what was written.",
    130: "Ctrl-C ended the command. What was finished is kept.",
    143: "Another program ended the command. What was finished is kept.",
}


def commands_as_markdown(main: click.Group, sections: dict[str, dict[click.Command, str]]) -> str:
    """Describe every command with its arguments and options, and then the exit codes."""
    return "\n".join((*_commands(main, sections), *_exit_codes())) + "\n"


def _commands(main: click.Group, sections: dict[str, dict[click.Command, str]]) -> Iterator[str]:
    with click.Context(main, info_name="themes") as ctx:
        for heading, commands in sections.items():
            yield f"## {heading}\n"
            for command in commands:
                yield from _command(command, ctx)


def _command(command: click.Command, above: click.Context) -> Iterator[str]:
    with click.Context(command, parent=above, info_name=command.name) as ctx:
        usage = " ".join((ctx.command_path, *command.collect_usage_pieces(ctx)))
        purpose = " ".join((command.help or "").split("\b")[0].split())
        yield f"### `{ctx.command_path}`\n\n    {usage}\n\n{purpose}\n"
        options = [record for parameter in command.params if (record := parameter.get_help_record(ctx)) and record[1]]
        if options:
            yield "| option | |\n|---|---|"
            yield from (f"| `{_in_cell(option)}` | {_in_cell(text)} |" for option, text in options)
            yield ""
        if isinstance(command, click.Group):
            for inner in command.commands.values():
                yield from _command(inner, ctx)


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


def _exit_codes() -> Iterator[str]:
    kinds: dict[int, str] = {}
    for kind in _kinds(PipelineError):
        # A finer kind with the same code is told by its own sentence.
        kinds.setdefault(kind.exit_code, " ".join((kind.__doc__ or "").split()))
    yield "## Exit codes\n\n| code | what it says |\n|---:|---|"
    yield from (f"| {code} | {text} |" for code, text in sorted((kinds | _EXIT_CODES).items()))


def _kinds(base: type[PipelineError]) -> Iterator[type[PipelineError]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)
