"""Neither another bank nor Port learns for which enterprise a grant exists, nor what was asked or told.

Two histories that differ in nothing but that look the same in every block, in every private file of BankB
and Port, and in every answer BankB gets. `tests/engine` says the same of real files.
"""

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from counterfoil_chaincode.testing import Committed
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from credit_business import ONE, TWO, CreditBusiness, lead
from credit_life import KitLife
from recorder import Recorder

if TYPE_CHECKING:
    from counterfoil_protocol.confidential import Operation


def history(business: CreditBusiness) -> tuple[KitLife, list[Committed]]:
    life = KitLife()
    recorder = Recorder(life.trade.ledger)
    life.grant("BankB")
    lead(life, business)
    life.enquire(life.grant("BankB"), "BankB")
    return life, recorder.blocks


def shape(committed: Committed) -> list[object]:
    """What a block shows of a transaction, hashes and ids left out but their number kept."""
    found: list[object] = [len(committed.payload), committed.event, committed.code]
    for namespace in committed.rwset.namespaces:
        found.append((namespace.namespace, [each.key for each in namespace.reads], len(namespace.writes)))
        found += [(each.name, len(each.reads), len(each.writes)) for each in namespace.collections]
    return found


def test_two_affairs_look_alike_in_every_block() -> None:
    (_, one), (_, two) = history(ONE), history(TWO)
    assert [shape(each) for each in one] == [shape(each) for each in two]
    assert len(one) > 15


def test_port_and_another_bank_hold_nothing_of_it() -> None:
    seen = []
    for business in (ONE, TWO):
        life, _ = history(business)
        for msp in ("PortMSP", "BankBMSP"):
            for collection in ("credit_BankA", "notices_BankA", "supervision"):
                assert not life.trade.ledger.private(msp, collection), (msp, collection)
        assert not any("credit" in key for key in life.trade.ledger.private("PortMSP", "authority"))
        person = life.trade.person("BankB")
        lists: tuple[Operation[Any, Any], ...] = (ops.GRANTS, ops.ASKS, ops.OFFERS, ops.ENQUIRIES)
        listed = [life.trade.ask(person, operation, m.ReadRecords()) for operation in lists]
        counts = [len(getattr(each, each.__struct_fields__[0])) for each in listed]
        held = [
            sorted(re.sub("[0-9a-f]{32,}", "…", key) for key in life.trade.ledger.private("BankBMSP", each))
            for each in ("credit_BankB", "notices_BankB")
        ]
        seen.append((counts, held))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("business", [ONE, TWO])
def test_nothing_of_it_stands_in_any_block(business: CreditBusiness) -> None:
    life, blocks = history(business)
    shown = b"".join(each.payload + each.event + repr(each.rwset).encode() for each in blocks).decode()
    written = b"".join(life.trade.ledger.private("BankAMSP", "notices_BankA").values()).decode()
    for needle in (business.enterprise, str(business.total), business.statement):
        assert needle not in shown
    for needle in (business.enterprise, str(business.total), business.statement):
        assert needle in written


def test_no_port_peer_endorses_and_authority_is_not_written() -> None:
    for operation in ops.OPERATIONS:
        assert "PortMSP" not in (*operation.endorsers, *operation.evaluate_at), operation.full_name
        named = (*operation.reads, *operation.writes, operation.outcome, operation.relayed_outcome)
        if operation.is_submit and "regulator.relay" in {role.role for role in operation.roles}:
            assert operation.outcome == "supervision" or operation.relayed_outcome == "supervision"
        touches = "authority" in named[:-1]
        assert touches == (operation is ops.GRANT), "it reads there what is frozen, under one key for all"
        assert "authority" not in operation.writes, operation.full_name


def test_keys_do_not_follow_from_what_stands_in_the_block() -> None:
    """Request ids are public: a record under one would tell by its key's hash what was written."""
    life, blocks = history(ONE)
    public = {argument.decode() for each in blocks for argument in (each.payload,)}
    for collection in ("credit_BankA", "notices_BankA", "supervision"):
        keys = life.trade.ledger.private("RegulatorMSP", collection)
        assert len(keys) >= 4, collection
        for key in keys:
            if not key.startswith("outcome/"):
                assert not any(request in key for request in public if request), key


def test_values_are_salted() -> None:
    """Equal values have unequal hashes."""
    life, _ = history(ONE)
    digests = [
        hashlib.sha256(value).hexdigest()
        for collection in ("credit_BankA", "notices_BankA")
        for value in life.trade.ledger.private("RegulatorMSP", collection).values()
    ]
    salts = re.findall('"salt":"([0-9a-f]{64})"', json_of(life))
    assert len(set(digests)) == len(digests) == len(set(salts))


def json_of(life: KitLife) -> str:
    """Every private value of BankA's credit business."""
    collections = ("credit_BankA", "notices_BankA")
    values = [life.trade.ledger.private("RegulatorMSP", each).values() for each in collections]
    return b"".join(value for held in values for value in held).decode()
