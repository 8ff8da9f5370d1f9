"""The configuration changes under what is queued: every message is judged by the one in force."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from counterfoil_network.configuration import genesis_block
from counterfoil_network.embedded.channel import Channel
from counterfoil_network.embedded.ledger.orderer_ledger import OrdererLedger
from counterfoil_network.embedded.membership import Membership
from counterfoil_network.embedded.node import Node
from counterfoil_network.embedded.orderer.orderer import Orderer
from counterfoil_network.identities import CryptoFolder, load_identity
from counterfoil_network.membership import without_organisation
from counterfoil_protocol.block import is_config_block, last_config
from counterfoil_protocol.channel_config import ChannelConfig
from counterfoil_protocol.config_update import (
    compute_update,
    merge_signatures,
    sign_update,
    unsigned_envelope,
    wrap_update,
)
from counterfoil_protocol.envelope import build_payload, parse_envelope, sign_envelope
from counterfoil_protocol.identity import Identity
from counterfoil_protocol.messages import common
from counterfoil_protocol.signing import Signer, private_key_signer, verify
from counterfoil_protocol.transaction_id import new_nonce

Person = tuple[Identity, Signer]


def person(crypto: CryptoFolder, name: str) -> Person:
    local = load_identity(crypto.organisation(name).user_msp("Admin"))
    return Identity(f"{name}MSP", local.certificate), private_key_signer(local.key)


def message(who: Person, text: bytes) -> common.Envelope:
    identity, signer = who
    payload = build_payload(
        common.ENDORSER_TRANSACTION, "trade", identity.serialize(), new_nonce(), text, timestamp=(1, 0)
    )
    return sign_envelope(payload, signer)


def removal(crypto: CryptoFolder, current: ChannelConfig, name: str) -> common.Envelope:
    changed = without_organisation(current, name)
    update = unsigned_envelope(compute_update("trade", current.config, changed))
    signers = [person(crypto, each) for each in ("BankA", "Regulator", "Port")]
    merged = merge_signatures(sign_update(update, *each) for each in signers)
    return wrap_update(merged, *person(crypto, "BankA"))


@pytest.fixture
def genesis(root: Path, crypto: CryptoFolder) -> common.Block:
    return genesis_block(root / "configtx.yaml", "TradeGenesis", "trade", crypto.root)


@pytest.fixture
def ledger(genesis: common.Block, tmp_path: Path) -> Iterator[OrdererLedger]:
    ledger = OrdererLedger.open(tmp_path / "ledger.db")
    ledger.append(genesis, is_config=True).result()
    yield ledger
    ledger.close()


async def ordered(
    crypto: CryptoFolder, ledger: OrdererLedger, genesis: common.Block, envelopes: list[common.Envelope]
) -> tuple[list[common.Status.ValueType], Orderer]:
    """Hand all over at once, so that all are judged under the genesis block before one is ordered."""
    node = Node.read(crypto.organisation("Orderer"), "OrdererMSP", "127.0.0.1:0")
    channel = Channel("OrdererMSP", genesis, verify)
    orderer = Orderer(node, ledger, channel, Membership(), logging.getLogger("orderer"))
    orderer.start()
    answers = [(await orderer.broadcast(envelope)).status for envelope in envelopes]
    await asyncio.wait_for(orderer.next_block(2), 10)
    # Whatever is queued behind is written or dropped before this one.
    answers.append((await orderer.broadcast(message(person(crypto, "BankA"), b"last"))).status)
    number = 2
    while parse_envelope((await orderer.next_block(number)).data.data[-1]).data != b"last":
        number += 1
    return answers, orderer


def test_a_configuration_has_its_own_block_and_rules_what_comes_after_it(
    crypto: CryptoFolder, ledger: OrdererLedger, genesis: common.Block
) -> None:
    current = ChannelConfig.from_block(genesis)
    envelopes = [
        message(person(crypto, "BankB"), b"before"),
        removal(crypto, current, "BankB"),
        # Accepted as well, because the orderer has not got so far; both are looked at again.
        message(person(crypto, "BankB"), b"after"),
        removal(crypto, current, "Port"),
        message(person(crypto, "BankA"), b"stays"),
    ]
    answers, orderer = asyncio.run(ordered(crypto, ledger, genesis, envelopes))
    assert set(answers) == {common.SUCCESS}
    blocks = list(ledger.blocks(1))
    assert is_config_block(blocks[1])
    assert [last_config(block) for block in blocks[:3]] == [0, 2, 2]
    told = [parse_envelope(raw).data for block in (blocks[0], *blocks[2:]) for raw in block.data.data]
    assert told == [b"before", b"stays", b"last"]
    assert orderer.channel.sequence == 1
    assert sorted(orderer.channel.config.applications) == ["BankA", "Port", "Regulator"]


def test_an_update_that_too_few_signed_is_refused_at_once(
    crypto: CryptoFolder, ledger: OrdererLedger, genesis: common.Block
) -> None:
    current = ChannelConfig.from_block(genesis)
    update = unsigned_envelope(
        compute_update("trade", current.config, without_organisation(current, "BankB"))
    )

    async def answer() -> tuple[int, str]:
        node = Node.read(crypto.organisation("Orderer"), "OrdererMSP", "127.0.0.1:0")
        channel = Channel("OrdererMSP", genesis, verify)
        orderer = Orderer(node, ledger, channel, Membership(), logging.getLogger("orderer"))
        orderer.start()
        response = await orderer.broadcast(wrap_update(update, *person(crypto, "BankA")))
        return response.status, response.info

    status, info = asyncio.run(answer())
    assert status == common.BAD_REQUEST
    assert info.startswith(
        "error applying config update to existing channel 'trade': error authorizing update: error "
        "validating DeltaSet: policy for [Group]  /Channel/Application not satisfied"
    )
