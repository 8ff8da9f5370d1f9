"""BankA lends on export invoices, registers a loan late, hands one to BankC and is asked by the regulator.

A shared declaration carries an invoice for BankA and one for BankB.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from trade_ready import BUYER, PURPOSE, SELLER, ReadyTrade, Share, Shipment, declaration_number
from transcript import Transcript
from two_worlds import World

SHARED = Shipment(
    declaration_number(1),
    500_000_000,
    (Share("INV-SHARED-1", 200_000_000, 190_000_000), Share("INV-SHARED-2", 100_000_000, 90_000_000)),
)
OFFICER = "officer1"

Lender = Callable[[ReadyTrade, str, trade.Lock], str]
"""How BankA's officer locks; gives the mark."""


def lock_as_declared(ready: ReadyTrade, officer: str, body: trade.Lock) -> str:
    return ready.submit("BankA", officer, trade.LOCK, body).mark


@dataclass(frozen=True, slots=True)
class ExportBusiness:
    """Two histories differ in this alone."""

    shipment: Shipment
    buyer: str
    shared_amount: int
    own_amount: int
    approved: int
    repaid: int
    late: Shipment
    late_amount: int
    office: str
    question: str
    terms: trade.PutTerms
    lender: Lender = lock_as_declared
    brief: bool = False
    """Nothing is paid out, and nothing but the one loan happens."""

    observers = ("BankB",)

    @property
    def facts(self) -> tuple[str, ...]:
        """What somebody would look for, and try behind hashes."""
        [share] = self.shipment.shares
        lent = (self.shared_amount, self.own_amount, self.shared_amount + self.own_amount)
        amounts = (self.shipment.total, share.total, share.line, *lent)
        more = (self.approved, self.repaid, self.terms.amount, self.late_amount, sum(lent[:2]) + 1)
        names = (self.buyer, share.number, self.shipment.number, self.terms.reference, self.terms.payer)
        return (*map(str, (*amounts, *more)), *names, self.late.number, self.office, self.question)

    def play(self, world: World) -> None:
        ready, transcript = world.ready, world.transcript("BankB")
        ready.publish([SHARED])
        ready.publish([self.shipment, self.late])
        mark = _lend(ready, self)
        _look_and_borrow(ready, transcript)
        if self.brief:
            return
        _pay_back(ready, self, mark)
        _register_late(ready, self)
        _hand_over(ready, self, mark)
        _supervise(ready, self)
        _look_again(ready, transcript)


# BankA's business


def _consent(ready: ReadyTrade, bank: str, documents: Iterable[tuple[Shipment, Share, str]]) -> str:
    now, given = int(time.time()), tuple(documents)
    claims = consents.TradeConsent(
        type=consents.TRADE_CONSENT,
        enterprise=SELLER,
        audience=f"{bank}MSP",
        purpose=PURPOSE,
        declarations=tuple(dict.fromkeys(shipment.number for shipment, _, _ in given)),
        invoices=tuple(msgspec.structs.replace(share.invoice, buyer=buyer) for _, share, buyer in given),
        lines=tuple(
            consents.ConsentLine(at, shipment.number, share.line, share.line)
            for at, (shipment, share, _) in enumerate(given)
        ),
        maximum=10**12,
        currency="USD",
        nonce=consents.new_nonce(),
        not_before=now - 120,
        expiry=now + 86_400,
    )
    own = x509.load_pem_x509_certificate(ready.enterprise.chain[0])
    return consents.sign(claims, [own], private_key_signer(ready.enterprise.identity.key))


def _lend(ready: ReadyTrade, business: ExportBusiness) -> str:
    own = business.shipment
    documents = [(SHARED, SHARED.shares[0], BUYER), (own, own.shares[0], BUYER)]
    view = ready.submit(
        "BankA", OFFICER, trade.VIEW, trade.View(_consent(ready, "BankA", documents), PURPOSE)
    ).view
    terms = ready.submit("BankA", OFFICER, trade.TERMS_PUT, business.terms).terms
    amounts = ((0, SHARED.number, business.shared_amount), (1, own.number, business.own_amount))
    held = tuple(trade.Pledge(at, number, amount, amount, amount) for at, number, amount in amounts)
    total = business.shared_amount + business.own_amount
    mark = business.lender(ready, OFFICER, trade.Lock(view, terms, "USD", total, held))
    ready.submit("BankA", "approver1", trade.APPROVE, trade.Approve(mark, business.approved))
    return mark


def _pay_back(ready: ReadyTrade, business: ExportBusiness, mark: str) -> None:
    day = SHARED.declaration.declared_on
    for act in (
        trade.Disburse(mark, business.approved, day),
        trade.Repay(mark, "OWN_FUNDS", business.repaid, day),
    ):
        prepared = ready.submit("BankA", OFFICER, trade.PREPARE, trade.Prepare(act)).act
        ready.submit("BankA", "approver1", trade.CONFIRM, trade.ConfirmAct(prepared))


def _register_late(ready: ReadyTrade, business: ExportBusiness) -> None:
    """A loan that was paid out by telephone, on another invoice; the regulator admits it."""
    own = business.late
    late = Share(f"{business.shipment.shares[0].number}-LATE", business.late_amount, business.late_amount)
    view = ready.submit(
        "BankA", OFFICER, trade.VIEW, trade.View(_consent(ready, "BankA", [(own, late, BUYER)]), PURPOSE)
    ).view
    terms = ready.submit("BankA", OFFICER, trade.TERMS_PUT, business.terms).terms
    pledge = trade.Pledge(0, own.number, business.late_amount, business.late_amount, business.late_amount)
    day = SHARED.declaration.declared_on
    body = trade.Register("LATE", view, terms, "USD", business.late_amount, (pledge,), day)
    act = ready.submit("BankA", OFFICER, trade.PREPARE, trade.Prepare(body)).act
    ready.submit("BankA", "approver1", trade.CONFIRM, trade.ConfirmAct(act))
    ready.submit("Regulator", "officer1", trade.ADMIT, trade.Admit("BankAMSP", act))


