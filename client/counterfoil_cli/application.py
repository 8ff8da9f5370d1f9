"""Put the command groups together; only the one asked for is imported, others may lack their extras."""

import importlib
import importlib.metadata
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from counterfoil_cli.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class Group:
    """A module of this package whose `app` is the group's Typer application; `help` is one line.

    With `of_contracts`, the group is made of what the trade contracts declare; a module may add to it.
    """

    name: str
    help: str
    of_contracts: bool = False

    @property
    def module(self) -> str:
        """Its import path."""
        return "counterfoil_cli.trade.groups" if self.of_contracts else f"counterfoil_cli.{self.name}"

    def load(self) -> typer.Typer:
        """Its application. Raises ModuleNotFoundError where an extra is missing."""
        module = importlib.import_module(self.module)
        found: typer.Typer = module.group_app(self.name, self.help) if self.of_contracts else module.app
        return found


GROUPS = (
    Group("network", "Start, stop and look at a network on this machine."),
    Group("demo", "From nothing to a financed, twice-refused and audited invoice."),
    Group("declaration", "Export declarations, as customs states them.", of_contracts=True),
    Group("invoice", "Read invoice files (UBL 2.1, UN/CEFACT CII), rehearse and freeze invoices."),
    Group("consent", "What an enterprise signs, and what a bank sees with it."),
    Group("financing", "A bank's financings, from terms and lock to the last repayment.", of_contracts=True),
    Group("freight", "Payments of freight against tax invoices."),
    Group("credit", "Leave to read an enterprise's credit record: granted, used, revoked, disputed."),
    Group("enterprise", "The regulator's directory of enterprises.", of_contracts=True),
    Group("parameter", "The ledger's secret, the public tables, the regulator's offices.", of_contracts=True),
    Group("bank", "A bank's people and limits, its freeze, what it hands to another.", of_contracts=True),
    Group("resume", "Settle what killed commands left open; nothing is done twice."),
    Group("org", "Let an organisation join the channel, or leave it."),
    Group("chaincode", "Install, approve and commit a chaincode, each member for itself."),
    Group("audit", "See everything, as the regulator; export a ledger and prove it."),
    Group("contracts", "Check, package and deploy contracts of your own."),
)


def application(arguments: Sequence[str] = ()) -> typer.Typer:
    """The application for these command-line arguments; without any, every group is imported."""
    app = typer.Typer(
        name="counterfoil",
        help="A permissioned record of which trade document was used, for how much.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    chosen = next((argument for argument in arguments if not argument.startswith("-")), None)
    for group in GROUPS:
        if importlib.util.find_spec(group.module) is None:
            continue
        if arguments and group.name != chosen:
            app.add_typer(_named_only(), name=group.name, help=group.help)
        else:
            app.add_typer(group.load(), name=group.name, help=group.help)
    return app


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if wanted:
        typer.echo(f"counterfoil {importlib.metadata.version('counterfoil')}")
        raise typer.Exit(ExitCode.DONE)


def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Tell the version and end.", is_eager=True, callback=_tell_version),
    ] = False,
) -> None:
    """A permissioned record of which trade document was used, for how much."""


def _named_only() -> typer.Typer:
    """Stand in for a group that the help lists and nobody calls this time."""
    stand_in = typer.Typer()
    stand_in.callback()(lambda: None)
    return stand_in
