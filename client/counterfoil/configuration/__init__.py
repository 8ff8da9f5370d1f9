"""A channel's configuration: read it, submit an update of it, read blocks of the ordering service itself.

    current = configuration.read(network)                        # a ChannelConfig
    configuration.submit(network, update_envelope)               # signed by enough organisations
    configuration.await_sequence(network, current.sequence + 1)

What an update is, how it is computed and signed: ``counterfoil_protocol.config_update``.
"""

from ._channel import ConfigurationTimeout, await_sequence, read, read_block, submit
from ._ordering import OrderingService, ordering_service

__all__ = [
    "ConfigurationTimeout",
    "OrderingService",
    "await_sequence",
    "ordering_service",
    "read",
    "read_block",
    "submit",
]
