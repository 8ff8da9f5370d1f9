"""What the commands of `counterfoil network` share: application, folder option, complaints."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from counterfoil_network.configuration import ConfigurationError
from counterfoil_network.deployment import DeploymentError, FolderInUse, NotRunning, ProgramsMissing
from counterfoil_network.identities import IdentitiesError

from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.output import complain

DEFAULT_FOLDER = Path(".counterfoil")
Folder = Annotated[Path, typer.Option("--dir", help="The network's folder.", file_okay=False)]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def network() -> None:
    """Start, stop and look at a network on this machine."""


@contextmanager
def told() -> Iterator[None]:
    """Turn every expected failure into its complaint and exit code."""
    try:
        yield
    except FolderInUse as error:
        raise typer.Exit(complain(str(error), ExitCode.NETWORK_IN_USE)) from error
    except ProgramsMissing as error:
        raise typer.Exit(complain(str(error), ExitCode.MISSING_PROGRAMS)) from error
    except NotRunning as error:
        raise typer.Exit(complain(str(error), ExitCode.NOT_RUNNING)) from error
    except (ConfigurationError, IdentitiesError) as error:
        raise typer.Exit(complain(str(error), ExitCode.CONFIGURATION)) from error
    except DeploymentError as error:
        raise typer.Exit(complain(str(error), ExitCode.ENGINE_FAILED)) from error
