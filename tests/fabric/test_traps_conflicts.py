"""Traps of Fabric in time and order: whose clock, whose word, who conflicts with whom, who waits.

Each test is one row of the table in docs/fabric-compatibility.md.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from attacker import CHANNEL, Attacker
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_network.fabric.status import processes
from counterfoil_protocol.messages import common, gateway, transaction
from counterfoil_protocol.rwset import (
    HashedCollection,
    HashedWrite,
    NamespaceReadWriteSet,
    ReadWriteSet,
    key_hash,
    value_hash,
)
from financed_bank import Financed, answers, claims, consent, refused
from scripted import BOTH, PROBE, Scripts, fresh
from trade_ready import PURPOSE

PULL_RETRY_SECONDS = 2.0
"""`peer.gossip.pvtData.pullRetryThreshold` of this network (docs/production.md)."""
SHORT_SECONDS = 2.0
MANY = 6


@pytest.fixture(scope="module")
def attacker(financed: Financed) -> Attacker:
    return financed.attacker


@pytest.fixture(scope="module")
def scripts(attacker: Attacker) -> Scripts:
    return Scripts(attacker)


def test_trap_5_private_ranges_have_no_phantom_check(scripts: Scripts) -> None:
    """That no transaction may query private data and write is recorded by the acceptance suite."""
    prefix = fresh("range/")
    ends = (prefix, prefix + "~")
    late = [
        scripts.endorse(["private_range", "open", *ends]),
        scripts.endorse(["range", *ends], ["put", fresh("sum"), "0"]),
    ]
    assert scripts.submit(["put", prefix + "1", "1"], ["private_put", "open", prefix + "1", "1"]) == ["VALID"]
    assert scripts.commit(*late) == ["VALID", "PHANTOM_READ_CONFLICT"]


def test_trap_7_time_is_the_clients(financed: Financed, attacker: Attacker) -> None:
    """A consent that has run out opens documents to a client whose clock is slow, by what the peers allow."""
    officer, now = attacker.user("BankB", "officer1"), int(time.time())
    expired = claims("BankBMSP", not_before=now - 900, expiry=now - 60)
    view = trade.View(consent(financed.ready, expired), PURPOSE)
    assert refused(attacker, officer, "Regulator", trade.VIEW, view) == "CONSENT_EXPIRED"
    slow = (now - 200, 0)
    found = answers(attacker, officer, ("Regulator", "Port"), trade.VIEW, view, timestamp=slow)
    assert [answer.response.status for answer in found] == [common.SUCCESS, common.SUCCESS]
    with pytest.raises(grpc.RpcError):
        answers(attacker, officer, ("Regulator",), trade.VIEW, view, timestamp=(now - 360, 0))


@contextmanager
def frozen(attacker: Attacker, organisation: str) -> Iterator[int]:
    """Stop an organisation's peer (SIGSTOP) and let it go on."""
    host = attacker.network.state.node(organisation).host
    [pid] = [each["pid"] for name, each in processes(attacker.network.folder).items() if name == host]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGCONT)


def test_trap_11_commit_status_is_one_peers_word(attacker: Attacker, scripts: Scripts) -> None:
    """BankA's gateway says VALID while the regulator's peer stands still and can know nothing of it."""
    key = fresh()
    endorsed = scripts.endorse(["put", key, "1"], at=("Port", "BankA"))
    with frozen(attacker, "Regulator"):
        assert attacker.broadcast(endorsed.envelope()).status == common.SUCCESS
        assert attacker.code(endorsed.transaction_id, "BankA") == transaction.VALID
        assert scripts.ask(["get", key], at="BankA") == ["1"]
    # So whoever asks there next waits until it is shown.
    assert scripts.code(endorsed.transaction_id) == "VALID"
    assert scripts.ask(["get", key], at="Regulator") == ["1"]


