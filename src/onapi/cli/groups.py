"""The commands below `onapi`: those of a service provider at once, the operator's when one of them is asked for.

The operator's load the server, which takes a while, and is not there where only the client was installed.
"""

import importlib
from collections.abc import MutableMapping
from typing import Any

import typer.core
import typer.main

from onapi import errors


class Commands(typer.core.TyperGroup):
    """The group `onapi`, whose commands of the operator are loaded late."""

    def __init__(self, **attributes: Any) -> None:
        self._own: MutableMapping[str, Any] = {}
        self._operators: MutableMapping[str, Any] | None = None
        super().__init__(**attributes)

    @property
    def commands(self) -> MutableMapping[str, Any]:
        """All commands that can run here, by name."""
        if self._operators is None:
            try:
                self._operators = _operators()
            except ModuleNotFoundError as error:
                if (error.name or "").startswith("onapi"):
                    raise
                self._operators = {}
        return {**self._operators, **self._own}

    @commands.setter
    def commands(self, given: MutableMapping[str, Any]) -> None:
        self._own = given

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name; the operator's are loaded only if it is not a service provider's.

        Raises:
            Unsupported: it is not among those of the client, and the server is not installed.
        """
        found = self._own.get(cmd_name) or self.commands.get(cmd_name)
        if found is None and not self._operators and not ctx.resilient_parsing:
            raise errors.Unsupported(
                f"`onapi {cmd_name}` is not part of the client; the server's commands come with "
                "pip install 'onapi[server]'."
            )
        return found


def _operators() -> MutableMapping[str, Any]:
    group: Any = typer.main.get_command(importlib.import_module("onapi.cli.operating").app)
    loaded: MutableMapping[str, Any] = group.commands
    return loaded
