import hashlib

import pytest
from counterfoil_protocol import block as blocks
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common, common_configuration
from counterfoil_protocol.signing import Signer, verify


def envelope(payload: bytes = b"p", signature: bytes = b"s") -> bytes:
    return common.Envelope(payload=payload, signature=signature).SerializeToString()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "020100"),
        (127, "02017f"),
        (128, "02020080"),
        (255, "020200ff"),
        (256, "02020100"),
        (2**64 - 1, "020900ffffffffffffffff"),
    ],
)
def test_header_in_der(number: int, expected: str) -> None:
    header = common.BlockHeader(number=number, previous_hash=b"\x01", data_hash=b"\x02\x03")
    body = bytes.fromhex(expected + "040101" + "04020203")
    assert blocks.header_bytes(header) == b"\x30" + bytes([len(body)]) + body
    assert blocks.header_hash(header) == hashlib.sha256(blocks.header_bytes(header)).digest()


def test_long_lengths_in_der() -> None:
    header = common.BlockHeader(previous_hash=b"x" * 200, data_hash=b"y" * 300)
    expected = b"\x02\x01\x00" + b"\x04\x81\xc8" + b"x" * 200 + b"\x04\x82\x01\x2c" + b"y" * 300
    assert blocks.header_bytes(header) == b"\x30\x82\x01\xfe" + expected


def test_new_block() -> None:
    block = blocks.new_block(3, b"previous", [envelope(), envelope(b"q")])
    assert block.header.data_hash == hashlib.sha256(envelope() + envelope(b"q")).digest()
    assert list(block.metadata.metadata) == [b""] * 5
    blocks.check_block_data(block)
    assert blocks.parse_block(block.SerializeToString()) == block


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "empty block"),
        ([envelope(b"")], "transaction 0 has no payload"),
        ([envelope(), envelope(signature=b"")], "transaction 1 has no signature"),
        ([envelope() + b"\x0a\x01p"], "transaction 0 does not match its raw form"),
        ([b"\xff"], "not a common.Envelope"),
    ],
)
def test_transactions_must_be_well_formed(data: list[bytes], message: str) -> None:
    with pytest.raises(MalformedMessage, match=message):
        blocks.check_block_data(blocks.new_block(1, b"", data))


@pytest.mark.parametrize("missing", ["header", "data", "metadata"])
def test_incomplete_blocks(missing: str) -> None:
    block = blocks.new_block(1, b"", [envelope()])
    block.ClearField(missing)  # type: ignore[arg-type]  # one of the three literals
    with pytest.raises(MalformedMessage):
        blocks.parse_block(block.SerializeToString())


def test_metadata() -> None:
    block = blocks.new_block(1, b"", [envelope()] * 3)
    blocks.set_transactions_filter(block, [0, 11, 254])
    assert blocks.transactions_filter(block) == b"\x00\x0b\xfe"
    blocks.set_commit_hash(block, b"hash")
    assert blocks.commit_hash(block) == b"hash"
    bare = common.Block()
    assert blocks.metadata(bare, common.TRANSACTIONS_FILTER) == b""
    blocks.set_metadata(bare, common.TRANSACTIONS_FILTER, b"\x00")
    assert list(bare.metadata.metadata) == [b"", b"", b"\x00", b"", b""]


def test_commit_hash_chains() -> None:
    codes = bytes(200)
    expected = hashlib.sha256(b"\xc8\x01" + codes + b"updates" + b"previous").digest()
    assert blocks.next_commit_hash(b"previous", codes, b"updates") == expected
    assert blocks.next_commit_hash(b"", b"\x00", b"") == hashlib.sha256(b"\x01\x00").digest()


def test_signed_block(signing_identity: tuple[Identity, Signer]) -> None:
    identity, sign = signing_identity
    block = blocks.new_block(7, b"previous", [envelope()])
    blocks.sign_block(block, sign, identity.serialize(), nonce=b"n", last_config_number=5)
    assert blocks.last_config(block) == 5
    (signed,) = blocks.block_signed_data(block)
    assert signed.identity == identity.serialize()
    assert verify(identity.x509, signed.data, signed.signature)
    block.header.number = 8
    (other,) = blocks.block_signed_data(block)
    assert not verify(identity.x509, other.data, other.signature)


def test_last_config_of_the_older_form() -> None:
    block = blocks.new_block(1, b"", [envelope()])
    value = common.Metadata(value=common.LastConfig(index=4).SerializeToString()).SerializeToString()
    blocks.set_metadata(block, common.LAST_CONFIG, value)
    assert blocks.last_config(block) == 4


def test_signatures_by_number_of_the_consenter(signing_identity: tuple[Identity, Signer]) -> None:
    identity, sign = signing_identity
    block = blocks.new_block(7, b"previous", [envelope()])
    signatures = []
    for number in (2, 9):
        header = common.IdentifierHeader(identifier=number, nonce=b"n").SerializeToString()
        signature = sign(b"value" + header + blocks.header_bytes(block.header))
        signatures.append(common.MetadataSignature(identifier_header=header, signature=signature))
    value = common.Metadata(value=b"value", signatures=signatures).SerializeToString()
    blocks.set_metadata(block, common.SIGNATURES, value)
    consenter = common_configuration.Consenter(id=2, msp_id="OrgMSP", identity=identity.certificate)
    (signed,) = blocks.block_signed_data(block, [consenter])
    assert signed.identity == identity.serialize()
    assert verify(identity.x509, signed.data, signed.signature)


def test_channel_of_an_empty_block() -> None:
    with pytest.raises(MalformedMessage, match="block is empty"):
        blocks.channel_id(blocks.new_block(1, b"", []))
