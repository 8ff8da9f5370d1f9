"""Somebody with an organisation's keys and no scruples: raw gRPC, messages built byte by byte, certificates.

Nothing here goes through the SDK, so that nothing is made well-formed by accident.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
from counterfoil_network.identities import LocalIdentity, load_identity, open_crypto_folder
from counterfoil_network.identities.certificate_authority import CertificateAuthority, new_key, utc_now
from counterfoil_network.identities.folder import read_authority
from counterfoil_protocol import envelope as envelopes
from counterfoil_protocol.endorsement import build_response_payload, sign_response
from counterfoil_protocol.identity import Identity, attribute_extension
from counterfoil_protocol.messages import atomic_broadcast, common, common_ledger, gateway, proposal_response
from counterfoil_protocol.proposal import BuiltProposal, build_proposal, parse_proposal, sign_proposal
from counterfoil_protocol.services import AtomicBroadcastStub, DeliverStub, EndorserStub, GatewayStub
from counterfoil_protocol.signing import Signer, private_key_signer
from counterfoil_protocol.transaction_id import new_nonce
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from running_network import ROOT, RunningNetwork

CHANNEL = "trade"
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Person:
    """A serialized identity and whoever signs for it."""

    creator: bytes = field(repr=False)
    sign: Signer = field(repr=False)

    @property
    def msp_id(self) -> str:
        return Identity.parse(self.creator).msp_id


@dataclass(frozen=True, slots=True)
class Endpoint:
    """All services of one node."""

    gateway: GatewayStub
    endorser: EndorserStub
    deliver: DeliverStub
    orderer: AtomicBroadcastStub
    channel: grpc.Channel


class Attacker:
    """What one can do with the files of a network's folder."""

    def __init__(self, network: RunningNetwork) -> None:
        self.network = network
        self.crypto = open_crypto_folder(ROOT / "crypto-config.yaml", network.folder.crypto)

    # People

    def user(self, organisation: str, user: str = "Admin") -> Person:
        """A user that the network's own files hold."""
        found = load_identity(self.crypto.organisation(organisation).user_msp(user))
        return _person(organisation, found)

    def peer(self, organisation: str) -> Person:
        """An organisation's peer, whose key its own administrator has."""
        found = load_identity(self.crypto.organisation(organisation).nodes[0].msp)
        return _person(organisation, found)

    def authority(self, organisation: str) -> CertificateAuthority:
        """An organisation's certificate authority: it may sign what it likes."""
        return read_authority(self.crypto.organisation(organisation).root / "ca")

    def invented(
        self,
        organisation: str,
        attributes: Mapping[str, str],
        *,
        name: str,
        msp_id: str | None = None,
        unit: str = "client",
        lifetime: timedelta = timedelta(days=365),
    ) -> Person:
        """A certificate by an organisation's authority with any name, unit and attributes.

        `msp_id` claims membership elsewhere; with a `lifetime` below zero it has ended.
        """
        key = new_key()
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        authority = self.authority(organisation)
        begun = authority.certificate.not_valid_before_utc
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(authority.certificate.subject)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(begun).not_valid_after(max(begun, utc_now() + lifetime))
        if attributes:
            builder = builder.add_extension(attribute_extension(attributes), critical=False)
        certificate = builder.sign(authority.key, hashes.SHA256())
        pem = certificate.public_bytes(Encoding.PEM)
        return Person(Identity(msp_id or f"{organisation}MSP", pem).serialize(), private_key_signer(key))

    # Connections

    @contextmanager
    def endpoint(self, organisation: str) -> Iterator[Endpoint]:
        """Raw stubs of an organisation's node, over TLS without a client certificate."""
        node = self.network.state.node(organisation)
        root = (self.network.folder.root / node.tls_authority).read_bytes()
        options = [
            ("grpc.ssl_target_name_override", node.host),
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
        ]
        credentials = grpc.ssl_channel_credentials(root)
        with grpc.secure_channel(node.address, credentials, options) as channel:
            yield Endpoint(
                GatewayStub(channel),
                EndorserStub(channel),
                DeliverStub(channel),
                AtomicBroadcastStub(channel),
                channel,
            )

    # What clients do, one step at a time

    def broadcast(self, envelope: common.Envelope) -> atomic_broadcast.BroadcastResponse:
        """Straight to the orderer, past every gateway."""
        with self.endpoint("Orderer") as orderer:
            answers = orderer.orderer.Broadcast(iter([envelope]), timeout=PATIENCE)
            return next(iter(answers))

    def blocks(self, person: Person, organisation: str, method: str, start: int = 0) -> list[Any]:
        """Answers of a Deliver method from a block up to the newest, the final status included."""
        with self.endpoint(organisation) as node:
            service = node.orderer if organisation == "Orderer" else node.deliver
            return list(getattr(service, method)(iter([seek(person, start)]), timeout=PATIENCE))

    def chain(self, person: Person, organisation: str) -> list[common.Block]:
        """All blocks of a peer, by its chaincode `qscc`, which answers every reader of the channel."""
        channel = CHANNEL.encode()
        info = self.ask(person, organisation, "qscc", b"GetChainInfo", channel)
        height = common_ledger.BlockchainInfo.FromString(info.payload).height
        numbers = (str(number).encode() for number in range(height))
        answers = (self.ask(person, organisation, "qscc", b"GetBlockByNumber", channel, n) for n in numbers)
        return [common.Block.FromString(answer.payload) for answer in answers]

    def code(self, transaction_id: str, organisation: str = "Regulator") -> int:
        """A transaction's validation code at an organisation's peer, once it is in a block."""
        person = self.user(organisation)
        request = gateway.CommitStatusRequest(
            transaction_id=transaction_id, channel_id=CHANNEL, identity=person.creator
        ).SerializeToString()
        signed = gateway.SignedCommitStatusRequest(request=request, signature=person.sign(request))
        with self.endpoint(organisation) as node:
            return int(node.gateway.CommitStatus(signed, timeout=PATIENCE).result)

    def endorse(
        self,
        person: Person,
        args: Sequence[bytes],
        endorsers: Iterable[str],
        *,
        chaincode: str = "asset",
        transient: Mapping[str, bytes] | None = None,
        **fields: Any,
    ) -> "Endorsed":
        """Ask peers one by one, as a client without a gateway.

        Raises:
            grpc.RpcError: one refuses the proposal itself.
        """
        built = build_proposal(CHANNEL, chaincode, args, person.creator, transient, **fields)
        return Endorsed(person, built, self.responses(person, built, endorsers))

    def forge(
        self,
        person: Person,
        args: Sequence[bytes],
        results: bytes,
        endorsers: Iterable[Person],
        *,
        chaincode: str = "asset",
        version: str = "1.0",
        response: bytes = b"",
    ) -> "Endorsed":
        """A transaction that no chaincode ever ran, endorsed by whoever's keys one has."""
        built = build_proposal(CHANNEL, chaincode, args, person.creator)
        answer = proposal_response.Response(status=common.SUCCESS, payload=response)
        payload = build_response_payload(
            parse_proposal(built.proposal_bytes).proposal_hash,
            results=results,
            response=answer,
            chaincode_name=chaincode,
            chaincode_version=version,
        )
        signed = [sign_response(payload, answer, each.creator, each.sign) for each in endorsers]
        return Endorsed(person, built, signed)

    def responses(
        self, person: Person, built: BuiltProposal, endorsers: Iterable[str]
    ) -> list[proposal_response.ProposalResponse]:
        """Each named peer's answer to a proposal."""
        signed = sign_proposal(built, person.sign)
        found = []
        for organisation in endorsers:
            with self.endpoint(organisation) as node:
                found.append(node.endorser.ProcessProposal(signed, timeout=PATIENCE))
        return found

    def ask(
        self, person: Person, organisation: str, chaincode: str, *args: bytes
    ) -> proposal_response.Response:
        """What one peer's chaincode answers a proposal that is never submitted."""
        [answer] = self.endorse(person, args, [organisation], chaincode=chaincode).responses
        return answer.response


