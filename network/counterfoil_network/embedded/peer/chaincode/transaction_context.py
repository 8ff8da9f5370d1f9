"""What the peer knows of one running invocation (Fabric: core/chaincode/transaction_context.go)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from counterfoil_protocol.ledger.open_queries import OpenQueries

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from counterfoil_protocol.ledger.simulator import Simulator
    from counterfoil_protocol.ledger.state import StateReader
    from counterfoil_protocol.messages import chaincode_shim, proposal


@dataclass(frozen=True, slots=True)
class Invocation:
    """A proposal on its way through chaincodes (Fabric: ccprovider.TransactionParams).

    `proposed` is the chaincode that the proposal names, `chaincode_name` the one that runs now; `simulator`
    and the `view` it works on are None for calls without a ledger: no channel, or a query chaincode.
    """

    channel_id: str
    transaction_id: str
    creator: bytes = field(repr=False)
    signed_proposal: proposal.SignedProposal = field(repr=False)
    proposed: str
    chaincode_name: str
    args: Sequence[bytes] = field(repr=False)
    is_init: bool
    simulator: Simulator | None = None
    view: StateReader | None = None

    def called(self, chaincode_name: str, args: Sequence[bytes]) -> Invocation:
        """Return the same transaction as another chaincode sees it that was called by the first."""
        return replace(self, chaincode_name=chaincode_name, args=args, is_init=False)


@dataclass(slots=True)
class TransactionContext:
    """One chaincode's part of an invocation: what it asks the peer is answered from here.

    `busy` while a request that takes its time is under way; Fabric allows one request at a time, too.
    """

    invocation: Invocation
    namespace: str
    is_init: bool
    response: asyncio.Future[chaincode_shim.ChaincodeMessage]
    queries: OpenQueries = field(default_factory=OpenQueries)
    busy: bool = False
