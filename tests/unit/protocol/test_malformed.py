"""Whatever the bytes are, a parser reads them or says MalformedMessage: no message may bring a peer down."""

import contextlib
from collections.abc import Callable

import pytest
from counterfoil_protocol import block as blocks
from counterfoil_protocol.application_policy import ApplicationPolicy
from counterfoil_protocol.chaincode_package import parse_package
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.collection import parse_collection_package
from counterfoil_protocol.endorsement import parse_response_payload
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common, proposal
from counterfoil_protocol.proposal import parse_signed_proposal
from counterfoil_protocol.rwset import PrivateReadWriteSet, ReadWriteSet, parse_metadata
from counterfoil_protocol.signature_policy import compile_policy_bytes
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st


def signed_proposal(data: bytes) -> object:
    return parse_signed_proposal(proposal.SignedProposal(proposal_bytes=data, signature=b"s"))


def whole_block(data: bytes) -> object:
    block = blocks.parse_block(data)
    blocks.check_block_data(block)
    blocks.last_config(block)
    blocks.commit_hash(block)
    blocks.block_signed_data(block)
    return blocks.channel_id(block)


def configuration(data: bytes) -> object:
    return ChannelConfig.from_block(blocks.parse_block(data))


def certificate(data: bytes) -> object:
    return Identity.parse(data).x509


PARSERS: list[Callable[[bytes], object]] = [
    signed_proposal,
    parse_transaction,
    parse_response_payload,
    whole_block,
    configuration,
    certificate,
    ReadWriteSet.parse,
    PrivateReadWriteSet.parse,
    parse_metadata,
    parse_collection_package,
    compile_policy_bytes,
    ApplicationPolicy.parse,
    parse_package,
]
parsers = pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: getattr(parse, "__qualname__", "parse"))


@parsers
@given(data=st.binary(max_size=64))
@settings(max_examples=60)
def test_arbitrary_bytes(parse: Callable[[bytes], object], data: bytes) -> None:
    with contextlib.suppress(MalformedMessage):
        parse(data)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_recorded_messages_altered(blocks: list[common.Block], data: st.DataObject) -> None:
    """Bytes of real blocks, envelopes and results with a few changed, so that deep layers are reached."""
    block = blocks[data.draw(st.integers(0, 9))]
    original = data.draw(st.sampled_from([block.SerializeToString(), block.data.data[0]]))
    altered = bytearray(original)
    for _ in range(data.draw(st.integers(1, 3))):
        altered[data.draw(st.integers(0, len(altered) - 1))] = data.draw(st.integers(0, 255))
    for parse in (whole_block, configuration, parse_transaction):
        with contextlib.suppress(MalformedMessage):
            parse(bytes(altered))


def _messages(message: Message) -> list[tuple[Message, FieldDescriptor]]:
    found: list[tuple[Message, FieldDescriptor]] = []
    for field, value in message.ListFields():
        found.append((message, field))
        is_message = field.type == FieldDescriptor.TYPE_MESSAGE
        if is_message and field.label == FieldDescriptor.LABEL_REPEATED:
            entries = (
                list(value.values()) if isinstance(value, dict) or hasattr(value, "values") else list(value)
            )
            for entry in entries:
                found += _messages(entry) if isinstance(entry, Message) else []
        elif is_message:
            found += _messages(value)
    return found


def test_each_field_of_the_configuration_absent(config: ChannelConfig) -> None:
    """Clears every field of the configuration's tree in turn: Go's nil at every place."""
    count = len(_messages(config.config))
    assert count > 100
    for place in range(count):
        copy = type(config.config).FromString(config.config.SerializeToString())
        message, field = _messages(copy)[place]
        message.ClearField(field.name)
        with contextlib.suppress(MalformedMessage):
            ChannelConfig.from_config("trade", copy)


@pytest.mark.parametrize("number", [3, 5, 7])
def test_each_layer_of_a_transaction_empty(blocks: list[common.Block], number: int) -> None:
    envelope = common.Envelope.FromString(blocks[number].data.data[0])
    payload = common.Payload.FromString(envelope.payload)
    for clear in ("header", "data"):
        copy = common.Payload.FromString(payload.SerializeToString())
        copy.ClearField(clear)
        altered = common.Envelope(payload=copy.SerializeToString(), signature=b"s").SerializeToString()
        with contextlib.suppress(MalformedMessage):
            parse_transaction(altered)
