"""Blocks: hashes, metadata, the orderer's signature.

Sources: protoutil/blockutils.go, orderer/common/multichannel/blockwriter.go (what an orderer signs),
core/ledger/kvledger/kv_ledger.go addBlockCommitHash.
"""

import hashlib
from collections.abc import Iterable, Sequence

from .der import der_integer, der_octets, der_sequence
from .errors import MalformedMessage
from .identity import Identity
from .messages import common, common_configuration
from .signed_data import SignedData
from .signing import Signer
from .wire import decode

_METADATA_FIELDS = len(common.BlockMetadataIndex.items())


def header_bytes(header: common.BlockHeader) -> bytes:
    """The header in DER: SEQUENCE of INTEGER number, OCTET STRING previous hash, OCTET STRING data hash."""
    return der_sequence(
        der_integer(header.number) + der_octets(header.previous_hash) + der_octets(header.data_hash)
    )


def header_hash(header: common.BlockHeader) -> bytes:
    """SHA-256 of the header in DER: the next block's previous hash."""
    return hashlib.sha256(header_bytes(header)).digest()


def data_hash(envelopes: Iterable[bytes]) -> bytes:
    """SHA-256 over the concatenated envelopes, as the header carries it."""
    digest = hashlib.sha256()
    for envelope in envelopes:
        digest.update(envelope)
    return digest.digest()


def new_block(number: int, previous_hash: bytes, envelopes: Sequence[bytes]) -> common.Block:
    """A block of serialized envelopes with empty metadata."""
    return common.Block(
        header=common.BlockHeader(number=number, previous_hash=previous_hash, data_hash=data_hash(envelopes)),
        data=common.BlockData(data=envelopes),
        metadata=common.BlockMetadata(metadata=[b""] * _METADATA_FIELDS),
    )


def parse_block(data: bytes) -> common.Block:
    """Read a block and see that header, data and metadata are there.

    Raises:
        MalformedMessage: no block, or one of the parts is absent.
    """
    block = decode(common.Block, data)
    if not block.HasField("header") or not block.HasField("data") or not block.HasField("metadata"):
        raise MalformedMessage("common.Block lacks header, data or metadata")
    return block


def check_block_data(block: common.Block) -> None:
    """Refuse a block whose data hash is wrong or whose transactions are not in their one form.

    As protoutil BlockDataHash and VerifyTransactionsAreWellFormed: two byte strings must not stand for the
    same transactions. A block of one configuration transaction is not looked into.

    Raises:
        MalformedMessage: the reason.
    """
    envelopes = block.data.data
    if not envelopes:
        raise MalformedMessage("empty block")
    if block.header.data_hash != data_hash(envelopes):
        raise MalformedMessage(f"block {block.header.number}: the data hash does not match the data")
    if is_config_block(block):
        return
    for place, raw in enumerate(envelopes):
        envelope = decode(common.Envelope, raw)
        if not envelope.payload:
            raise MalformedMessage(f"transaction {place} has no payload")
        if not envelope.signature:
            raise MalformedMessage(f"transaction {place} has no signature")
        if envelope.SerializeToString() != raw:
            raise MalformedMessage(f"transaction {place} does not match its raw form")


def is_config_block(block: common.Block) -> bool:
    """Whether the block holds one configuration transaction alone (protoutil HasConfigTx)."""
    if len(block.data.data) != 1:
        return False
    try:
        payload = decode(common.Payload, decode(common.Envelope, block.data.data[0]).payload)
        header = decode(common.ChannelHeader, payload.header.channel_header)
    except MalformedMessage:
        return False
    return header.type == common.CONFIG


def channel_id(block: common.Block) -> str:
    """The channel's ID, as the first transaction names it.

    Raises:
        MalformedMessage: the block is empty or its first envelope cannot be read.
    """
    if not block.data.data:
        raise MalformedMessage("failed to retrieve channel id - block is empty")
    payload = decode(common.Payload, decode(common.Envelope, block.data.data[0]).payload)
    return decode(common.ChannelHeader, payload.header.channel_header).channel_id


def metadata(block: common.Block, index: int) -> bytes:
    """One entry of the block's metadata, by ``common.BlockMetadataIndex``; empty when it is not there."""
    entries = block.metadata.metadata
    return entries[index] if index < len(entries) else b""


def set_metadata(block: common.Block, index: int, value: bytes) -> None:
    """Put one entry of the block's metadata, adding empty ones before it as needed."""
    entries = block.metadata.metadata
    entries.extend([b""] * (max(index + 1, _METADATA_FIELDS) - len(entries)))
    entries[index] = value