@dataclass(frozen=True, slots=True)
class Endorsed:
    """A proposal and what its endorsers said."""

    person: Person
    built: BuiltProposal
    responses: list[proposal_response.ProposalResponse]

    @property
    def transaction_id(self) -> str:
        return self.built.transaction_id

    def envelope(self, alter: Callable[[common.Payload], None] | None = None) -> common.Envelope:
        """The transaction, altered if wanted, then signed by its creator."""
        payload = envelopes.assemble_transaction(self.built.proposal_bytes, self.responses)
        if alter is not None:
            message = common.Payload.FromString(payload)
            alter(message)
            payload = message.SerializeToString()
        return envelopes.sign_envelope(payload, self.person.sign)


def _person(organisation: str, found: LocalIdentity) -> Person:
    identity = Identity(f"{organisation}MSP", found.certificate)
    return Person(identity.serialize(), private_key_signer(found.key))


def seek(person: Person, start: int = 0) -> common.Envelope:
    """A signed request for blocks from `start` up to the newest."""
    position = atomic_broadcast.SeekPosition
    info = atomic_broadcast.SeekInfo(
        start=position(specified=atomic_broadcast.SeekSpecified(number=start)),
        stop=position(newest=atomic_broadcast.SeekNewest()),
        behavior=atomic_broadcast.SeekInfo.FAIL_IF_NOT_READY,
    )
    payload = envelopes.build_payload(
        common.DELIVER_SEEK_INFO,
        CHANNEL,
        person.creator,
        new_nonce(),
        info.SerializeToString(),
        timestamp=divmod(time.time_ns(), 1_000_000_000),
    )
    return envelopes.sign_envelope(payload, person.sign)
