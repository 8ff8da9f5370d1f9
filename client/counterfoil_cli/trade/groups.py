"""The groups of commands: what the files in `contracts/` declare, by group."""

import importlib
import pkgutil
from functools import cache

import typer

from . import contracts
from .command import Command
from .run import callback


@cache
def commands() -> tuple[Command, ...]:
    """All commands, contract by contract in the order of their files' names."""
    names = sorted(each.name for each in pkgutil.iter_modules(contracts.__path__))
    found: list[Command] = []
    for name in names:
        found += importlib.import_module(f"{contracts.__name__}.{name}").COMMANDS
    return tuple(found)


def add_commands(app: typer.Typer, group: str) -> typer.Typer:
    """Add a group's commands to its application."""
    for command in commands():
        if command.group == group:
            app.command(command.name)(callback(command))
    return app


def group_app(group: str, text: str) -> typer.Typer:
    """The application of a group that has nothing but declared commands."""
    app = typer.Typer(help=text, no_args_is_help=True)
    app.callback()(lambda: None)
    return add_commands(app, group)
