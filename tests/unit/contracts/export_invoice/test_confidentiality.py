"""What others can see of a bank's business: two histories that differ only in BankA's look alike to BankB.

First cut, on the testing kit: every block's public part, every private value BankB's peer holds, the
answers BankB gets. A and B share a declaration, and A's use of it is the same in both; all else of A differs.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from counterfoil_chaincode.testing import Committed, Refused
from counterfoil_contracts.chaincode import CHAINCODE
from counterfoil_contracts.export_invoice import answers, messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import SELLER, TradeLedger
from msgspec.structs import replace
from recorder import Recorder

D1 = "224820260000000001"
OTHER = "91440300MA5G00000R"
BANK_A_ONLY = ("terms_BankA", "marks_BankA")


@dataclass(frozen=True)
class Business:
    """BankA's own business, hidden from BankB."""

    enterprise: str
    declaration: str
    invoice: str
    buyer_amount: int
    amount: int
    disbursed: int
    rate_reference: str


ONE = Business(OTHER, "224820260000000777", "SECRET-7781", 4_444_444, 3_939_393, 2_121_212, "REF-55512")
TWO = Business(SELLER, "224820260000000888", "HIDDEN-9012", 8_080_808, 6_161_616, 5_252_525, "REF-99917")


def history(business: Business) -> tuple[TradeLedger, Recorder, str]:
    trade = TradeLedger(enterprises=(SELLER, OTHER))
    recorder = Recorder(trade.ledger)
    trade.put_declaration(D1, 10_000_000)
    shared = trade.invoice("I1", 7_000_000)
    view = trade.view("BankA", [shared], [D1], [(0, 0, 6_000_000, 6_000_000)])
    trade.finance("BankA", view, [(0, D1, 6_000_000)])
    hidden(trade, business)
    mine = trade.view("BankB", [trade.invoice("I2", 5_000_000)], [D1], [(0, 0, 4_000_000, 4_000_000)])
    trade.finance("BankB", mine, [(0, D1, 3_000_000)])
    return trade, recorder, mine


def hidden(trade: TradeLedger, business: Business) -> None:
    trade.put_declaration(business.declaration, 10_000_000, consignor=business.enterprise)
    invoice = trade.invoice(business.invoice, business.buyer_amount, seller=business.enterprise)
    amount = business.amount
    view = trade.view(
        "BankA", [invoice], [business.declaration], [(0, 0, amount, amount)], enterprise=business.enterprise
    )
    mark = trade.lock("BankA", view, [(0, business.declaration, amount)])
    trade.approve("BankA", mark, amount)
    trade.act("BankA", messages.Disburse(mark, business.disbursed, trade.today))
    trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", business.disbursed // 3, trade.today))
    mended(trade, business, mark)
    slip = messages.PutSlip(reference=business.rate_reference)
    trade.submit(trade.person("BankA"), ops.SLIP_PUT, slip)


