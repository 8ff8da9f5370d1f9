"""Writes `docs/commands.md`: `python -m counterfoil_cli.trade.describe > docs/commands.md`."""

import sys
from collections.abc import Iterator

import typer
from counterfoil_contracts.core.codes import RefusalCode

from counterfoil_cli.application import GROUPS, Group

from .command import Command, Field
from .complaints import way_out_of
from .groups import commands

_HEAD = """\
# The commands of the trade contracts

Written by `python -m counterfoil_cli.trade.describe` from the operations that the contracts declare; a test
compares. `counterfoil <group> <command> --help` says the same of one command, with an example. Operations for
which nobody has written a command have one all the same, which `counterfoil <group> --help` lists.

- **Who acts** is `--org BankA --user officer1` (or `COUNTERFOIL_ORG`, `COUNTERFOIL_USER`); where one user
  alone holds the role that it takes, neither is needed. `--dir` (`COUNTERFOIL_DIR`) is the network's folder;
  `--profile` and `--journal` stand in place of what lies there. The commands are the same on both engines.
- **Amounts** are typed in decimals, `60000.00`, `'60,000.00 USD'`; days as `2026-03-31` or `today`; documents
  as files: UBL 2.1, UN/CEFACT CII or JSON. `--request FILE` takes the whole request as JSON instead, amounts
  in minor units.
- **`--json`** prints one JSON object, also of an error: `{"error": {"code", "text", "exit_code", ...}}`.
- **`--dry-run`** shows the second person what a step would move, by an evaluate that writes nothing.
- **Nothing is done twice.** A request is in the person's journal before it is sent. The same command again
  settles what a killed one left open; so does `counterfoil resume`. With `--step NAME` it is also safe long
  afterwards.

| exit code | meaning |
|---|---|
| 0 | done |
| 2 | something stated is wrong; field, value and way out are told |
| 5 | a profile, a key or a journal cannot be used |
| 9 | the contract refuses, with one of the codes at the end of this page |
| 10 | nobody knows yet whether it is done; `counterfoil resume` finds out |
| 11 | no peer answers, or none endorses |
"""


def page() -> str:
    """The whole page."""
    groups = {command.group for command in commands() if not command.is_derived}
    parts = [_HEAD]
    for group in GROUPS:
        if group.name in groups:
            parts += _section(group)
    return "\n".join([*parts, *_refusals()])


def _section(group: Group) -> Iterator[str]:
    yield f"## `counterfoil {group.name}`\n"
    yield f"{group.help}\n"
    yield "| command | what | who | operation |\n|---|---|---|---|"
    own = [command for command in commands() if command.group == group.name]
    names = {command.name for command in own}
    for info in group.load().registered_commands:
        name = info.name or getattr(info.callback, "__name__", "").replace("_", "-")
        if name not in names:
            yield _own_row(group.name, name, info)
    for command in own:
        if not command.is_derived:
            yield _row(command)
    yield ""


def _own_row(group: str, name: str, info: typer.models.CommandInfo) -> str:
    text = " ".join((getattr(info.callback, "__doc__", "") or "").split("\n\n")[0].split())
    return f"| `{group} {name}` | {text} | – | – |"


def _row(command: Command) -> str:
    stated = " ".join(map(_shown, command.stated))
    dry = " [--dry-run]" if command.preview is not None else ""
    who = ", ".join(f"`{role.role}`" for role in command.operation.roles)
    call = f"{command.group} {command.name} {stated}{dry}".replace("  ", " ").strip()
    return f"| `{_cell(call)}` | {_cell(command.help)} | {who} | `{command.operation.full_name}` |"


def _shown(field: Field) -> str:
    value = "" if field.kind.is_flag or field.is_argument else f" {field.kind.metavar}"
    more = " …" if field.kind.many else ""
    text = f"{field.shown}{value}{more}"
    return text if field.is_required else f"[{text}]"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _refusals() -> Iterator[str]:
    yield "## Refusals and ways out\n"
    yield "| code | way out |\n|---|---|"
    for code in RefusalCode:
        yield f"| `{code.value}` | {way_out_of(code.value)} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
