"""Find configtx.yaml and crypto-config.yaml: as stated, else the working folder's, else the package's."""

from pathlib import Path

from counterfoil_network.configuration import ConfigurationError

CONFIGTX = "configtx.yaml"
CRYPTO_CONFIG = "crypto-config.yaml"
# In a clone these are links to the files of the root, in a wheel they are copies.
_PACKAGED = Path(__file__).parents[1] / "defaults"


def description_file(name: str, stated: Path | None) -> Path:
    """The file to use.

    Raises:
        ConfigurationError: the stated one is not there.
    """
    if stated is None:
        own = Path.cwd() / name
        return own if own.is_file() else _PACKAGED / name
    if not stated.is_file():
        raise ConfigurationError(f"{stated} is not there")
    return stated
