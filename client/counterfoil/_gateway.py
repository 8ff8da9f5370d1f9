"""The connection: everything else is reached from a Gateway."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from counterfoil_protocol.identity import Identity
from counterfoil_protocol.signing import Signer

from . import _flows
from ._calls import Flow, StreamCall
from ._drivers import BlockingDriver
from ._endpoint import Endpoint
from ._errors import CommitUnknown
from ._events import EventStream
from ._network import Network
from ._profile import ConnectionProfile
from ._proposal import Proposal, Transaction
from ._session import Deadlines, Session, new_session
from ._steps import ProposalData, Status, TransactionData, check_text

ResultT = TypeVar("ResultT")


class Gateway:
    """A connection to one organisation's gateway peer as one client identity. Threads may share it."""

    def __init__(self, driver: BlockingDriver, session: Session, peer_msp_id: str) -> None:
        self._driver = driver
        self._session = session
        self._peer_msp_id = peer_msp_id

    @classmethod
    def connect(  # noqa: PLR0913 - what a connection is made of, all but one by keyword
        cls,
        address: str,
        *,
        identity: Identity,
        signer: Signer | None = None,
        tls_root: bytes | None,
        tls_identity: tuple[bytes, bytes] | None = None,
        server_name: str | None = None,
        peer_msp_id: str | None = None,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
    ) -> "Gateway":
        """Connect; the first call is the first to notice if nobody answers.

        Args:
            address: ``host:port`` of the peer.
            identity: MSP ID and certificate of the client.
            signer: signs messages with the identity's key; without it every message is signed elsewhere.
            tls_root: PEM of the CAs that vouch for the peer; None for a connection without TLS.
            tls_identity: PEM (key, certificate) for mutual TLS.
            server_name: the name in the peer's certificate, where it is not the host of ``address``.
            peer_msp_id: MSP ID of the peer's organisation, where it is not the client's own.
            deadlines: seconds each step may take, unless a call says otherwise.

        Raises:
            TypeError, ValueError: an argument that cannot be right.
        """
        endpoint = Endpoint(check_text("address", address), tls_root, tls_identity, server_name)
        session = new_session(identity, signer, deadlines, tls_identity[1] if tls_identity else None)
        return cls(BlockingDriver(endpoint), session, peer_msp_id or identity.msp_id)

    @classmethod
    def from_profile(
        cls,
        profile: str | Path | ConnectionProfile,
        user: str,
        *,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
        peer: str | None = None,
    ) -> "Gateway":
        """Connect as ``user`` of a ConnectionProfile to its organisation's first peer, or the one named.

        Raises:
            OSError, ValueError: the profile, or the identity in it, cannot be read.
        """
        if not isinstance(profile, ConnectionProfile):
            profile = ConnectionProfile.read(profile)
        identity, signer = profile.identity(user)
        session = new_session(identity, signer, deadlines, None)
        return cls(BlockingDriver(profile.endpoint(peer)), session, profile.msp_id)

    @property
    def identity(self) -> Identity:
        """The client identity of all calls."""
        return self._session.identity

    @property
    def peer_msp_id(self) -> str:
        """The MSP ID of the organisation whose peer this connection is to."""
        return self._peer_msp_id

    @property
    def deadlines(self) -> Deadlines:
        """The default deadlines."""
        return self._session.deadlines

    def network(self, channel: str) -> Network:
        """The channel of that name.

        Raises:
            TypeError, ValueError: not a name.
        """
        return Network(self, check_text("channel", channel))

    def settle(
        self, unknown: CommitUnknown | Transaction | bytes, *, deadlines: Deadlines | None = None
    ) -> Status:
        """Find out what became of a submitted transaction, resending the same envelope if nobody has seen it.

        Args:
            unknown: the error, the transaction, or the bytes of either (``CommitUnknown.prepared``).
            deadlines: for the steps of this call.

        Raises:
            CommitUnknown: still unknown.
            ValueError: the transaction was never signed, so it was never submitted.
        """
        if isinstance(unknown, Transaction):
            data = unknown.data
        else:
            data = TransactionData.parse(unknown.prepared if isinstance(unknown, CommitUnknown) else unknown)
        return self.run(_flows.settle(self._session, data, deadlines or self.deadlines))

    def proposal_from_bytes(self, data: bytes, signature: bytes = b"") -> Proposal:
        """What ``Proposal.serialize`` gave, with the signature made elsewhere over ``to_sign``."""
        return Proposal(self, ProposalData.parse(data, signature))

    def transaction_from_bytes(self, data: bytes, signature: bytes = b"") -> Transaction:
        """What ``Transaction.serialize`` gave, with the signature made elsewhere over ``to_sign``."""
        return Transaction(self, TransactionData.parse(data, signature))

    def run(self, flow: Flow[ResultT]) -> ResultT:
        """Run a flow on this connection (for the SDK's own modules)."""
        return self._driver.run(flow)

    def open(self, call: StreamCall[Any, ResultT]) -> EventStream[ResultT]:
        """Open a stream on this connection (for the SDK's own modules)."""
        return EventStream(*self._driver.stream(call))

    @property
    def session(self) -> Session:
        """Who calls (for the SDK's own modules)."""
        return self._session

    def close(self) -> None:
        """Close the connection; calls that are under way end with CANCELLED."""
        self._driver.channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
