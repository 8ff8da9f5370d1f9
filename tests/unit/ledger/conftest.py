import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from bare_envelope import CHANNEL, envelope_of
from counterfoil_network.embedded.ledger import CommitRequest, CommittedBlock, PeerLedger, PrivateWriteSet
from counterfoil_protocol import block as blocks
from counterfoil_protocol.ledger.simulator import CollectionAccess, SimulationResult, Simulator
from counterfoil_protocol.messages import chaincode_event, common

COLLECTIONS = {"secret": CollectionAccess(), "other": CollectionAccess()}


@dataclass(frozen=True)
class Endorsed:
    """A simulated transaction, enveloped without signatures: the ledger does not look at them."""

    transaction_id: str
    envelope: bytes
    result: SimulationResult

    def write_sets(self) -> list[PrivateWriteSet]:
        private = self.result.private
        return [
            PrivateWriteSet(entry.namespace, collection.name, collection.serialize())
            for entry in (private.namespaces if private else ())
            for collection in entry.collections
        ]


@dataclass
class Chain:
    """Feeds one or more ledgers with blocks."""

    ledger: PeerLedger
    previous: bytes = b""
    number: int = 0
    counter: int = field(default=0)

    def endorse(self, program: Callable[[Simulator], None], *, event: str = "") -> Endorsed:
        self.counter += 1
        txid = hashlib.sha256(f"{self.counter}".encode()).hexdigest()
        with self.ledger.snapshot() as view:
            simulator = Simulator(
                view, transaction_id=txid, channel_id=CHANNEL, collections=lambda *_: COLLECTIONS
            )
            program(simulator)
            result = simulator.result()
        message = chaincode_event.ChaincodeEvent(
            chaincode_id="cc", tx_id=txid, event_name=event, payload=b"p"
        )
        content = message.SerializeToString() if event else b""
        return Endorsed(txid, envelope_of(txid, result.public_bytes, content), result)

    def block(self, transactions: Sequence[Endorsed]) -> common.Block:
        block = blocks.new_block(self.number, self.previous, [t.envelope for t in transactions])
        self.number += 1
        self.previous = blocks.header_hash(block.header)
        return block

    def request(
        self, transactions: Sequence[Endorsed], codes: Sequence[int] | None = None, *, withhold: bool = False
    ) -> CommitRequest:
        return CommitRequest(
            self.block(transactions),
            list(codes) if codes is not None else [0] * len(transactions),
            {} if withhold else {i: t.write_sets() for i, t in enumerate(transactions) if t.write_sets()},
        )

    def commit(self, *transactions: Endorsed, codes: Sequence[int] | None = None) -> CommittedBlock:
        return self.ledger.commit(self.request(transactions, codes)).result(timeout=10)

    def run(self, *programs: Callable[[Simulator], None]) -> CommittedBlock:
        return self.commit(*[self.endorse(program) for program in programs])


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[PeerLedger]:
    opened = PeerLedger.open(tmp_path / "ledger.db", msp_id="BankAMSP", channel_id=CHANNEL)
    yield opened
    opened.close()


@pytest.fixture
def chain(ledger: PeerLedger) -> Chain:
    return Chain(ledger)
