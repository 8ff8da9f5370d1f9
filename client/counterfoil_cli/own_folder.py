"""The own organisation's folder on its own machine: its crypto-config.yaml and the identities it names."""

from pathlib import Path
from typing import Annotated

import typer
from counterfoil_network.configuration import ConfigurationError
from counterfoil_network.deployment import NetworkFolder
from counterfoil_network.identities import OrganisationFolder, open_crypto_folder

Folder = Annotated[Path, typer.Option("--dir", file_okay=False, help="The own organisation's folder.")]
CryptoConfig = Annotated[
    Path, typer.Option("--crypto-config", dir_okay=False, help="The own organisation's crypto-config.yaml.")
]


def own_organisation(name: str, crypto_config: Path, folder: Path) -> OrganisationFolder:
    """The own organisation's identities.

    Raises:
        ConfigurationError: they are not there.
        IdentitiesError: the file cannot be followed, or does not name the organisation.
    """
    crypto = open_crypto_folder(crypto_config, NetworkFolder(folder.resolve()).crypto)
    organisation = crypto.organisation(name)
    if not organisation.msp.is_dir():
        raise ConfigurationError(f"{organisation.msp} is not there; `counterfoil org identities` makes it")
    return organisation
