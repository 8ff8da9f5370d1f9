"""What tests do with credit authorizations, on kit or network: bank, enterprise, regulator, oracle."""

from dataclasses import dataclass
from typing import Any

from counterfoil_chaincode.testing import make_caller
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.core.roles import REGULATOR
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from counterfoil_contracts.credit_authorization import report as r
from counterfoil_contracts.credit_authorization import statements as s
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import SELLER, TradeLedger, TradePeople, signatory

DAY = 86_400
OTHER = "91110108MA01ABCD2H"
FIGURES = r.Total("USD", 3, 12_345_678)


@dataclass(slots=True)
class CreditLife:
    """Steps of all parties on one ledger."""

    trade: TradePeople[Any]
    oracle: Any
    relay: Any

    @property
    def now(self) -> int:
        return self.trade.now()

    def sign(self, claims: consents.Claims) -> str:
        """What an enterprise signs."""
        return self.trade.sign(claims)

    def claims(self, bank: str = "BankA", **facts: Any) -> s.CreditGrant:
        """A grant of three reports for ninety days, with a nonce of its own."""
        given: dict[str, Any] = {
            "type": s.CREDIT_GRANT,
            "enterprise": SELLER,
            "audience": f"{bank}MSP",
            "scope": ("BASIC", "TRADE"),
            "purpose": "CREDIT_REVIEW",
            "data_from": "2025-03-01",
            "data_until": "",
            "maximum": 3,
            "ask": "",
            "nonce": self.trade.nonce(),
            "not_before": self.now - 60,
            "expiry": self.now + 90 * DAY,
            **facts,
        }
        return s.CreditGrant(**given)

    def ask(self, bank: str = "BankA", enterprise: str = SELLER) -> str:
        body = m.Ask(enterprise, ("BASIC", "TRADE"), "CREDIT_REVIEW", "2025-03-01", 3, 90)
        return self.trade.submit(self.trade.person(bank), ops.ASK, body).ask

    def take(self, bank: str, token: str) -> str:
        """A bank puts a signed grant on record."""
        return self.trade.submit(self.trade.person(bank), ops.GRANT, m.Statement(token)).grant

    def grant(self, bank: str = "BankA", **facts: Any) -> str:
        return self.take(bank, self.sign(self.claims(bank, **facts)))

    def revocation(self, grant: str, bank: str = "BankA", enterprise: str = SELLER) -> s.CreditRevocation:
        """What takes a grant back."""
        return s.CreditRevocation(s.CREDIT_REVOCATION, enterprise, f"{bank}MSP", grant, **self.times())

    def revoke(self, grant: str, bank: str = "BankA", *, by_bank: bool = False, signer: str = "") -> int:
        """The enterprise takes a grant back, by way of the relay or of the bank; or `signer` signs."""
        claims = self.revocation(grant, bank)
        caller = self.trade.person(bank) if by_bank else self.relay
        token = self.forge(claims, signer) if signer else self.sign(claims)
        return self.trade.submit(caller, ops.REVOKE, m.Statement(token)).at

    def decline(self, ask: str, bank: str = "BankA", enterprise: str = SELLER) -> int:
        claims = s.CreditDecline(s.CREDIT_DECLINE, enterprise, f"{bank}MSP", ask, **self.times())
        return self.trade.submit(self.relay, ops.DECLINE, m.Statement(self.sign(claims))).at

    def dispute(self, enquiry: str, bank: str = "BankA", enterprise: str = SELLER) -> int:
        text = "the declared total is not ours"
        claims = s.CreditDispute(s.CREDIT_DISPUTE, enterprise, f"{bank}MSP", enquiry, text, **self.times())
        return self.trade.submit(self.relay, ops.DISPUTE, m.Statement(self.sign(claims))).at

    def reading(self, enterprise: str = SELLER, seconds: int = 240, **facts: int) -> str:
        """An enterprise's signed request to read its own log."""
        times = {"not_before": self.now - 60, "expiry": self.now - 60 + seconds, **facts}
        return self.sign(s.CreditReading(s.CREDIT_READING, enterprise, self.trade.nonce(), **times))

    def enquire(self, grant: str, bank: str = "BankA", **facts: Any) -> m.Enquired:
        body = {"purpose": "CREDIT_REVIEW", "scope": ("BASIC", "TRADE"), **facts}
        return self.trade.submit(self.trade.person(bank), ops.ENQUIRE, m.Enquire(grant, **body))

    def report(self, enquiry: str, **facts: Any) -> r.Report:
        """A report of both groups."""
        given: dict[str, Any] = {
            "enterprise": SELLER,
            "height": 40,
            "basic": r.BasicGroup("Seller", "31", "SMALL", ""),
            "trade": r.TradeGroup("2025-03-01", "2026-03-01", (FIGURES,), (), (), 2, 0, 0),
            **facts,
        }
        return r.Report(enquiry, **given)

    def deliver(self, enquiry: str, bank: str = "BankA", reason: str = "", **facts: Any) -> m.Delivered:
        body = m.Deliver(f"{bank}MSP", enquiry, self.report(enquiry, **facts), reason)
        return self.trade.submit(self.oracle, ops.DELIVER, body)

    def refuse(self, enquiry: str, code: str = "NO_DATA", bank: str = "BankA") -> None:
        body = m.Refuse(f"{bank}MSP", enquiry, code)  # type: ignore[arg-type]  # a code that may be wrong
        self.trade.submit(self.oracle, ops.REFUSE, body)

    def act(self, act: m.Act) -> None:
        """Two officers of the regulator do something."""
        first, second = self.trade.regulators
        proposed = self.trade.submit(first, ops.ACT_PROPOSE, m.ProposeAct(act)).proposal
        self.trade.submit(second, ops.ACT_CONFIRM, m.ConfirmAct(proposed))

    def freeze(self, body: registry.Freeze) -> None:
        """Two officers freeze or lift; an enterprise is entered in the directory before."""
        if body.enterprise and body.frozen:
            self.trade.put_enterprise(body.enterprise)
        self.trade.freeze(body)

    def standing(self, grant: str, bank: str = "BankA") -> m.GrantAnswer:
        return self.trade.ask(self.trade.person(bank), ops.GRANT_READ, m.ReadGrant(grant))

    def enquiries(self, bank: str = "BankA") -> tuple[m.EnquiryAnswer, ...]:
        return self.trade.ask(self.trade.person(bank), ops.ENQUIRIES, m.ReadRecords()).enquiries

    def state(self, enquiry: str, bank: str = "BankA") -> str:
        return next(each.state for each in self.enquiries(bank) if each.enquiry == enquiry)

    def read(self, enquiry: str, bank: str = "BankA", version: int = 0) -> m.ReportAnswer:
        return self.trade.ask(self.trade.person(bank), ops.REPORT_READ, m.ReadReport(enquiry, version))

    def forge(self, claims: Any, signer: str) -> str:
        """What another enterprise signs in the name of the one the claims name."""
        return signatory(signer).sign(claims)

    def times(self) -> dict[str, int]:
        """Valid for an hour from a minute ago."""
        return {"not_before": self.now - 60, "expiry": self.now + 3600}


class KitLife(CreditLife):
    """On the testing kit, where time stands until it is advanced."""

    trade: TradeLedger

    def __init__(self) -> None:
        super().__init__(
            TradeLedger(enterprises=(SELLER, OTHER)),
            make_caller(REGULATOR, "regulator.oracle", "oracle"),
            make_caller(REGULATOR, "regulator.relay", "relay"),
        )
