"""A channel with real identities, a state before a block, and transactions made to be validated in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from counterfoil_network.configuration import genesis_block
from counterfoil_network.identities import CryptoFolder, generate, load_identity
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.collection import CollectionDefinition, collection_package
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.ledger.definitions import FIELDS, LIFECYCLE, field_key, metadata_key
from counterfoil_protocol.ledger.memory import MemoryState
from counterfoil_protocol.ledger.state import Version, VersionedValue
from counterfoil_protocol.messages import (
    chaincode,
    chaincode_definition,
    common,
    lifecycle_db,
    proposal,
    proposal_response,
    transaction,
)
from counterfoil_protocol.msp import Verifier
from counterfoil_protocol.proposal import payload_without_transient, transaction_proposal_hash
from counterfoil_protocol.rwset import (
    NamespaceReadWriteSet,
    ReadWriteSet,
    Write,
)
from counterfoil_protocol.signature_policy import parse_policy
from counterfoil_protocol.signing import Signer, private_key_signer, verify
from counterfoil_protocol.transaction_id import transaction_id
from counterfoil_protocol.validation.transaction_validator import TransactionValidator

ROOT = Path(__file__).resolve().parents[2]
CHANNEL = "trade"
TYPE = proposal_response.ProposalResponsePayload


@dataclass(frozen=True)
class Signing:
    serialized: bytes
    sign: Signer


def signing(folder: Path, msp_id: str) -> Signing:
    identity = load_identity(folder)
    return Signing(Identity(msp_id, identity.certificate).serialize(), private_key_signer(identity.key))


@dataclass
class World:
    """A channel, its signers, and the state before the block under test."""

    channel: ChannelConfig
    crypto: CryptoFolder
    state: MemoryState = field(default_factory=MemoryState)
    known: set[str] = field(default_factory=set)

    def peer(self, name: str) -> Signing:
        return signing(self.crypto.organisation(name).nodes[0].msp, f"{name}MSP")

    def user(self, name: str) -> Signing:
        organisation = self.crypto.organisation(name)
        return signing(organisation.user_msp(organisation.users[-1]), f"{name}MSP")

    def define(
        self,
        name: str,
        policy: bytes,
        collections: Sequence[CollectionDefinition] = (),
        *,
        plugin: str = "vscc",
    ) -> None:
        """Commit a chaincode definition into the state."""
        endorsement = chaincode_definition.ChaincodeEndorsementInfo(version="1", endorsement_plugin="escc")
        validation = chaincode_definition.ChaincodeValidationInfo(
            validation_plugin=plugin, validation_parameter=policy
        )
        values = (
            lifecycle_db.StateData(Int64=1),
            lifecycle_db.StateData(Bytes=endorsement.SerializeToString()),
            lifecycle_db.StateData(Bytes=validation.SerializeToString()),
            lifecycle_db.StateData(Bytes=collection_package(collections).SerializeToString()),
        )
        metadata = lifecycle_db.StateMetadata(datatype="ChaincodeDefinition", fields=FIELDS)
        self.put(LIFECYCLE, metadata_key(name), metadata.SerializeToString())
        for name_of_field, value in zip(FIELDS, values, strict=True):
            self.put(LIFECYCLE, field_key(name, name_of_field), value.SerializeToString())

    def put(self, namespace: str, key: str, value: bytes, metadata: bytes = b"") -> None:
        self.state.public[namespace, key] = VersionedValue(value, Version(1, 0), metadata)

    def validate(self, *envelopes: bytes) -> list[int]:
        validator = TransactionValidator(self.channel)
        return list(validator.validate(envelopes, self.state, self.known.__contains__))


def make_channel(folder: Path, verifier: Verifier = verify) -> tuple[ChannelConfig, CryptoFolder]:
    """The channel of configtx.yaml with fresh identities."""
    crypto = generate(ROOT / "crypto-config.yaml", folder / "crypto")
    block = genesis_block(ROOT / "configtx.yaml", "TradeGenesis", CHANNEL, crypto.root)
    return ChannelConfig.from_block(block, verifier), crypto


def policy_of(text: str) -> bytes:
    return ApplicationPolicy(signature_policy=parse_policy(text).SerializeToString()).serialize()


R_AND_P = policy_of("AND('RegulatorMSP.peer', 'PortMSP.peer')")


def make_world(channel: ChannelConfig, crypto: CryptoFolder) -> World:
    """Two chaincodes: `cc` of Regulator and Port with two collections, `other` of BankB."""
    world = World(channel, crypto)
    members = parse_policy("OR('RegulatorMSP.member', 'BankAMSP.member')").SerializeToString()
    bank = ApplicationPolicy(signature_policy=parse_policy("OR('BankAMSP.peer')").SerializeToString())
    collections = [
        CollectionDefinition("plain", members),
        CollectionDefinition("bank", members, endorsement_policy=bank),
    ]
    world.define("cc", R_AND_P, collections)
    world.define("other", policy_of("OR('BankBMSP.peer')"))
    return world


@dataclass
class Draft:
    """A transaction in the making; change a part, then `build` it."""

    world: World
    rwset: ReadWriteSet | None = None
    endorsers: Sequence[str] = ("Regulator", "Port")
    creator: Signing | None = None
    channel_id: str = CHANNEL
    name: str = "cc"
    result_name: str = "cc"
    version: str = "1"
    nonce: bytes = b"n" * 24
    header_type: int = common.ENDORSER_TRANSACTION
    epoch: int = 0
    transaction_id: str | None = None
    results: bytes | None = None
    event: bytes = b""
    proposal_hash: bytes | None = None
    actions: int = 1
    action_nonce: bytes | None = None
    extension: bytes | None = None
    response_extension: bytes | None = None
    sign: Callable[[bytes], bytes] | None = None
    endorse: Callable[[bytes], bytes] | None = None

    def signature_header(self, creator: bytes, nonce: bytes) -> bytes:
        return common.SignatureHeader(creator=creator, nonce=nonce).SerializeToString()

    def channel_header(self, creator: bytes) -> bytes:
        named = chaincode.ChaincodeID(name=self.name) if self.name else None
        extension = proposal.ChaincodeHeaderExtension(chaincode_id=named).SerializeToString()
        txid = transaction_id(self.nonce, creator) if self.transaction_id is None else self.transaction_id
        return common.ChannelHeader(
            type=self.header_type,
            channel_id=self.channel_id,
            tx_id=txid,
            epoch=self.epoch,
            extension=extension if self.extension is None else self.extension,
        ).SerializeToString()

    def response_payload(self, channel_header: bytes, action_header: bytes, content: bytes) -> bytes:
        rwset = self.rwset or ReadWriteSet((NamespaceReadWriteSet("cc", writes=(Write("k", b"v"),)),))
        result = (
            chaincode.ChaincodeID(name=self.result_name, version=self.version) if self.result_name else None
        )
        action = proposal.ChaincodeAction(
            results=rwset.serialize() if self.results is None else self.results,
            events=self.event,
            chaincode_id=result,
        )
        stated = transaction_proposal_hash(channel_header, action_header, content)
        return TYPE(
            proposal_hash=stated if self.proposal_hash is None else self.proposal_hash,
            extension=action.SerializeToString()
            if self.response_extension is None
            else self.response_extension,
        ).SerializeToString()

    def build(self) -> bytes:
        creator = self.creator or self.world.user("BankA")
        header = self.channel_header(creator.serialized)
        outer = self.signature_header(creator.serialized, self.nonce)
        inner = outer if self.action_nonce is None else self.signature_header(b"", self.action_nonce)
        content = payload_without_transient(b"input")
        endorsed = self.response_payload(header, inner, content)
        action = transaction.ChaincodeActionPayload(chaincode_proposal_payload=content)
        action.action.proposal_response_payload = endorsed
        for name in self.endorsers:
            peer = self.world.peer(name)
            signature = (self.endorse or peer.sign)(endorsed + peer.serialized)
            action.action.endorsements.add(endorser=peer.serialized, signature=signature)
        message = transaction.Transaction()
        for _ in range(self.actions):
            message.actions.add(header=inner, payload=action.SerializeToString())
        return self.envelope(header, outer, message.SerializeToString(), creator)

    def envelope(
        self, channel_header: bytes, signature_header: bytes, data: bytes, creator: Signing
    ) -> bytes:
        payload = common.Payload(
            header=common.Header(channel_header=channel_header, signature_header=signature_header), data=data
        ).SerializeToString()
        signature = (self.sign or creator.sign)(payload)
        return common.Envelope(payload=payload, signature=signature).SerializeToString()
