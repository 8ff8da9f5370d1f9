"""A channel as a gateway shows it: its contracts and its event streams."""

from typing import TYPE_CHECKING

from . import _events
from ._checkpointer import Checkpoint
from ._contract import Contract
from ._events import (
    BlockAndPrivateDataEvent,
    BlockEvent,
    ChaincodeEvent,
    EventStream,
    FilteredBlockEvent,
    Span,
)
from ._session import optional_seconds
from ._steps import check_text

if TYPE_CHECKING:
    from ._gateway import Gateway


class Network:
    """A channel, seen through a gateway."""

    def __init__(self, gateway: "Gateway", channel: str) -> None:
        self.gateway = gateway
        self.name = channel

    def contract(self, chaincode: str, contract: str = "") -> Contract:
        """A chaincode, or one contract (namespace) of it.

        Raises:
            TypeError, ValueError: not a name.
        """
        return Contract(self, check_text("chaincode", chaincode), contract)

    def chaincode_events(
        self,
        chaincode: str,
        *,
        start_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> EventStream[ChaincodeEvent]:
        """Events of a chaincode's valid transactions, from ``start_block``, ``checkpoint`` or now on."""
        span = Span.of(start_block, None, checkpoint)
        session = self.gateway.session
        return self.gateway.open(
            _events.chaincode_events(session, self.name, chaincode, span, optional_seconds(timeout))
        )

    def block_events(
        self,
        *,
        start_block: int | None = None,
        stop_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> EventStream[BlockEvent]:
        """Whole blocks, from ``start_block`` or ``checkpoint`` (else from now on) up to ``stop_block``.

        Raises:
            EventsError: while iterating; PERMISSION_DENIED where the channel's ACL refuses.
        """
        span = Span.of(start_block, stop_block, checkpoint)
        session = self.gateway.session
        return self.gateway.open(_events.block_events(session, self.name, span, optional_seconds(timeout)))

    def filtered_block_events(
        self,
        *,
        start_block: int | None = None,
        stop_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> EventStream[FilteredBlockEvent]:
        """Blocks without contents: transaction IDs and validation codes. Arguments as ``block_events``."""
        span = Span.of(start_block, stop_block, checkpoint)
        session = self.gateway.session
        return self.gateway.open(
            _events.filtered_block_events(session, self.name, span, optional_seconds(timeout))
        )

    def block_and_private_data_events(
        self,
        *,
        start_block: int | None = None,
        stop_block: int | None = None,
        checkpoint: Checkpoint | None = None,
        timeout: float | None = None,
    ) -> EventStream[BlockAndPrivateDataEvent]:
        """Blocks with the private data that the peer's organisation holds. Arguments as ``block_events``."""
        span = Span.of(start_block, stop_block, checkpoint)
        session = self.gateway.session
        return self.gateway.open(
            _events.block_and_private_data_events(session, self.name, span, optional_seconds(timeout))
        )
