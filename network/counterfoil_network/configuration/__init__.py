"""Channel configuration from configtx.yaml."""

from counterfoil_network.configuration.channel_name import check_channel_name
from counterfoil_network.configuration.configtx import Address, Profile, read_configtx
from counterfoil_network.configuration.errors import ConfigurationError
from counterfoil_network.configuration.genesis import genesis_block, genesis_block_of
from counterfoil_network.configuration.nodes import RunningNode, with_nodes

__all__ = [
    "Address",
    "ConfigurationError",
    "Profile",
    "RunningNode",
    "check_channel_name",
    "genesis_block",
    "genesis_block_of",
    "read_configtx",
    "with_nodes",
]
