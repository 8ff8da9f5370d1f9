"""Scenarios of credit authorizations as they are lived, on kit or network; each says what it saves.

All are independent: each has grants of its own.
"""

from collections.abc import Callable

from counterfoil import ContractRefusal
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from counterfoil_contracts.registry.operations import Freeze
from counterfoil_contracts.testing import SELLER
from credit_life import OTHER, CreditLife

BANKS = ("BankA", "BankB")


def refused(call: Callable[[], object]) -> str:
    """The code of a refusal, from kit or client; empty if it was let through."""
    try:
        call()
    except (Refused, ContractRefusal) as error:
        return error.code
    return ""


def three_reports_and_used_up(life: CreditLife) -> None:
    """Leave for three would be leave for ever."""
    grant = life.grant(maximum=3)
    for _ in range(3):
        enquiry = life.enquire(grant).enquiry
        life.deliver(enquiry)
        assert life.read(enquiry).report is not None
    assert life.enquire(grant).refused == "GRANT_EXHAUSTED"
    assert life.standing(grant).standing == "GRANT_EXHAUSTED"


def asked_for_and_declined(life: CreditLife) -> None:
    """A bank would take silence, or a no, for leave."""
    ask = life.ask()
    life.decline(ask)
    assert refused(lambda: life.grant(ask=ask)) == "BAD_STATE"


def brought_by_the_relay(life: CreditLife) -> None:
    """An enterprise could grant only through a bank that may be in no hurry."""
    claims = life.claims("BankB")
    life.trade.submit(life.relay, ops.OFFER, m.Statement(life.sign(claims)))
    offers = life.trade.ask(life.trade.person("BankB"), ops.OFFERS, m.ReadRecords()).offers
    [token] = [offer.token for offer in offers if offer.nonce == claims.nonce]
    assert life.standing(life.take("BankB", token), "BankB").standing == "GRANTED"


def revoked_while_an_enquiry_waits(life: CreditLife) -> None:
    """The report would be delivered after the enterprise has said no."""
    grant = life.grant()
    enquiry = life.enquire(grant).enquiry
    life.revoke(grant)
    assert refused(lambda: life.deliver(enquiry)) == "GRANT_REVOKED"
    life.refuse(enquiry, "GRANT_REVOKED")
    assert life.state(enquiry) == "REFUSED"
    assert life.enquire(grant).refused == "GRANT_REVOKED"


def disputed_and_corrected_at_every_bank(life: CreditLife) -> None:
    """A wrong figure would go on deciding loans at the bank that nobody told."""
    enquiries = {bank: life.enquire(life.grant(bank), bank).enquiry for bank in BANKS}
    for bank, enquiry in enquiries.items():
        life.deliver(enquiry, bank)
        life.dispute(enquiry, bank)
        life.act(m.Resolve(f"{bank}MSP", enquiry, upheld=True, reason="a declaration counted twice"))
    for bank, enquiry in enquiries.items():
        life.deliver(enquiry, bank, reason="a declaration counted twice", height=41)
        answer = life.read(enquiry, bank)
        assert (answer.version, answer.dispute and answer.dispute.state) == (2, "UPHELD")


def the_enterprise_sees_who_looked(life: CreditLife) -> None:
    """Nobody would know that a bank tried what it had no leave for."""
    grant = life.grant("BankB")
    done, tried = life.enquire(grant, "BankB"), life.enquire(grant, "BankB", purpose="ACCOUNT_OPENING")
    page = m.ReadOwnLog(life.reading(), "BankBMSP")
    seen = life.trade.ask(life.relay, ops.OWN_ENQUIRIES, page).enquiries
    states = {each.enquiry: (each.enterprise, each.state, each.code) for each in seen}
    assert states[done.enquiry] == (SELLER, "PENDING", "")
    assert states[tried.enquiry] == (SELLER, "REFUSED", "PURPOSE_MISMATCH")


def suspended_and_resumed(life: CreditLife) -> None:
    """A forged power of attorney would be of use until the court has spoken."""
    grant = life.grant()
    life.act(m.Suspend("BankAMSP", grant, "the signatory is in doubt"))
    assert life.enquire(grant).refused == "GRANT_SUSPENDED"
    life.act(m.Resume("BankAMSP", grant, "the signatory was right"))
    assert life.enquire(grant).refused == ""


def frozen_takes_no_new_leave(life: CreditLife) -> None:
    """Whoever is under investigation would go on gathering leave; what was given is not undone by it."""
    grant = life.grant("BankB", enterprise=OTHER)
    life.freeze(Freeze(frozen=True, enterprise=OTHER))
    assert refused(lambda: life.grant("BankB", enterprise=OTHER)) == "FROZEN"
    assert life.enquire(grant, "BankB").refused == ""
    life.trade.put_enterprise(OTHER, "B")
    assert refused(lambda: life.grant("BankA", enterprise=OTHER)) == "FROZEN", "a new class lifts nothing"
    life.freeze(Freeze(frozen=False, enterprise=OTHER))
    assert life.standing(life.grant("BankB", enterprise=OTHER), "BankB").standing == "GRANTED"
    life.freeze(Freeze(frozen=True, bank="BankBMSP"))
    assert refused(lambda: life.grant("BankB")) == "FROZEN"
    life.freeze(Freeze(frozen=False, bank="BankBMSP"))
    assert life.standing(life.grant("BankB"), "BankB").standing == "GRANTED"


Scenario = Callable[[CreditLife], None]
ALL: tuple[Scenario, ...] = (
    three_reports_and_used_up,
    asked_for_and_declined,
    brought_by_the_relay,
    revoked_while_an_enquiry_waits,
    disputed_and_corrected_at_every_bank,
    the_enterprise_sees_who_looked,
    suspended_and_resumed,
    frozen_takes_no_new_leave,
)
