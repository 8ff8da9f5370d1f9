"""BankA pays freight for its customers, takes some of it back, and is asked about what was before.

BankA and BankB share an invoice; all else of BankA's differs: parties, invoices, amounts, rates, references,
what was refused and what came back.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterfoil_contracts.freight_payment import answers
from counterfoil_contracts.freight_payment import operations as ops
from freight_people import FreightPeople, digital
from transcript import Transcript
from two_worlds import World

if TYPE_CHECKING:
    from counterfoil_protocol.confidential import Operation

SHIPPER, CARRIER = "91310000MA1FL0007C", "91440300MA5G00000R"
"""Payer and payee of the shared invoice."""
OTHER, ANOTHER = "91370200MA3N00008X", "91350200MA2X00003T"
SHARED = 7_000_000
"""Fen of the shared invoice: BankB's payment finds room in both worlds, and one of all of it in neither."""


@dataclass(frozen=True, slots=True)
class FreightBusiness:
    """Two histories differ in this alone; `beside` is what a careless client of BankA does besides."""

    payer: str
    payee: str
    invoice: int
    amount: int
    reference: str
    vessel: str
    shared: int = 500_000
    """US cents paid on the shared invoice."""
    brief: bool = False
    """Nothing is taken back, and nothing was before."""

    observers = ("BankB",)

    @property
    def facts(self) -> tuple[str, ...]:
        """What somebody would look for, and try behind hashes."""
        amounts = (self.amount, self.paid, self.shared, 7 * self.shared)
        return self.payer, self.payee, digital(self.invoice), self.reference, self.vessel, *map(str, amounts)

    @property
    def paid(self) -> int:
        """US cents paid on BankA's own invoice."""
        return self.amount // 2 // 7

    def play(self, world: World) -> None:
        people = world.people
        people.payer, people.payee = SHIPPER, CARRIER
        shared = people.facts(0, SHARED)
        people.put_invoices(shared)
        people.pay("BankA", people.verify("BankA", shared), [(0, self.shared, 7 * self.shared)])
        if self.brief:
            pay(people, self)
        else:
            hidden(people, self)
        _look_and_pay(people, world.transcript("BankB"))


ONE = FreightBusiness(OTHER, ANOTHER, 77_001, 4_444_444, "REF-55512", "EVER ONE")
TWO = FreightBusiness(ANOTHER, OTHER, 88_002, 8_080_808, "REF-99917-OF-ANOTHER-LENGTH", "EVER TWO", 123_457)


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment of BankA's, with the look it rests on and its slip."""

    payment: str
    look: str
    slip: str


def pay(trade: FreightPeople[Any], business: FreightBusiness) -> Paid:
    """BankA pays half of an invoice of its own."""
    facts = trade.facts(business.invoice, business.amount, seller=business.payee, buyer=business.payer)
    trade.put_invoices(facts)
    bill = ops.TransportDocument("COSU", business.reference, vessel_name=business.vessel)
    trade.submit(trade.port, ops.TRANSPORT_PUT, ops.PutTransports((bill,)))
    shown = ops.AskedTransport("COSU", business.reference, vessel_name=business.vessel)
    look, slip = trade.verify("BankA", facts, transports=(shown,)), trade.slip("BankA", business.reference)
    payment = _mark(trade, business, look, slip, business.paid, business.amount // 2)
    trade.paid("BankA", payment)
    return Paid(payment, look, slip)


def hidden(trade: FreightPeople[Any], business: FreightBusiness) -> None:
    """Every kind of step, with parties and figures that differ."""
    own, use = pay(trade, business), business.amount // 2
    refund = trade.refund("BankA", own.payment, use // 70)
    trade.undo("BankA", ops.Reverse(refund))
    marked = _mark(trade, business, own.look, own.slip, use // 70, use // 10)
    trade.undo("BankA", ops.Cancel(marked))
    trade.reverse(business.invoice, business.amount - 1, red=business.invoice + 1)
    stated = (ops.StatedUse(0, use // 70, use // 10, trade.rate),)
    body = ops.LegacyUse(business.payer, business.payee, "USD", use // 70, own.look, stated, "2026-02-25")
    act = trade.undo("BankA", body)
    trade.submit(trade.regulators[0], ops.ADMIT, ops.Admit("BankAMSP", act))
    trade.register(trade.mandate(business.payer, business.payee, "PAYER"))


def _mark(
    trade: FreightPeople[Any], business: FreightBusiness, look: str, slip: str, amount: int, use: int
) -> str:
    given: dict[str, Any] = {"payer": business.payer, "payee": business.payee, "transports": (0,)}
    return trade.mark("BankA", look, [(0, amount, use)], slip=slip, **given)


def _look_and_pay(people: FreightPeople[Any], transcript: Transcript) -> None:
    """BankB knows the shared invoice in full and guesses at one of BankA's; it pays, and tries too much."""
    guessed = people.facts(ONE.invoice, ONE.amount - 1, seller=ONE.payee, buyer=ONE.payer)
    look = people.verify("BankB", people.facts(0, SHARED), guessed)
    transcript.ask(people.verified, "BankB", look)
    people.pay("BankB", look, [(0, 100_000, 700_000)])
    too_much, unknown = (0, 1_000_000, SHARED), (1, 10, 70)
    for part in (too_much, unknown):
        transcript.ask(people.mark, "BankB", look, [part])
    asked: tuple[tuple[Operation[Any, Any], Any], ...] = (
        (ops.CHANGES, answers.ReadChanges()),
        (ops.FLAGS_MINE, answers.ReadFlags()),
        (ops.ACTS_PENDING, answers.ReadPage()),
        (ops.PAYMENT_READ, ops.ReadPayment("0" * 32)),
        (ops.SUPERVISE, ops.Supervise(digital(ONE.invoice))),
    )
    for operation, body in asked:
        transcript.ask(people.ask, people.person("BankB"), operation, body)
