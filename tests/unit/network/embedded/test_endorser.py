"""What an endorser holds while it waits for others: no view of the ledger."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation
from counterfoil_network.embedded.peer.endorser import Endorser
from counterfoil_protocol.ledger.simulator import SimulationResult
from counterfoil_protocol.messages import proposal_response, rwset, transient_store
from counterfoil_protocol.rwset import ReadWriteSet


class FakePeer:
    """A peer whose chaincode writes something private; notes whether a view is open when that is kept."""

    def __init__(self) -> None:
        self.views = 0
        self.seen: list[tuple[str, int]] = []
        self.ledger = self.chaincodes = self.distributor = self
        self.channel = None

    @contextmanager
    def snapshot(self) -> Iterator[object]:
        self.views += 1
        yield SimpleNamespace(height=7)
        self.views -= 1

    def is_system(self, _: str) -> bool:
        return False

    async def execute(self, _: Invocation) -> tuple[proposal_response.Response, None]:
        self.seen.append(("executed", self.views))
        return proposal_response.Response(status=200), None

    async def distribute(self, _: str, __: transient_store.TxPvtReadWriteSetWithConfigInfo) -> None:
        self.seen.append(("distributed", self.views))

    async def accept_private(self, _: str, __: transient_store.TxPvtReadWriteSetWithConfigInfo) -> None:
        self.seen.append(("kept", self.views))


class PrivateResult(SimulationResult):
    """A result that wrote in a private collection."""

    @property
    def private_message(self) -> rwset.TxPvtReadWriteSet:
        return rwset.TxPvtReadWriteSet()


class PlainEndorser(Endorser):
    """An endorser of whatever it is given."""

    def _simulator(self, *_: Any) -> Any:
        return SimpleNamespace(result=lambda: PrivateResult(ReadWriteSet(()), None, frozenset(), {}))

    def _version(self, _: Invocation) -> str:
        return "1"

    def _sign(self, *_: Any) -> proposal_response.ProposalResponse:
        return proposal_response.ProposalResponse()


def test_private_writes_are_kept_with_the_view_closed() -> None:
    """A ledger's writer may be waiting for views to close: the two would wait for each other."""
    peer = FakePeer()
    parsed = SimpleNamespace(
        chaincode_name="asset", channel_id="trade", transaction_id="t", creator=b"", args=(), is_init=False,
        proposal_hash=b"",
    )  # fmt: skip
    asyncio.run(PlainEndorser(peer)._endorse(parsed, None))  # type: ignore[arg-type]  # what it looks at is there
    assert peer.seen == [("executed", 1), ("distributed", 0), ("kept", 0)]
