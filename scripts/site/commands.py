"""Every command and option, as `--help` has them."""

from collections.abc import Iterator
from typing import Any

import typer.main

from onapi.cli.main import app

_HEAD = """# All commands

Made from the program. [The command line](cli.md) tells what they are for, and how they belong together.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_commands(typer.main.get_command(app), "onapi")])


def _commands(command: Any, path: str) -> Iterator[str]:
    below = getattr(command, "commands", None)
    if below is not None:
        for name, child in sorted(below.items()):
            yield from _commands(child, f"{path} {name}")
        return
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = " ".join([path, *map(_name, arguments)])
    yield f"## `{path}`\n\n{command.help or ''}\n\n```\n{usage}\n```\n"
    if arguments or options:
        yield "| | |\n|---|---|"
        for argument in arguments:
            yield f"| `{_name(argument)}` | {_cell(getattr(argument, 'help', None))} |"
        for option in options:
            yield f"| {', '.join(f'`{name}`' for name in option.opts)} | {_cell(option.help)} |"
        yield ""


def _name(argument: Any) -> str:
    return (argument.metavar or argument.name or "").upper()


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")
