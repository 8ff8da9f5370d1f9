"""One registry of use: another contract that pays the same tax invoice finds what freight payments left.

Contract C10 of the catalogue, in miniature: all that it needs is the book of pools.
"""

from typing import ClassVar

import counterfoil_contracts.testing.ledger
import pytest
from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.confidential import ConfidentialContract
from counterfoil_contracts.chaincode import SCENARIOS
from counterfoil_contracts.core import pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.message import Amount, Message, RecordId
from counterfoil_contracts.core.pools import Movement
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.core.roles import AUTHORITIES, BANK_OFFICER
from counterfoil_contracts.freight_payment.operations import tax_invoice
from counterfoil_contracts.registry.desk import Desk, trade_operation
from counterfoil_contracts.registry.pool_book import PoolBook
from counterfoil_protocol.confidential import AUTHORITY, Operation
from freight_ledger import FreightLedger, digital
from msgspec import Struct


class UseInvoice(Message, frozen=True):
    """Takes a part of an invoice."""

    number: str
    amount: Amount


class Used(Message, frozen=True):
    """What took it."""

    mark: RecordId


class Holder(Struct, frozen=True):
    bank: str
    id: str
    is_live: bool = True


USE = Operation(
    "capital_payment", "use", UseInvoice, Used, roles=(BANK_OFFICER,),
    endorsers=AUTHORITIES, outcome="marks_{bank}", reads=(AUTHORITY,), writes=(AUTHORITY,),
    summary="Take a part of an invoice.",
)  # fmt: skip


class CapitalPayment(ConfidentialContract):
    """Another scenario that consumes tax invoices."""

    name: ClassVar[str] = "capital_payment"

    @trade_operation(USE)
    def use(self, desk: Desk, body: UseInvoice) -> Used:
        books, document = PoolBook(desk), tax_invoice(body.number)
        pool = books.find(document)
        if pool is None or pools.available(pool, desk.ceiling(pool)) < body.amount:
            raise refusal(RefusalCode.OVER_USE, "more than an invoice has left")
        holder = Holder(desk.msp_id, desk.request_id)
        books.move(holder, [Movement(document, document, 0, body.amount)])
        books.save()
        return Used(desk.request_id)


def test_an_invoice_has_one_total_of_use_for_all_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    contracts = [*(scenario.contract() for scenario in SCENARIOS), CapitalPayment()]
    chaincode = Chaincode(contracts, title="test", version="1")
    monkeypatch.setattr(counterfoil_contracts.testing.ledger, "CHAINCODE", chaincode)
    trade = FreightLedger()
    trade.put_invoices(trade.facts(0, 7_000))
    look = trade.verify("BankA", trade.facts(0, 7_000))
    trade.pay("BankA", look, [(0, 500, 3_500)])
    officer = trade.person("BankB")
    with pytest.raises(Exception, match="OVER_USE"):
        trade.submit(officer, USE, UseInvoice(digital(0), 3_501))
    trade.submit(officer, USE, UseInvoice(digital(0), 3_500))
    assert trade.verified("BankA", look).invoices[0].remaining == 0
    with pytest.raises(Exception, match="OVER_USE"):
        trade.mark("BankA", look, [(0, 10, 70)])
    seen = trade.supervised(0)
    assert {mark.bank: mark.outstanding for mark in seen.pool.marks} == {"BankAMSP": 3_500, "BankBMSP": 3_500}
    assert len(seen.payments) == 1