def _hand_over(ready: ReadyTrade, business: ExportBusiness, mark: str) -> None:
    """BankA's financing of the shared document goes to BankC."""
    offer = trade.ProposeTransfer("BankAMSP", "BankCMSP", (mark,))
    transfer = ready.submit("Regulator", "officer1", trade.TRANSFER_PROPOSE, offer).transfer
    terms = ready.submit("BankC", "officer1", trade.TERMS_PUT, business.terms).terms
    accepted = trade.AcceptTransfer(transfer, (terms,))
    ready.submit("BankC", "approver1", trade.TRANSFER_ACCEPT, accepted)
    ready.submit("Regulator", "officer2", trade.TRANSFER_EXECUTE, trade.ExecuteTransfer(transfer))


def _supervise(ready: ReadyTrade, business: ExportBusiness) -> None:
    """The regulator re-hangs its offices and asks BankA about the loan that was registered late."""
    tree = (registry.Office("HEAD", "head office"), registry.Office("BRANCH", business.office, "HEAD"))
    hung = ready.submit("Regulator", "officer1", registry.OFFICE_PROPOSE, registry.ProposeOffices(tree))
    ready.submit("Regulator", "officer2", registry.OFFICE_CONFIRM, registry.Confirm(hung.proposal))
    with ready.client("Regulator", "officer1") as client:
        matters = client.inquire(registry.WORKLIST_READ, registry.ReadWorklist()).matters
    matter = next(each.matter for each in matters if each.matter.code == "LATE_REGISTERED")
    due = datetime.now(UTC).date() + timedelta(days=2)
    asked = registry.InquireMatter(matter, "BankAMSP", business.question, due.isoformat())
    ready.submit("Regulator", "officer1", registry.WORKLIST_INQUIRE, asked)


# BankB's


def _look_and_borrow(ready: ReadyTrade, transcript: Transcript) -> None:
    documents = [(SHARED, share, BUYER) for share in SHARED.shares]
    with ready.client("BankB", "officer1") as client:
        consent = _consent(ready, "BankB", documents)
        view = client.submit(trade.VIEW, trade.View(consent, PURPOSE)).answer.view
        for peer in ("RegulatorMSP", "PortMSP"):
            transcript.ask(client.inquire, trade.VIEW_READ, trade.ReadViews((view,)), at=peer)
        terms = trade.PutTerms("DISCOUNT", "branch-2", "USD", 7_000_000, 400, "2027-06-01")
        terms_id = client.submit(trade.TERMS_PUT, terms).answer.terms
        for place, amount in ((0, 5_000_000), (1, 80_000_000_000), (1, 7_000_000)):
            pledge = (trade.Pledge(place, SHARED.number, amount, amount, amount),)
            lock = trade.Lock(view, terms_id, "USD", amount, pledge)
            transcript.ask(client.submit, trade.LOCK, lock)


def _look_again(ready: ReadyTrade, transcript: Transcript) -> None:
    with ready.client("BankB", "auditor") as client:
        transcript.ask(client.inquire, trade.CHANGES, trade.ReadChanges(0, limit=100))
        transcript.ask(client.inquire, trade.FLAGS_MINE, trade.ReadFlags())
        transcript.ask(client.inquire, trade.FINANCING_READ, trade.ReadFinancing("0" * 32))
        transcript.ask(client.inquire, trade.ACTS_PENDING, trade.ReadPage())
        transcript.ask(client.inquire, registry.INQUIRY_READ, registry.ReadInquiries())


SMALL = ExportBusiness(
    shipment=Shipment(declaration_number(7), 41_000_003, (Share("INV-A-77", 40_000_007, 39_000_011),)),
    buyer=BUYER,
    shared_amount=11_000_013,
    own_amount=12_000_017,
    approved=20_000_019,
    repaid=3_000_023,
    late=Shipment(declaration_number(8), 51_000_031, ()),
    late_amount=5_000_033,
    office="Shanghai branch",
    question="which security stands for it?",
    terms=trade.PutTerms(
        "DISCOUNT", "branch-1", "USD", 23_000_030, 415, "2027-03-01", "Nordwind GmbH", "LN-1"
    ),
)
LARGE = ExportBusiness(
    shipment=Shipment(
        declaration_number(804_411), 912_345_677, (Share("X/2026/000123456", 654_321_011, 543_210_101),)
    ),
    buyer=BUYER,
    shared_amount=111_111_113,
    own_amount=123_456_789,
    approved=234_567_001,
    repaid=99_999_989,
    late=Shipment(declaration_number(804_412), 888_888_883, ()),
    late_amount=777_777_777,
    office="the branch of a province far away from here",
    question="why was this registered only after three weeks, and by whom was it approved then?",
    terms=trade.PutTerms(
        "PACKING", "branch-2 of another city", "USD", 234_567_902, 99_000, "2026-12-31",
        "Ein ganz anderer Käufer mit langem Namen", "LN-2026-SOMETHING-ELSE-ENTIRELY",
    ),
)  # fmt: skip
