"""One endorser's run of a proposal: its own chaincode, its own view, its own MSP."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from counterfoil_protocol.ledger.simulator import (
    SimulationError,
    SimulationResult,
    Simulator,
)
from counterfoil_protocol.messages import chaincode, proposal, proposal_response

from ..peer_environment import PeerEnvironment
from ..shim.invocation import Invocation, parse_invocation
from ..shim.peer_features import PeerFeatures
from ..shim.stub import ChaincodeStub
from .deployed import Deployments
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
    """An organisation's peer: the chaincodes of its channel, its view of the ledger, its clock."""

    msp_id: str
    deployments: Deployments = field(repr=False)
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
        response, stub = self._run(simulator, (asked.chaincode_name,), invocation)
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
            collections=lambda _, namespace: self.deployments.access(namespace, asked.creator_msp),
        )

    def _repeat(
        self, twin: Twin, asked: Proposal, invocation: Invocation, done: tuple[TwinAnswer, SimulationResult]
    ) -> None:
        def simulate(repeat: Repeat) -> object:
            simulator = self._simulator(asked)
            peer = self._memory_peer(simulator, (asked.chaincode_name,), invocation)
            return _compared(repeat(peer.call), simulator.result())

        run = TwinRun(invocation, self.msp_id, self.clock(), self.features)
        twin.check(run, simulate, _compared(*done))

    def _run(
        self, simulator: Simulator, running: tuple[str, ...], invocation: Invocation
    ) -> tuple[proposal_response.Response, ChaincodeStub]:
        """Run the last of `running`: the chaincodes of this transaction, each called by the one before it."""
        peer = self._memory_peer(simulator, running, invocation)
        stub = ChaincodeStub(invocation, peer.call, self.features)
        chaincode = self.deployments.chaincodes(self.msp_id)[running[-1]]
        response = chaincode.invoke(stub, PeerEnvironment(self.msp_id, self.clock))
        return response, stub

    def _memory_peer(
        self, simulator: Simulator, running: tuple[str, ...], invocation: Invocation
    ) -> MemoryPeer:
        def invoke(called: str, args: tuple[bytes, ...]) -> proposal_response.Response:
            if called not in self.deployments.chaincodes(self.msp_id):
                raise SimulationError(f"chaincode {called} not found")
            if called in running:
                # core/chaincode/transaction_contexts.go Create: one run of a chaincode in a transaction.
                txid, channel = invocation.transaction_id, invocation.channel_id
                raise SimulationError(f"execute failed: error sending: txid: {txid}({channel}) exists")
            return self._run(simulator, (*running, called), replace(invocation, args=args))[0]

        def history(key: str) -> list[HistoryEntry]:
            return self.state.shared.history.get((running[-1], key), [])

        return MemoryPeer(simulator, running[-1], invocation, history, invoke)


def _compared(answer: TwinAnswer, result: SimulationResult) -> object:
    """What two runs must agree on. A response's message is told to the client alone, but differs as badly."""
    private = result.private.serialize() if result.private is not None else b""
    return answer, result.public_bytes, private
