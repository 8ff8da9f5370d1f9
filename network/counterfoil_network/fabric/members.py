"""Which peers a peer knows on a channel, and which chaincodes they run: Fabric's discovery service.

What it says is what the Gateway of that peer plans endorsements by (discovery/endorsement/endorsement.go).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import grpc
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import discovery, gossip
from counterfoil_protocol.services import DiscoveryStub
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import Node
from counterfoil_network.fabric.administration import TIMEOUT_SECONDS, administrator, tls_channel
from counterfoil_network.fabric.layout import node_files


@dataclass(frozen=True, slots=True)
class Member:
    """One peer as another knows it: its organisation's MSP ID, height, chaincodes (name to version)."""

    msp_id: str
    height: int
    chaincodes: Mapping[str, str]


def known_members(folder: NetworkFolder, node: Node, channel: str) -> list[Member]:
    """The peers of the channel as `node` knows them, itself among them.

    Raises:
        OSError: it does not answer or refuses.
    """
    identity, files = administrator(folder, node), node_files(folder, node)
    certificate = files.tls_certificate.read_bytes()
    der = x509.load_pem_x509_certificate(certificate).public_bytes(Encoding.DER)
    request = discovery.Request(
        authentication=discovery.AuthInfo(
            client_identity=Identity(node.msp_id, identity.certificate).serialize(),
            client_tls_cert_hash=hashlib.sha256(der).digest(),
        ),
        queries=[discovery.Query(channel=channel, peer_query=discovery.PeerMembershipQuery())],
    ).SerializeToString()
    signed = discovery.SignedRequest(payload=request, signature=private_key_signer(identity.key)(request))
    try:
        with tls_channel(folder, node, files.tls_key.read_bytes(), certificate) as connection:
            reply: discovery.Response = DiscoveryStub(connection).Discover(
                signed, timeout=TIMEOUT_SECONDS, wait_for_ready=True
            )
    except grpc.RpcError as error:
        raise OSError(f"{node.host}: {error.code().name} {error.details()}") from error
    (result,) = reply.results
    if result.WhichOneof("result") == "error":
        raise OSError(f"{node.host}: {result.error.content}")
    return [
        _member(msp_id, peer)
        for msp_id, peers in sorted(result.members.peers_by_org.items())
        for peer in peers.peers
    ]


def _member(msp_id: str, peer: discovery.Peer) -> Member:
    message = gossip.GossipMessage.FromString(peer.state_info.payload)
    properties = message.state_info.properties
    chaincodes = {each.name: each.version for each in properties.chaincodes}
    return Member(msp_id, properties.ledger_height, chaincodes)