def mended(trade: TradeLedger, business: Business, mark: str) -> None:
    """Mistakes, losses and staff: acts of every other kind, with figures that differ."""
    invoice = trade.invoice(business.invoice, business.buyer_amount, seller=business.enterprise)
    act = messages.Repay(
        mark, "EXPORT_PROCEEDS", business.disbursed // 7, trade.today, business.disbursed // 7
    )
    prepared = trade.submit(trade.person("BankA"), ops.PREPARE, messages.Prepare(act)).act
    trade.submit(trade.person("BankA", "approver"), ops.CONFIRM, messages.ConfirmAct(prepared))
    trade.act("BankA", messages.Reverse(prepared))
    trade.act("BankA", messages.Correct(mark, trade.put_terms("BankA", business.amount)))
    trade.act("BankA", messages.CreditNote(mark, 0, business.buyer_amount // 9, trade.today))
    anew = replace(invoice, number=f"{business.invoice}-B")
    trade.act("BankA", messages.ReplaceInvoice(mark, 0, anew))
    trade.act("BankA", messages.Cancel(mark))
    trade.act("BankA", messages.WriteOff(mark, trade.today))
    trade.act("BankA", messages.Recover(mark, "GUARANTOR", business.disbursed // 11, trade.today))
    head, deputy = (trade.person("BankA", "approver", name) for name in ("head", "deputy"))
    amounts = (registry.LimitAmount("USD", business.amount),)
    limits = registry.PutLimits((registry.Limits(trade.person("BankA", "approver").staff, amounts),))
    proposal = trade.submit(head, registry.LIMIT_PUT, limits).proposal
    trade.submit(deputy, registry.LIMIT_CONFIRM, registry.ConfirmOwn(proposal))
    people = registry.PutStaff((registry.StaffRecord(head.staff, business.rate_reference),))
    proposal = trade.submit(head, registry.STAFF_PUT, people).proposal
    trade.submit(deputy, registry.STAFF_CONFIRM, registry.ConfirmOwn(proposal))
    freeze = registry.Freeze(frozen=True, declaration=business.declaration)
    proposal = trade.submit(trade.regulators[0], registry.FREEZE_PROPOSE, freeze).proposal
    trade.submit(trade.regulators[1], registry.FREEZE_CONFIRM, registry.Confirm(proposal))


def shape(committed: Committed) -> list[object]:
    """What a block shows of a transaction, with hashes, ids and pseudonyms left out but their number kept."""
    found: list[object] = [len(committed.payload), committed.event, committed.code]
    for namespace in committed.rwset.namespaces:
        found.append(
            (namespace.namespace, [read.key for read in namespace.reads], [w.key for w in namespace.writes])
        )
        for collection in namespace.collections:
            found.append((collection.name, len(collection.reads), len(collection.writes)))
    return found


def test_two_histories_of_a_look_alike_in_every_block() -> None:
    (_, one, _), (_, two, _) = history(ONE), history(TWO)
    assert [shape(each) for each in one.blocks] == [shape(each) for each in two.blocks]
    assert len(one.blocks) > 20


def test_two_histories_of_a_give_b_the_same_private_files_and_answers() -> None:
    seen = []
    for business in (ONE, TWO):
        trade, _, view = history(business)
        person = trade.person("BankB")
        told = [
            trade.ask(person, ops.VIEW_READ, messages.ReadViews((view,))).views[0].declarations,
            [
                replace(each, terms_hash="")
                for each in trade.ask(person, ops.CHANGES, answers.ReadChanges()).financings
            ],
            trade.ask(person, ops.FLAGS_MINE, answers.ReadFlags()),
        ]
        held = {name: list(values(trade, name)) for name in ("terms_BankB", "marks_BankB")}
        seen.append((told, held))
        assert not any(
            trade.ledger.private("BankBMSP", name) for name in (*BANK_A_ONLY, "authority", "supervision")
        )
    assert seen[0] == seen[1]


def values(trade: TradeLedger, collection: str) -> Iterator[str]:
    """Values with every hash and salt blotted out: those may differ, as a consistent renaming would."""
    for value in trade.ledger.private("BankBMSP", collection).values():
        yield re.sub("[0-9a-f]{64}", "…", value.decode())


@pytest.mark.parametrize("business", [ONE, TWO])
def test_nothing_of_a_s_business_stands_in_any_block(business: Business) -> None:
    trade, recorder, _ = history(business)
    needles = [
        business.declaration,
        business.invoice,
        business.enterprise,
        "US-ACME",
        business.rate_reference,
    ]
    needles += [str(number) for number in (business.amount, business.disbursed, business.buyer_amount)]
    shown = b"".join(each.payload + each.event + repr(each.rwset).encode() for each in recorder.blocks)
    written = "".join(
        trade.ledger.private("RegulatorMSP", "marks_BankA")[key].decode()
        for key in trade.ledger.private("RegulatorMSP", "marks_BankA")
    )
    for needle in needles[:4]:
        assert needle.encode() not in shown
    for number in needles[5:7]:
        assert number.encode() not in shown
        assert number in written


def test_keys_are_not_found_by_guessing() -> None:
    """No private key can be named by who knows the document: neither plain nor by SHA-256 of its number."""
    trade, _, _ = history(ONE)
    guesses = {
        ONE.declaration,
        hashlib.sha256(ONE.declaration.encode()).hexdigest(),
        ops.declaration_fingerprint(D1),
    }
    guesses.add(ops.declaration_fingerprint(ONE.declaration))
    # The secrets, and the one list of all that is frozen, are kept by names and not by numbers.
    held = trade.ledger.private("RegulatorMSP", "authority")
    keys = [key for key in held if not key.startswith(("secret/", "frozen/authority/all"))]
    assert len(keys) > 20
    assert not any(guess in key for guess in guesses for key in keys)
    for key in keys:
        assert re.fullmatch(r"[a-z]+/[0-9a-f]{64}|outcome/authority/[A-Za-z]+MSP/[0-9a-f]{32}", key), key
    for collection in ("terms_BankA", "marks_BankA"):
        for key in trade.ledger.private("RegulatorMSP", collection):
            assert f"/{collection}/" in key or re.fullmatch("limit/[0-9a-f]{64}", key), key


def test_every_private_value_is_salted_and_no_salt_is_used_twice() -> None:
    trade, _, _ = history(ONE)
    salts = []
    for collection in ("authority", "marks_BankA", "marks_BankB", "terms_BankA", "terms_BankB"):
        salts += [
            json.loads(value)["salt"] for value in trade.ledger.private("RegulatorMSP", collection).values()
        ]
    assert all(re.fullmatch("[0-9a-f]{64}", salt) for salt in salts)
    assert len(set(salts)) == len(salts)


def test_a_view_reads_no_pool() -> None:
    """So that a look does not link two banks by the hash of a document's key."""
    trade, recorder, _ = history(ONE)
    keys = set(trade.ledger.private("RegulatorMSP", "authority"))
    pools = {hashlib.sha256(key.encode()).digest() for key in keys if key.startswith("pool/")}
    before = len(recorder.blocks)
    trade.view("BankB", [trade.invoice("I1", 7_000_000)], [D1], [(0, 0, 6_000_000, 6_000_000)])
    (viewed,) = recorder.blocks[before:]
    read = {read.key_hash for n in viewed.rwset.namespaces for c in n.collections for read in c.reads}
    assert read
    assert pools
    assert not read & pools


def test_every_operation_reads_the_same_public_keys_and_writes_none() -> None:
    _, recorder, _ = history(ONE)
    for each in recorder.blocks:
        for namespace in each.rwset.namespaces:
            assert [read.key for read in namespace.reads] == [
                "calendar",
                "codes",
                "parameters",
                "rates",
                "trust",
            ]
            assert not namespace.writes
            assert not namespace.range_queries


def test_no_transaction_of_b_names_a_collection_of_a() -> None:
    trade, recorder, _ = history(ONE)
    before = len(recorder.blocks)
    view = trade.view("BankB", [trade.invoice("I4", 100)], [D1], [])
    with pytest.raises(Refused):
        trade.lock("BankB", view, [(0, D1, 1)])
    trade.act("BankB", messages.Receipt(trade.invoice("I1", 7_000_000), 1, trade.today))
    names = {
        c.name for each in recorder.blocks[before:] for n in each.rwset.namespaces for c in n.collections
    }
    assert names == {"authority", "marks_BankB", "terms_BankB"}


def test_no_message_shows_its_content() -> None:
    invoice = TradeLedger.invoice("SECRET-1", 7_654_321)
    record = messages.Lock("0" * 32, "0" * 32, "USD", 1, (messages.Pledge(0, D1, 1, 1, 7_654_321),))
    for shown in (
        repr(invoice),
        str(record),
        repr([invoice]),
        repr(messages.Receipt(invoice, 7_654_321, "2026-03-02")),
    ):
        assert "SECRET" not in shown
        assert "7654321" not in shown
    assert "export_invoice" in CHAINCODE.contracts
