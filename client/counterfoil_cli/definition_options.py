"""What a chaincode's definition is stated by on the command line, and how it is read."""

from pathlib import Path
from typing import Annotated

import typer
from counterfoil_protocol.collection import CollectionDefinition, parse_collections_json

CHANNELS_POLICY = "/Channel/Application/Endorsement"
"""Named, though it is Fabric's default: a committed definition has it so, and deploying again compares."""
FIRST_VERSION = "1.0"

Version = Annotated[str, typer.Option(help="Text for people, part of the definition.")]
Policy = Annotated[
    str,
    typer.Option(
        help="Endorsement policy, as OR('BankAMSP.peer','BankBMSP.peer').",
        show_default="the channel's, a majority",
    ),
]
Collections = Annotated[
    Path | None, typer.Option(help="Fabric's collections_config.json.", exists=True, dir_okay=False)
]


def read_collections(path: Path | None) -> tuple[CollectionDefinition, ...]:
    """The collections of a file; none without one.

    Raises:
        ValueError: the file cannot be followed.
    """
    if path is None:
        return ()
    try:
        return parse_collections_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
