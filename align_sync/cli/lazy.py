"""Groups of commands that load the module of a command only when it is used: help and completion stay quick."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
import rich_click

Commands = Mapping[str, tuple[str, str]]
"""Name of each command, with its module and its help in one line."""


class LazyGroup(rich_click.RichGroup):
    """Knows its commands from a table alone; each module of the table holds its command as `command`."""

    def __init__(self, *, table: Commands, **attributes: Any) -> None:  # noqa: ANN401 -- what click's own group takes
        super().__init__(**attributes)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A stand-in with name and help, from the table alone."""
        del ctx
        return rich_click.RichCommand(name=cmd_name, help=self.table[cmd_name][1]) if cmd_name in self.table else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name in self.table:
            command = load_from(self.table, name)
        return name, command, rest


def load_from(table: Commands, name: str) -> click.Command:
    """The command itself."""
    module = table[name][0]
    command = import_module(module).command
    if not isinstance(command, click.Command):
        raise TypeError(f"{module}.command is no command")
    return command
