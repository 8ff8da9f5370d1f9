"""BankA asks an enterprise for leave, looks, disputes and is supervised; for which enterprise is the secret.

BankB has dealings with both enterprises that it could be. Port has nothing to do with either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from counterfoil_contracts.credit_authorization import report as r
from counterfoil_contracts.credit_authorization.statements import Group
from counterfoil_contracts.testing import SELLER
from credit_life import OTHER, CreditLife
from credit_network import network_life
from transcript import Transcript
from two_worlds import World

if TYPE_CHECKING:
    from counterfoil_protocol.confidential import Operation


@dataclass(frozen=True, slots=True)
class CreditBusiness:
    """Two histories differ in this alone; `beside` is what a careless client of BankA does besides."""

    enterprise: str
    scope: tuple[Group, ...]
    total: int
    statement: str
    beside: Callable[[World, "CreditBusiness"], None] = lambda *_: None
    brief: bool = False
    """Nothing is asked for beforehand, disputed or supervised."""

    observers = ("BankB", "Port")

    @property
    def facts(self) -> tuple[str, ...]:
        """What somebody would look for, and try behind hashes."""
        return self.enterprise, str(self.total), self.statement

    def play(self, world: World) -> None:
        life = network_life(world.people)
        for enterprise in (SELLER, OTHER):
            _own_leave(life, enterprise)
        grant, enquiry = look(life, self) if self.brief else lead(life, self)
        self.beside(world, self)
        for organisation, user in (("BankB", "officer1"), ("Port", "relay")):
            _ask_everything(world, organisation, user, grant, enquiry)
        _show_anothers(life, world.transcript("BankB"), grant)


ONE = CreditBusiness(SELLER, ("BASIC", "TRADE"), 13_572_468, "our total is 4711, and has been for a year")
TWO = CreditBusiness(OTHER, ("REGULATORY", "TRADE"), 98_765_432, "that is not us")


def look(life: CreditLife, business: CreditBusiness, ask: str = "") -> tuple[str, str]:
    """BankA takes a grant and is told; gives grant and enquiry."""
    claims = life.claims(enterprise=business.enterprise, scope=business.scope, ask=ask)
    life.trade.submit(life.relay, ops.OFFER, m.Statement(life.sign(claims)))
    grant = life.take("BankA", life.sign(claims))
    enquiry = life.enquire(grant, scope=business.scope).enquiry
    digest = life.deliver(enquiry, enterprise=business.enterprise, **_groups(business)).digest
    life.trade.submit(life.trade.person("BankA"), ops.ACKNOWLEDGE, m.Acknowledge(enquiry, digest))
    return grant, enquiry


def lead(life: CreditLife, business: CreditBusiness) -> tuple[str, str]:
    """Every kind of operation at least once; gives a grant and an enquiry of BankA's."""
    enterprise, scope, groups = business.enterprise, business.scope, _groups(business)
    life.decline(life.ask(enterprise=enterprise), enterprise=enterprise)
    grant, enquiry = look(life, business, life.ask(enterprise=enterprise))
    life.refuse(life.enquire(grant, scope=scope).enquiry)
    life.enquire(grant, purpose="ACCOUNT_OPENING", scope=scope)
    life.dispute(enquiry, enterprise=enterprise)
    life.act(m.Resolve("BankAMSP", enquiry, upheld=True, reason=business.statement))
    life.deliver(enquiry, enterprise=enterprise, reason=business.statement, height=50, **groups)
    life.act(m.Suspend("BankAMSP", grant, business.statement))
    life.act(m.Hold("BankAMSP", enquiry, business.statement))
    revoked = life.sign(life.revocation(grant, enterprise=enterprise))
    life.trade.submit(life.relay, ops.REVOKE, m.Statement(revoked))
    return grant, enquiry


def _groups(business: CreditBusiness) -> dict[str, Any]:
    """What a report of the scope says."""
    figures = (r.Total("USD", 3, business.total),)
    return {
        "basic": r.BasicGroup(business.enterprise, "31", "", "") if "BASIC" in business.scope else None,
        "trade": r.TradeGroup("2025-03-01", "2026-03-01", figures, (), (), 2, 0, 0),
        "regulatory": r.RegulatoryGroup((), False, 0) if "REGULATORY" in business.scope else None,
    }


def _own_leave(life: CreditLife, enterprise: str) -> None:
    """BankB has a report about an enterprise."""
    enquiry = life.enquire(life.grant("BankB", enterprise=enterprise), "BankB").enquiry
    life.deliver(enquiry, "BankB", enterprise=enterprise)


def _ask_everything(world: World, organisation: str, user: str, grant: str, enquiry: str) -> None:
    """Ask for BankA's records by their ids, and for lists, wherever a contract answers."""
    asked: tuple[tuple[Operation[Any, Any], Any], ...] = (
        (ops.GRANT_READ, m.ReadGrant(grant)),
        (ops.REPORT_READ, m.ReadReport(enquiry)),
        *((each, m.ReadRecords()) for each in (ops.GRANTS, ops.ASKS, ops.OFFERS, ops.ENQUIRIES)),
        (ops.SUPERVISE_GRANTS, m.Supervise("BankAMSP")),
        (ops.SUPERVISE_REPORT, m.SuperviseReport("BankAMSP", enquiry)),
        (ops.ENQUIRE, m.Enquire(grant, "CREDIT_REVIEW", ("TRADE",))),
    )
    transcript = world.transcript(organisation)
    with world.ready.client(organisation, user) as client:
        for operation, body in asked:
            if operation.is_submit:
                transcript.ask(client.submit, operation, body)
            else:
                transcript.ask(client.inquire, operation, body)


def _show_anothers(life: CreditLife, transcript: Transcript, grant: str) -> None:
    """BankB tries what is BankA's, and a nonce that BankA has used."""
    officer = life.trade.person("BankB")
    revoked = m.Statement(life.sign(life.revocation(grant)))
    transcript.ask(life.trade.submit, officer, ops.REVOKE, revoked)
    for claims in (life.claims("BankA"), life.claims("BankB", nonce=grant)):
        transcript.ask(life.take, "BankB", life.sign(claims))
