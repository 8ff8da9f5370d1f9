"""The channel's configuration in force at one node; a configuration block replaces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.config_validator import validate
from counterfoil_protocol.envelope import parse_envelope
from counterfoil_protocol.messages import configtx
from counterfoil_protocol.wire import decode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from counterfoil_protocol.channel_config import BatchSize
    from counterfoil_protocol.messages import common
    from counterfoil_protocol.msp import MspManager, Verifier
    from counterfoil_protocol.signed_data import SignedData


class Channel:
    """What one node knows of the channel; every node keeps its own, as its ledger grows."""

    def __init__(self, msp_id: str, config_block: common.Block, verifier: Verifier) -> None:
        """Start from the newest configuration block of the node's ledger; `msp_id` is the node's own."""
        self.msp_id = msp_id
        self._verifier = verifier
        self.update(config_block)

    def update(self, config_block: common.Block) -> None:
        """Put a configuration block in force.

        Raises:
            MalformedMessage: it is none, or it is inconsistent.

        """
        self.config = ChannelConfig.from_block(config_block, self._verifier)
        self.config_block_number = config_block.header.number

    def check_successor(self, config_block: common.Block) -> None:
        """Refuse a configuration that does not follow from the one in force (common/configtx Validate).

        Raises:
            MalformedMessage: the block cannot be read.
            UpdateRefused: its update may not be applied, or gives another configuration.

        """
        data = parse_envelope(config_block.data.data[0]).data
        validate(self.config, decode(configtx.ConfigEnvelope, data))

    @property
    def is_member(self) -> bool:
        """Whether the node's own organisation is in the channel."""
        return self.msp_id in self.config.msps.msps

    @property
    def channel_id(self) -> str:
        """The channel's ID."""
        return self.config.channel_id

    @property
    def sequence(self) -> int:
        """Number of changes of the configuration so far."""
        return self.config.sequence

    @property
    def msps(self) -> MspManager:
        """The organisations' MSPs."""
        return self.config.msps

    @property
    def application_msp_ids(self) -> tuple[str, ...]:
        """MSP IDs of the application organisations."""
        return self.config.application_msp_ids

    @property
    def batch_size(self) -> BatchSize:
        """Limits of a block."""
        return self.config.batch_size

    def evaluate(self, path: str, signed: Iterable[SignedData]) -> None:
        """Evaluate a policy of the configuration.

        Raises:
            PolicyFailure: it is not satisfied, with Fabric's text.

        """
        self.config.policies.evaluate(path, signed)
