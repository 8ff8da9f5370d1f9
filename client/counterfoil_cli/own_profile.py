"""Whose machine this is: the connection profile of the own organisation and the user that acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from counterfoil import ConnectionProfile, CounterfoilError, Gateway, Network
from counterfoil_network.configuration import ConfigurationError
from counterfoil_network.deployment import DeploymentError, NotRunning
from counterfoil_network.identities import IdentitiesError
from counterfoil_network.membership import MembershipError

from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.network_app import DEFAULT_FOLDER
from counterfoil_cli.output import complain

Profile = Annotated[
    Path | None,
    typer.Option(
        "--profile",
        dir_okay=False,
        help="Connection profile of the own organisation.",
        show_default="the only one in .counterfoil/connections",
    ),
]
User = Annotated[str, typer.Option(help="Who acts; a user of the profile.")]
Channel = Annotated[str, typer.Option(help="Name of the channel.")]

ADMINISTRATOR = "Admin"
CHANNEL = "trade"


def own_profile(stated: Path | None) -> ConnectionProfile:
    """The profile that was stated, else the only one of the folder.

    Raises:
        ConfigurationError: there is none, or more than one.
        OSError, ValueError: it cannot be read.
    """
    if stated is not None:
        return ConnectionProfile.read(stated)
    folder = DEFAULT_FOLDER / "connections"
    found = sorted(folder.glob("*.json"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise ConfigurationError(f"{folder} holds {names}; state the own organisation's with --profile")
    return ConnectionProfile.read(found[0])


@contextmanager
def own_network(stated: Path | None, user: str, channel: str) -> Iterator[Network]:
    """The channel by the own organisation's peer.

    Raises:
        ConfigurationError, OSError, ValueError: as `own_profile`.
    """
    with Gateway.from_profile(own_profile(stated), user) as gateway:
        yield gateway.network(channel)


@contextmanager
def told() -> Iterator[None]:
    """Turn every expected failure into its complaint and exit code."""
    try:
        yield
    except CounterfoilError as error:
        raise typer.Exit(complain(str(error), ExitCode.FAILED)) from error
    except NotRunning as error:
        raise typer.Exit(complain(str(error), ExitCode.NOT_RUNNING)) from error
    except DeploymentError as error:
        raise typer.Exit(complain(str(error), ExitCode.ENGINE_FAILED)) from error
    except TimeoutError as error:
        raise typer.Exit(complain(str(error), ExitCode.FAILED)) from error
    except (MembershipError, ConfigurationError, IdentitiesError, OSError, ValueError) as error:
        raise typer.Exit(complain(str(error), ExitCode.CONFIGURATION)) from error
