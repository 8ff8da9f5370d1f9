"""What others can see of a bank's payments: two histories that differ only in BankA's look alike to BankB.

A and B share an invoice, and A's use of it is the same in both; all else of A differs: parties, invoices,
amounts, rates, references, what was refused and what came back. Planted leaks must each be found.
"""

import dataclasses
import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_chaincode.testing import Committed, Refused
from counterfoil_contracts.freight_payment import answers
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.freight_payment.payment_case import PaymentCase
from freight_business import ONE, TWO, FreightBusiness, hidden
from freight_ledger import PAYEE, PAYER, FreightLedger, digital
from msgspec.structs import replace
from recorder import Recorder


def history(business: FreightBusiness) -> tuple[FreightLedger, Recorder, str]:
    trade = FreightLedger()
    recorder = Recorder(trade.ledger)
    trade.put_invoices(trade.facts(0, 7_000_000))
    shared = trade.verify("BankA", trade.facts(0, 7_000_000))
    trade.pay("BankA", shared, [(0, 500_000, 3_500_000)])
    hidden(trade, business)
    look = trade.verify("BankB", trade.facts(0, 7_000_000), trade.facts(0, 1, number=digital(5)))
    trade.pay("BankB", look, [(0, 100_000, 700_000)])
    return trade, recorder, look


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


def told(trade: FreightLedger, look: str) -> tuple[Any, ...]:
    """All answers that BankB gets, and what its peer holds."""
    changes = trade.ask(trade.person("BankB"), ops.CHANGES, answers.ReadChanges()).payments
    held = [
        re.sub("[0-9a-f]{64}", "…", value.decode())
        for name in ("terms_BankB", "marks_BankB")
        for value in trade.ledger.private("BankBMSP", name).values()
    ]
    return (
        trade.verified("BankB", look).invoices,
        [replace(each, slip_hash="") for each in changes],
        trade.ask(trade.person("BankB"), ops.FLAGS_MINE, answers.ReadFlags()),
        held,
    )


def differences(one: FreightBusiness, two: FreightBusiness) -> list[str]:
    """What BankB could tell one history from the other by."""
    seen = [history(each) for each in (one, two)]
    found = []
    blocks = [[shape(each) for each in recorder.blocks] for _, recorder, _ in seen]
    if blocks[0] != blocks[1]:
        found.append("blocks")
    if told(seen[0][0], seen[0][2]) != told(seen[1][0], seen[1][2]):
        found.append("answers")
    shown = b"".join(each.payload + each.event + repr(each.rwset).encode() for each in seen[0][1].blocks)
    secrets = (one.payer, one.payee, digital(one.invoice), one.reference, one.vessel, str(one.amount))
    if any(secret.encode() in shown for secret in secrets):
        found.append("block's text")
    return found


def test_two_histories_of_a_look_alike_to_b() -> None:
    assert not differences(ONE, TWO)


def leak_event(desk: Any, payment: Any) -> None:
    desk.context.stub.set_event("payment", payment.payer.encode())


def leak_public(desk: Any, payment: Any) -> None:
    # allow confidential: the leak that is to be found
    desk.context.stub.put_state(payment.payer, b"1")


def leak_read(desk: Any, payment: Any) -> None:
    desk.context.stub.get_state(payment.payer)


def leak_count(desk: Any, payment: Any) -> None:
    """One read more where there are more fen."""
    if payment.amount % 2:
        desk.context.store.find("authority", "transport", str(payment.amount), dict)


@pytest.mark.parametrize("leak", [leak_event, leak_public, leak_read, leak_count])
def test_a_planted_leak_is_found(monkeypatch: pytest.MonkeyPatch, leak: Callable[..., None]) -> None:
    right = PaymentCase.write

    def wrong(self: Any, payment: Any, code: Any = None) -> None:
        leak(self._desk, payment)
        right(self, payment, code)

    monkeypatch.setattr(PaymentCase, "write", wrong)
    try:
        found = differences(dataclasses.replace(ONE, amount=14 * 100_001), TWO)
    except Refused as refused:  # the runtime itself stops some
        found = [refused.code]
    assert found


def test_keys_are_not_found_by_guessing_and_a_look_reads_no_document() -> None:
    trade, recorder, _ = history(ONE)
    guesses = {
        digital(ONE.invoice),
        ops.tax_invoice(digital(ONE.invoice)),
        ops.tax_invoice(digital(0)),
        PAYER,
    }
    # The secrets, and the one list of all that is frozen, are kept by names and not by numbers.
    held = trade.ledger.private("RegulatorMSP", "authority")
    keys = [key for key in held if not key.startswith(("secret/", "frozen/authority/all"))]
    assert not any(guess in key for guess in guesses for key in keys)
    for key in keys:
        assert re.fullmatch(r"[a-z]+/[0-9a-f]{64}|outcome/authority/[A-Za-z]+MSP/[0-9a-f]{32}", key), key
    documents = {
        hashlib.sha256(key.encode()).digest() for key in keys if key.startswith(("pool/", "taxinvoice/"))
    }
    before = len(recorder.blocks)
    trade.verify("BankB", trade.facts(0, 7_000_000))
    (looked,) = recorder.blocks[before:]
    read = {read.key_hash for n in looked.rwset.namespaces for c in n.collections for read in c.reads}
    assert read
    assert documents
    assert not read & documents


def test_no_transaction_of_b_names_a_collection_of_a_and_tables_are_all_that_is_read_in_clear() -> None:
    trade, recorder, look = history(ONE)
    before = len(recorder.blocks)
    payment = trade.pay("BankB", look, [(0, 10, 70)])
    trade.refund("BankB", payment, 5)
    names = {
        c.name for each in recorder.blocks[before:] for n in each.rwset.namespaces for c in n.collections
    }
    assert names == {"authority", "marks_BankB", "terms_BankB"}
    for each in recorder.blocks:
        for namespace in each.rwset.namespaces:
            assert {read.key for read in namespace.reads} <= {
                "calendar", "codes", "parameters", "rates", "trust",
            }  # fmt: skip
            assert not namespace.writes


def test_no_message_shows_its_content() -> None:
    order = ops.Mark(PAYER, PAYEE, "USD", 7_654_321, "0" * 32)
    for message in (order, ops.InvoiceTuple(digital(0), "2026-02-20", PAYEE, PAYER, 7_654_321)):
        assert not any(secret in repr([message]) for secret in (PAYER, PAYEE, "7654321", digital(0)))