def test_trap_12_a_counter_that_many_write_serialises_them(scripts: Scripts) -> None:
    counter = fresh("counter")
    shared = [scripts.endorse(["get", counter], ["put", counter, "1"]) for _ in range(MANY)]
    assert sorted(scripts.commit(*shared)) == ["MVCC_READ_CONFLICT"] * (MANY - 1) + ["VALID"]
    own = [scripts.endorse(["put", fresh("log"), "1"]) for _ in range(MANY)]
    assert scripts.commit(*own) == ["VALID"] * MANY


def withheld(key: str) -> bytes:
    """A write of a value that its endorser gives nobody."""
    write = HashedWrite(key_hash(key), value_hash(b"withheld"))
    collection = HashedCollection("open", writes=(write,), private_hash=key_hash("never sent"))
    return ReadWriteSet((NamespaceReadWriteSet(PROBE, collections=(collection,)),)).serialize()


def test_trap_14_a_member_without_the_data_holds_the_block_then_goes_on_without(
    attacker: Attacker, scripts: Scripts
) -> None:
    """BankA alone may endorse in `open`, and withholds what it wrote. Our collections of a bank need two."""
    key = fresh()
    forged = attacker.forge(
        attacker.user("BankA"),
        [b"run", b"[]"],
        withheld(key),
        [attacker.peer("BankA")],
        chaincode=PROBE,
        version="1",
    )
    began = time.monotonic()
    assert attacker.broadcast(forged.envelope()).status == common.SUCCESS
    assert attacker.code(forged.transaction_id, "Regulator") == transaction.VALID
    assert time.monotonic() - began > PULL_RETRY_SECONDS
    assert scripts.code(forged.transaction_id) == "VALID"
    assert scripts.ask(["private_hash", "open", key], at="Port") == [value_hash(b"withheld").hex()]
    for member in BOTH:
        said = scripts.ask(["private_get", "open", key], at=member)
        assert "private data matching public hash version is not available" in said
    assert scripts.submit(["put", fresh(), "1"]) == ["VALID"]


def status_request(attacker: Attacker, transaction_id: str) -> gateway.SignedCommitStatusRequest:
    person = attacker.user("BankA", "officer1")
    request = gateway.CommitStatusRequest(
        transaction_id=transaction_id, channel_id=CHANNEL, identity=person.creator
    ).SerializeToString()
    return gateway.SignedCommitStatusRequest(request=request, signature=person.sign(request))


def test_trap_19_the_status_of_what_was_never_ordered_waits_and_the_same_envelope_settles_it(
    attacker: Attacker, scripts: Scripts
) -> None:
    endorsed = scripts.endorse(["put", fresh(), "1"])
    request = status_request(attacker, endorsed.transaction_id)
    with attacker.endpoint("BankA") as node:
        with pytest.raises(grpc.RpcError) as waited:
            node.gateway.CommitStatus(request, timeout=SHORT_SECONDS)
        error: Any = waited.value
        assert error.code() in {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
        assert scripts.commit(endorsed) == ["VALID"]
        first = node.gateway.CommitStatus(request, timeout=SHORT_SECONDS * 10)
        # Whoever does not know sends the same envelope again; the ledger keeps to its first answer.
        assert attacker.broadcast(endorsed.envelope()).status == common.SUCCESS
        assert scripts.submit(["put", fresh(), "1"]) == ["VALID"]
        assert node.gateway.CommitStatus(request, timeout=SHORT_SECONDS * 10) == first
    attacker.network.await_level_peers()
    person = attacker.user("Regulator", "auditor")
    copies = [
        code
        for answer in attacker.blocks(person, "Regulator", "Deliver", start=first.block_number)[:-1]
        for code, content in zip(
            answer.block.metadata.metadata[common.TRANSACTIONS_FILTER], answer.block.data.data, strict=True
        )
        if endorsed.transaction_id.encode() in content
    ]
    assert copies == [transaction.VALID, transaction.DUPLICATE_TXID]
