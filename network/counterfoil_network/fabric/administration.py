"""Tell orderers and peers which channel to join, and ask how they are.

Orderers by the channel participation API (orderer/common/channelparticipation/restapi.go) with mutual TLS,
peers by the system chaincode cscc (core/scc/cscc/configure.go) as their organisation's administrator, both by
the operations service's metrics.
"""

import http.client
import json
import secrets
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import grpc
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common, proposal_response, query
from counterfoil_protocol.proposal import build_proposal, sign_proposal
from counterfoil_protocol.services import EndorserStub
from counterfoil_protocol.signing import private_key_signer

from counterfoil_network.deployment.errors import EngineFailed
from counterfoil_network.deployment.folder import NetworkFolder
from counterfoil_network.deployment.state import Node
from counterfoil_network.fabric.layout import node_files
from counterfoil_network.identities import LocalIdentity, load_identity

CHANNELS = "/participation/v1/channels"
TIMEOUT_SECONDS = 10.0
_ADMINISTRATOR = "Admin"
_JOIN_SECONDS = 60.0


def answers(address: str) -> bool:
    """Whether something listens there."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body of an answer."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def ask_http(  # noqa: PLR0913 - the parts of a request
    folder: NetworkFolder,
    node: Node,
    address: str,
    path: str,
    *,
    body: bytes | None = None,
    content_type: str = "",
) -> HttpAnswer:
    """GET, or POST a body, with the node's own TLS pair as the client's.

    Raises:
        OSError: nobody answers, or the TLS handshake fails.
    """
    files = node_files(folder, node)
    context = ssl.create_default_context(cafile=str(files.tls_authority))
    context.load_cert_chain(files.tls_certificate, files.tls_key)
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPSConnection(host, int(port), timeout=TIMEOUT_SECONDS, context=context)
    try:
        headers = {"Content-Type": content_type} if content_type else {}
        connection.request("POST" if body is not None else "GET", path, body=body, headers=headers)
        answer = connection.getresponse()
        return HttpAnswer(answer.status, answer.read())
    except http.client.HTTPException as error:
        raise OSError(f"{address}: {error}") from error
    finally:
        connection.close()


def join_orderer(folder: NetworkFolder, node: Node, channel: str) -> None:
    """Have an orderer join the channel by its genesis block, unless it has.

    Raises:
        EngineFailed: it refuses.
        OSError: it does not answer.
    """
    if ask_http(folder, node, node.admin, f"{CHANNELS}/{channel}").status == http.client.OK:
        return
    boundary = secrets.token_hex(16)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="config-block"; filename="config.block"\r\n'
    head += "Content-Type: application/octet-stream\r\n\r\n"
    body = head.encode() + folder.genesis_block.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    answer = ask_http(
        folder,
        node,
        node.admin,
        CHANNELS,
        body=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    if answer.status != http.client.CREATED:
        raise EngineFailed(f"{node.host} does not join {channel}: {answer.body.decode(errors='replace')}")


def orderer_channel(folder: NetworkFolder, node: Node, channel: str) -> dict[str, Any]:
    """What an orderer says of a channel: height, status, consensusRelation.

    Raises:
        OSError: it does not answer, or has not joined.
    """
    answer = ask_http(folder, node, node.admin, f"{CHANNELS}/{channel}")
    if answer.status != http.client.OK:
        raise OSError(f"{node.host} has not joined {channel}")
    document: dict[str, Any] = answer.json()
    return document


def metric(folder: NetworkFolder, node: Node, name: str, channel: str) -> float | None:
    """A value of the node's metrics; None if it has none of that name for the channel.

    Raises:
        OSError: it does not answer.
    """
    text = ask_http(folder, node, node.operations, "/metrics").body.decode(errors="replace")
    return metric_value(text, name, channel)


def metric_value(text: str, name: str, channel: str) -> float | None:
    """The value of `name{channel="..."}` in the text form of Prometheus."""
    for line in text.splitlines():
        if line.startswith(f"{name}{{") and f'channel="{channel}"' in line:
            return float(line.rpartition(" ")[2])
    return None


def join_peer(folder: NetworkFolder, node: Node, channel: str) -> None:
    """Have a peer join the channel by its genesis block, unless it has.

    Raises:
        EngineFailed: it refuses or does not answer.
    """
    if channel in joined_channels(folder, node):
        return
    _ask_cscc(folder, node, [b"JoinChain", folder.genesis_block.read_bytes()])


def joined_channels(folder: NetworkFolder, node: Node) -> list[str]:
    """The channels that a peer has joined.

    Raises:
        EngineFailed: it refuses or does not answer.
    """
    found = query.ChannelQueryResponse.FromString(_ask_cscc(folder, node, [b"GetChannels"]))
    return [each.channel_id for each in found.channels]


def config_block(folder: NetworkFolder, node: Node, channel: str) -> bytes:
    """The newest configuration block of a channel as a peer gives it (common.Block).

    Raises:
        EngineFailed: it refuses or does not answer.
    """
    return _ask_cscc(folder, node, [b"GetConfigBlock", channel.encode()], channel)


def administrator(folder: NetworkFolder, node: Node) -> LocalIdentity:
    """The administrator of a node's organisation."""
    # crypto/<kind>/<domain>/<peers or orderers>/<host>
    organisation = (folder.root / node.crypto).parents[1]
    return load_identity(organisation / "users" / f"{_ADMINISTRATOR}@{organisation.name}" / "msp")


def tls_channel(
    folder: NetworkFolder, node: Node, key: bytes | None = None, certificate: bytes | None = None
) -> grpc.Channel:
    """A gRPC connection to a node; with a pair, by mutual TLS."""
    root = (folder.root / node.tls_authority).read_bytes()
    credentials = grpc.ssl_channel_credentials(root, key, certificate)
    return grpc.secure_channel(node.address, credentials, [("grpc.ssl_target_name_override", node.host)])


def _ask_cscc(folder: NetworkFolder, node: Node, arguments: list[bytes], channel: str = "") -> bytes:
    identity = administrator(folder, node)
    creator = Identity(node.msp_id, identity.certificate).serialize()
    signed = sign_proposal(
        build_proposal(channel, "cscc", arguments, creator), private_key_signer(identity.key)
    )
    try:
        with tls_channel(folder, node) as connection:
            reply: proposal_response.ProposalResponse = EndorserStub(connection).ProcessProposal(
                signed, timeout=_JOIN_SECONDS, wait_for_ready=True
            )
    except grpc.RpcError as error:
        raise EngineFailed(f"{node.host}: {error.code().name} {error.details()}") from error
    if reply.response.status != common.SUCCESS:
        raise EngineFailed(f"{node.host} refuses {arguments[0].decode()}: {reply.response.message}")
    return reply.response.payload
