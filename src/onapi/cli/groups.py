"""The commands below `onapi`: each is loaded when it is asked for.

The operator's load the server, which is not there where only the client was installed, and the provider's the client;
each takes a while.
"""

import functools
import importlib
from collections.abc import Mapping, MutableMapping
from typing import Any

import typer.core
import typer.main

from onapi import errors

LATE: Mapping[str, str] = {
    "demo": "demo:demo",
    "serve": "operator:serve",
    "work": "work:work",
    "migrate": "operator:migrate",
    "doctor": "operator:doctor",
    "settings": "operator:settings",
    "provider": "provider:app",
    "accesses": "accesses:app",
    "catalogue": "catalogue:app",
    "elements": "elements:app",
    "invoices": "invoices:app",
    "network": "network:app",
    "orders": "orders:app",
    "tickets": "tickets:app",
    "simulated": "simulated:app",
    "conform": "conform:conform",
    "sync": "sp.sync:app",
    "sp": "sp.app:app",
}
"""Commands, each with where it is; all but the last three need the server."""


class Commands(typer.core.TyperGroup):
    """The group `onapi`, whose commands are loaded one by one."""

    @property
    def commands(self) -> MutableMapping[str, Any]:
        """All commands that can run here, by name."""
        found = {name: _late(name) for name in LATE}
        return {name: command for name, command in found.items() if command is not None}

    @commands.setter
    def commands(self, given: MutableMapping[str, Any]) -> None:
        """Take none: all that there are are named above."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name; no other is loaded.

        Raises:
            Unsupported: it is not among those of the client, and the server is not installed.
        """
        found = _late(cmd_name)
        if found is None and cmd_name in LATE and not ctx.resilient_parsing:
            raise errors.Unsupported(
                f"`onapi {cmd_name}` is not part of the client; the server's commands come with "
                "pip install 'onapi[server]'."
            )
        return found


@functools.cache
def _late(name: str) -> Any:
    """Return a command, None when there is none of that name or it cannot be loaded here."""
    if name not in LATE:
        return None
    module, _, attribute = LATE[name].partition(":")
    try:
        found = getattr(importlib.import_module(f"onapi.cli.{module}"), attribute)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("onapi"):
            raise
        return None
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(rich_markup_mode=None, add_completion=False)
        alone.command(name)(found)
        found = alone
    return typer.main.get_command(found)
