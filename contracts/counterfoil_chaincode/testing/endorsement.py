"""One endorser's run of a proposal: its own chaincode, its own view, its own MSP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from counterfoil_protocol.collection import CollectionDefinition
from counterfoil_protocol.ledger.simulator import (
    CollectionAccess,
    SimulationError,
    SimulationResult,
    Simulator,
)
from counterfoil_protocol.messages import chaincode, proposal, proposal_response

from ..chaincode import Chaincode
from ..peer_environment import PeerEnvironment
from ..shim.invocation import Invocation, parse_invocation
from ..shim.peer_features import PeerFeatures
from ..shim.stub import ChaincodeStub
from .memory_peer import MemoryPeer
from .memory_state import HistoryEntry, OrganizationState
from .refused import Response, response_of
from .twin import Repeat, Twin, TwinAnswer, TwinRun, answer_of

FABRIC_3_1 = PeerFeatures(write_batch=1000, multiple_keys=1000)
"""As a peer of Fabric 3.1 with its sample configuration tells at READY."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A signed proposal, and what it says."""

    channel_id: str
    transaction_id: str
    chaincode_name: str
    args: tuple[bytes, ...] = field(repr=False)
    creator_msp: str
    message: proposal.SignedProposal = field(repr=False)


@dataclass(frozen=True, slots=True)
class Endorsement:
    """What one endorser answered: response, event, and the simulation's result."""

    msp_id: str
    response: Response
    event: bytes = field(repr=False)
    result: SimulationResult = field(repr=False)
    failure: BaseException | None = field(repr=False)
    """What the contract failed with, if it was no refusal."""

    @property
    def signed_content(self) -> tuple[int, bytes, bytes, bytes]:
        """What the endorsers must agree on, byte for byte: response, event, public read-write set."""
        return self.response.status, self.response.payload, self.event, self.result.public_bytes


@dataclass(frozen=True, slots=True)
class EndorsingPeer:
    """An organisation's peer: the chaincodes it runs by name, its view of the ledger, its clock."""

    msp_id: str
    chaincodes: Mapping[str, Chaincode] = field(repr=False)
    collections: tuple[CollectionDefinition, ...] = field(repr=False)
    state: OrganizationState = field(repr=False)
    clock: Callable[[], float] = field(repr=False)
    features: PeerFeatures = FABRIC_3_1
    twin: Twin | None = field(default=None, repr=False)

    def endorse(self, asked: Proposal) -> Endorsement:
        """Simulate a proposal.

        Raises:
            NotDeterministic: there is a twin, and what it does differs.
        """
        simulator = self._simulator(asked)
        call = chaincode.ChaincodeInput(args=asked.args).SerializeToString()
        invocation = parse_invocation(asked.channel_id, asked.transaction_id, call, asked.message)
        response, stub = self._run(simulator, asked.chaincode_name, invocation)
        result = simulator.result()
        if self.twin is not None:
            self._repeat(self.twin, asked, invocation, (answer_of(response, stub.event), result))
        event = stub.event.SerializeToString() if stub.event else b""
        return Endorsement(self.msp_id, response_of(response), event, result, stub.failure)

    def _simulator(self, asked: Proposal) -> Simulator:
        return Simulator(
            self.state,
            transaction_id=asked.transaction_id,
            channel_id=asked.channel_id,
            collections=lambda _, namespace: self._access(namespace, asked),
        )

    def _repeat(
        self, twin: Twin, asked: Proposal, invocation: Invocation, done: tuple[TwinAnswer, SimulationResult]
    ) -> None:
        def simulate(repeat: Repeat) -> object:
            simulator = self._simulator(asked)
            peer = self._memory_peer(simulator, asked.chaincode_name, invocation)
            return _compared(repeat(peer.call), simulator.result())

        run = TwinRun(invocation, self.msp_id, self.clock(), self.features)
        twin.check(run, simulate, _compared(*done))

    def _run(
        self, simulator: Simulator, name: str, invocation: Invocation
    ) -> tuple[proposal_response.Response, ChaincodeStub]:
        peer = self._memory_peer(simulator, name, invocation)
        stub = ChaincodeStub(invocation, peer.call, self.features)
        response = self.chaincodes[name].invoke(stub, PeerEnvironment(self.msp_id, self.clock))
        return response, stub

    def _memory_peer(self, simulator: Simulator, name: str, invocation: Invocation) -> MemoryPeer:
        def invoke(called: str, args: tuple[bytes, ...]) -> proposal_response.Response:
            if called not in self.chaincodes:
                raise SimulationError(f"chaincode {called} not found")
            return self._run(simulator, called, replace(invocation, args=args))[0]

        def history(key: str) -> list[HistoryEntry]:
            return self.state.shared.history.get((name, key), [])

        return MemoryPeer(simulator, name, invocation.transaction_id, history, invoke)

    def _access(self, namespace: str, asked: Proposal) -> Mapping[str, CollectionAccess] | None:
        if namespace != asked.chaincode_name:
            return {}
        return _access(self.collections, asked.creator_msp)


def _compared(answer: TwinAnswer, result: SimulationResult) -> object:
    """What two runs must agree on. A response's message is told to the client alone, but differs as badly."""
    private = result.private.serialize() if result.private is not None else b""
    return answer, result.public_bytes, private


# Every transaction asks, and reading members out of policies would take most of its time.
@lru_cache(maxsize=1024)
def _access(collections: tuple[CollectionDefinition, ...], creator_msp: str) -> dict[str, CollectionAccess]:
    return {
        collection.name: CollectionAccess(
            read=not collection.member_only_read or creator_msp in collection.members,
            write=not collection.member_only_write or creator_msp in collection.members,
        )
        for collection in collections
    }
