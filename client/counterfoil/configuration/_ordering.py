"""Blocks from the ordering service itself: for who has no peer yet (``peer channel fetch``)."""

import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import grpc
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.envelope import build_payload
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import atomic_broadcast, common
from counterfoil_protocol.msp import MspManager
from counterfoil_protocol.signing import Signer
from counterfoil_protocol.transaction_id import new_nonce

from .._calls import StreamCall
from .._drivers import BlockingDriver
from .._endpoint import Endpoint
from .._errors import EventsError
from .._session import Deadlines, Session, check_seconds, new_session
from .._steps import check_text

_TIMEOUT_SECONDS = 10.0


class OrderingService:
    """A connection to one orderer as one identity."""

    def __init__(self, endpoint: Endpoint, identity: Identity, signer: Signer) -> None:
        self._driver = BlockingDriver(endpoint)
        self._session = new_session(identity, signer, Deadlines(), None)

    def block(self, channel: str, number: int, *, timeout: float = _TIMEOUT_SECONDS) -> common.Block:
        """One block of a channel.

        Raises:
            EventsError: PERMISSION_DENIED where the identity may not read the channel; refused or failed.
            TypeError, ValueError: an argument that cannot be right.
        """
        envelope = _seek(self._session, check_text("channel", channel), number)
        call = StreamCall(
            "/orderer.AtomicBroadcast/Deliver",
            envelope,
            atomic_broadcast.DeliverResponse,
            _read,
            check_seconds("timeout", timeout),
            client_streams=True,
        )
        running, blocks = self._driver.stream(call)
        try:
            for block in blocks:
                return block
        finally:
            running.cancel()
        raise EventsError(grpc.StatusCode.NOT_FOUND, f"the orderer gave no block {number}")

    def close(self) -> None:
        """Close the connection."""
        self._driver.channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def ordering_service(config: ChannelConfig, identity: Identity, signer: Signer) -> OrderingService:
    """Connect to the first orderer that a channel's configuration names, trusting the TLS roots it names.

    Raises:
        ValueError: it names no orderer.
    """
    for organization in config.orderers.values():
        addresses = organization.orderer_addresses or config.orderer_addresses
        if addresses:
            roots = _tls_roots(config.msps, organization.msp_id)
            return OrderingService(Endpoint(addresses[0], roots, None, None), identity, signer)
    raise ValueError(f"the configuration of channel {config.channel_id} names no orderer")


def _tls_roots(msps: MspManager, msp_id: str) -> bytes:
    return b"\n".join(msps.msp(msp_id).tls_root_certificates)


def _seek(session: Session, channel: str, number: int) -> common.Envelope:
    position = atomic_broadcast.SeekPosition(specified=atomic_broadcast.SeekSpecified(number=number))
    payload = build_payload(
        common.DELIVER_SEEK_INFO,
        channel,
        session.creator,
        new_nonce(),
        atomic_broadcast.SeekInfo(
            start=position, stop=position, behavior=atomic_broadcast.SeekInfo.FAIL_IF_NOT_READY
        ).SerializeToString(),
        timestamp=divmod(time.time_ns(), 1_000_000_000),
        tls_certificate_hash=session.tls_certificate_hash,
    )
    return common.Envelope(payload=payload, signature=session.sign(payload))


def _read(response: atomic_broadcast.DeliverResponse) -> Iterable[common.Block]:
    if response.WhichOneof("Type") == "block":
        return (response.block,)
    if response.status == common.SUCCESS:
        return ()
    code = (
        grpc.StatusCode.PERMISSION_DENIED if response.status == common.FORBIDDEN else grpc.StatusCode.ABORTED
    )
    raise EventsError(code, f"the orderer answered {common.Status.Name(response.status)}")
