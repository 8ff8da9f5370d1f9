"""Write an export for the audit: blocks of two organisations' peers, own private data, roots of trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterfoil import ConnectionProfile, Gateway, lifecycle
from counterfoil.heights import height as height_of
from counterfoil_audit import ExportWriter, Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from counterfoil import Network

_TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is exported: as whom, from which peers, and the roots (PEM, by MSP ID) to trust.

    `own` is the connection profile of the exporter's organisation, whose private data is exported; `other`
    that of a second organisation, whose peer is read as the same user.
    """

    own: Path
    other: Path
    user: str
    channel: str
    chaincode: str
    trust: Mapping[str, list[bytes]]


def export(request: ExportRequest, target: Path, progress: Callable[[str], None]) -> Manifest:
    """Write the export into the empty folder `target`.

    Raises:
        ExportError: the folder is not empty.
        CounterfoilError: a peer refuses or does not answer.
        OSError, ValueError: a connection profile cannot be read.
    """
    writer = ExportWriter(target)
    own, other = ConnectionProfile.read(request.own), ConnectionProfile.read(request.other)
    with Gateway.from_profile(own, request.user) as gateway, _at(other, own, request.user) as second:
        network, copy = gateway.network(request.channel), second.network(request.channel)
        height = min(height_of(network, own.msp_id), height_of(copy, other.msp_id))
        progress(f"{height} blocks of {own.msp_id}")
        with network.block_events(start_block=0, stop_block=height - 1, timeout=_TIMEOUT_SECONDS) as blocks:
            for block in blocks:
                writer.block(own.msp_id, block.number, block.proto.SerializeToString())
        progress(f"{height} blocks of {other.msp_id}")
        with copy.block_events(start_block=0, stop_block=height - 1, timeout=_TIMEOUT_SECONDS) as blocks:
            for block in blocks:
                writer.block(other.msp_id, block.number, block.proto.SerializeToString())
        progress(f"private data of {own.msp_id}")
        _write_private(network, height, writer)
        collections = _collections(network, request.chaincode, own.msp_id)
    for msp_id, certificates in request.trust.items():
        writer.trust(msp_id, certificates)
    manifest = Manifest(request.channel, request.chaincode, height, (own.msp_id, other.msp_id), collections)
    writer.finish(manifest)
    return manifest


def _write_private(network: Network, height: int, writer: ExportWriter) -> None:
    stream = network.block_and_private_data_events(
        start_block=0, stop_block=height - 1, timeout=_TIMEOUT_SECONDS
    )
    with stream as events:
        for event in events:
            for place, rwset in sorted(event.private_data.items()):
                writer.private(event.number, place, rwset)


def _at(peer: ConnectionProfile, own: ConnectionProfile, user: str) -> Gateway:
    """Connect to another organisation's peer as a user of one's own."""
    endpoint = peer.endpoint()
    identity, signer = own.identity(user)
    return Gateway.connect(
        endpoint.address,
        identity=identity,
        signer=signer,
        tls_root=endpoint.tls_root,
        server_name=endpoint.server_name,
        peer_msp_id=peer.msp_id,
    )


def _collections(network: Network, chaincode: str, msp_id: str) -> tuple[str, ...]:
    """The collections of which the organisation is a member."""
    committed = lifecycle.query_committed(network, chaincode)
    if committed is None:
        return ()
    return tuple(each.name for each in committed.definition.collections if msp_id in each.members)