def transactions_filter(block: common.Block) -> bytes:
    """One validation code a transaction, as the committing peer wrote it; empty on a block of the orderer."""
    return metadata(block, common.TRANSACTIONS_FILTER)


def set_transactions_filter(block: common.Block, codes: Iterable[int]) -> None:
    """Write the validation codes, one a transaction."""
    set_metadata(block, common.TRANSACTIONS_FILTER, bytes(codes))


def commit_hash(block: common.Block) -> bytes:
    """The commit hash a peer wrote into the block; empty if there is none.

    Raises:
        MalformedMessage: the metadata cannot be read.
    """
    return decode(common.Metadata, metadata(block, common.COMMIT_HASH)).value


def set_commit_hash(block: common.Block, value: bytes) -> None:
    """Write the commit hash."""
    set_metadata(block, common.COMMIT_HASH, common.Metadata(value=value).SerializeToString())


def next_commit_hash(previous: bytes, codes: bytes, update_bytes: bytes) -> bytes:
    """Commit hash of a block (kv_ledger.go addBlockCommitHash).

    Args:
        previous: commit hash of the block before, empty for the first.
        codes: the transactions filter.
        update_bytes: the block's updates in the deterministic form of the ledger.
    """
    return hashlib.sha256(_varint(len(codes)) + codes + update_bytes + previous).digest()


def last_config(block: common.Block) -> int:
    """Number of the configuration block that rules this one (GetLastConfigIndexFromBlock).

    Raises:
        MalformedMessage: the metadata cannot be read, or says nothing.
    """
    signatures = decode(common.Metadata, metadata(block, common.SIGNATURES))
    if not signatures.value:
        fallback = decode(common.Metadata, metadata(block, common.LAST_CONFIG))
        return decode(common.LastConfig, fallback.value).index
    orderer_metadata = decode(common.OrdererBlockMetadata, signatures.value)
    if not orderer_metadata.HasField("last_config"):
        raise MalformedMessage("the block's metadata does not name the last configuration block")
    return orderer_metadata.last_config.index


def sign_block(  # noqa: PLR0913 - what an orderer signs is this many things
    block: common.Block,
    signer: Signer,
    creator: bytes,
    *,
    nonce: bytes,
    last_config_number: int,
    consenter_metadata: bytes = b"",
) -> None:
    """Write the orderer's signature and the number of the last configuration block into the block's metadata.

    Args:
        block: changed in place.
        signer: the orderer's signer.
        creator: the orderer's serialized identity.
        nonce: random bytes of the signature header.
        last_config_number: the block whose configuration is in force with this block.
        consenter_metadata: of the consensus type; empty for ours.
    """
    wrapped = common.Metadata(value=consenter_metadata).SerializeToString()
    last = common.LastConfig(index=last_config_number)
    value = common.OrdererBlockMetadata(last_config=last, consenter_metadata=wrapped).SerializeToString()
    signature_header = common.SignatureHeader(creator=creator, nonce=nonce).SerializeToString()
    signature = signer(value + signature_header + header_bytes(block.header))
    signed = common.Metadata(
        value=value,
        signatures=[common.MetadataSignature(signature_header=signature_header, signature=signature)],
    )
    last_metadata = common.Metadata(value=last.SerializeToString())
    set_metadata(block, common.LAST_CONFIG, last_metadata.SerializeToString())
    set_metadata(block, common.SIGNATURES, signed.SerializeToString())


def block_signed_data(
    block: common.Block, consenters: Sequence[common_configuration.Consenter] = ()
) -> tuple[SignedData, ...]:
    """The orderers' signatures, for the policy BlockValidation (protoutil BlockSignatureVerifier).

    Args:
        block: with its metadata.
        consenters: of the channel's configuration; a BFT orderer signs by its number in it.

    Raises:
        MalformedMessage: the metadata cannot be read.
    """
    signed = decode(common.Metadata, metadata(block, common.SIGNATURES))
    header = header_bytes(block.header)
    result = []
    for signature in signed.signatures:
        if not signature.signature_header and signature.identifier_header and consenters:
            identity = _consenter_identity(signature.identifier_header, consenters)
            if identity is None:
                continue
            data = signed.value + signature.identifier_header + header
        else:
            identity = decode(common.SignatureHeader, signature.signature_header).creator
            data = signed.value + signature.signature_header + header
        result.append(SignedData(data, identity, signature.signature))
    return tuple(result)


def _consenter_identity(
    identifier_header: bytes, consenters: Sequence[common_configuration.Consenter]
) -> bytes | None:
    number = decode(common.IdentifierHeader, identifier_header).identifier
    for consenter in consenters:
        if consenter.id == number:
            return Identity(consenter.msp_id, consenter.identity).serialize()
    return None


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
