"""Channel configuration from configtx.yaml."""

from counterfoil_network.configuration.configtx import Address, Profile, read_configtx
from counterfoil_network.configuration.errors import ConfigurationError
from counterfoil_network.configuration.genesis import genesis_block

__all__ = ["Address", "ConfigurationError", "Profile", "genesis_block", "read_configtx"]
