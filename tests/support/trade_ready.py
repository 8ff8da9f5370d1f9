"""A running trade network that is ready for loans: secret, tables, directory, declarations, consents."""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from counterfoil.trade import Journal, Outcome, TradeClient
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from counterfoil_network.identities import Enterprise, enterprise_roots, issue_enterprise
from counterfoil_protocol.confidential import Operation
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from running_network import RunningNetwork

MSP_IDS = ("RegulatorMSP", "PortMSP", "BankAMSP", "BankBMSP")
SELLER = "91310000MA1FL0007C"
BUYER = "US-ACME INC"
PURPOSE = "export invoice finance"
CURRENCY = "USD"
MOST_AT_ONCE = 100
"""Documents that one declaration.put, consent or lock may name (`messages.MOST_DOCUMENTS`)."""
_BEIJING = timezone(timedelta(hours=8))

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Share:
    """An invoice with one line to a declaration; `line` is the same in both, in cents."""

    number: str
    total: int
    line: int

    @property
    def invoice(self) -> trade.Invoice:
        """As customs and the enterprise state it."""
        return trade.Invoice(SELLER, BUYER, self.number, _day(10), CURRENCY, self.total)


@dataclass(frozen=True, slots=True)
class Shipment:
    """A declaration and the invoices that stand on it."""

    number: str
    total: int
    shares: tuple[Share, ...]

    @property
    def declaration(self) -> trade.Declaration:
        """As customs states it."""
        lines = tuple(trade.StatedLine(each.invoice, each.line, each.line) for each in self.shares)
        return trade.Declaration(
            number=self.number, declared_on=_day(5), status="CLEARED", consignor=SELLER, consignee=BUYER,
            trade_mode="0110", currency=CURRENCY, total=self.total, lines=lines,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OneByOne:
    """A client that waits, after each submit, until every peer shows it: no try is lost to a peer behind."""

    client: TradeClient
    network: RunningNetwork

    def submit(self, operation: Operation[Any, AnswerT], body: Any, **settings: Any) -> Outcome[AnswerT]:
        outcome = self.client.submit(operation, body, **settings)
        self.network.await_level_peers()
        return outcome

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


@dataclass(slots=True)
class ReadyTrade:
    """What tests do as the people of a network; each call is a connection and a journal of its own."""

    network: RunningNetwork
    journals: Path
    enterprise: Enterprise = field(repr=False)
    one_by_one: bool = False

    @contextmanager
    def client(self, organisation: str, user: str, **settings: Any) -> Iterator[TradeClient]:
        path = self.journals / f"{organisation}-{user}-{secrets.token_hex(4)}.journal"
        with self.network.gateway(organisation, user) as gateway, Journal(path) as journal:
            client = TradeClient(gateway.network("trade"), journal, **settings)
            yield OneByOne(client, self.network) if self.one_by_one else client  # type: ignore[misc]  # acts as one

    def submit(self, organisation: str, user: str, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        with self.client(organisation, user) as client:
            return client.submit(operation, body).answer

    def publish(self, shipments: Sequence[Shipment]) -> None:
        """Customs puts the declarations, a hundred at once."""
        for chunk in chunks(shipments):
            body = trade.PutDeclarations(tuple(each.declaration for each in chunk))
            self.submit("Port", "customs", trade.DECLARATION_PUT, body)

    def view(self, bank: str, shares: Sequence[tuple[Shipment, Share]], user: str = "officer1") -> str:
        """The enterprise consents to a bank's look at up to a hundred invoices; gives the view."""
        now = int(time.time())
        claims = consents.TradeConsent(
            type=consents.TRADE_CONSENT,
            enterprise=SELLER,
            audience=f"{bank}MSP",
            purpose=PURPOSE,
            declarations=tuple(shipment.number for shipment, _ in shares),
            invoices=tuple(share.invoice for _, share in shares),
            lines=tuple(
                consents.ConsentLine(at, shipment.number, share.line, share.line)
                for at, (shipment, share) in enumerate(shares)
            ),
            maximum=10**12,
            currency=CURRENCY,
            nonce=consents.new_nonce(),
            not_before=now - 120,
            expiry=now + 7 * 24 * 3600,
        )
        own = x509.load_pem_x509_certificate(self.enterprise.chain[0])
        consent = consents.sign(claims, [own], private_key_signer(self.enterprise.identity.key))
        return self.submit(bank, user, trade.VIEW, trade.View(consent, PURPOSE)).view

    def terms(self, bank: str, user: str = "officer1") -> str:
        """Terms of a loan, between bank and regulator."""
        body = trade.PutTerms(
            product="DISCOUNT", branch="branch-0017", currency=CURRENCY, amount=3_000_000, rate=415,
            maturity="2027-03-01", payer=BUYER, reference="LN-2026-0001",
        )  # fmt: skip
        return self.submit(bank, user, trade.TERMS_PUT, body).terms


def chunks(items: Sequence[AnswerT], size: int = MOST_AT_ONCE) -> Iterator[Sequence[AnswerT]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]


def lock(view: str, terms: str, pledges: Sequence[tuple[int, str, int]]) -> trade.Lock:
    """A lock; a pledge is the invoice's place in the view, the declaration's number, an amount in cents."""
    held = tuple(trade.Pledge(at, number, amount, amount, amount) for at, number, amount in pledges)
    return trade.Lock(view, terms, CURRENCY, sum(each[2] for each in pledges), held)


def make_ready(network: RunningNetwork, journals: Path, *, one_by_one: bool = False) -> ReadyTrade:
    """Two officers of the regulator give the secret, the tables and the enterprise.

    With `one_by_one` every peer shows a step before the next begins, so that a history is always the same.
    """
    enterprise = issue_enterprise(network.folder.crypto, SELLER, "样澜纺织有限公司")
    ready = ReadyTrade(network, journals, enterprise, one_by_one)
    with ready.client("Regulator", "officer1") as first, ready.client("Regulator", "officer2") as second:
        first.submit(registry.SECRET_CONTRIBUTE, registry.ContributeSecret(secrets.token_hex(32)))
        second.submit(registry.SECRET_COMPLETE, registry.CompleteSecret(secrets.token_hex(32)))
        tables = registry.TableEntries(
            parameters=registry.standard_parameters(f"{_day(5)[:4]}-01-01"),
            trust=tuple(
                registry.Root(pem.decode(), _day(0)) for pem in enterprise_roots(network.folder.crypto)
            ),
        )
        proposed = first.submit(registry.TABLE_PROPOSE, registry.ProposeTables(tables)).answer
        second.submit(registry.TABLE_CONFIRM, registry.Confirm(proposed.proposal))
        record = registry.Enterprise(SELLER, "样澜纺织有限公司", "A")
        listed = first.submit(registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((record,))).answer
        second.submit(registry.ENTERPRISE_CONFIRM, registry.Confirm(listed.proposal))
    return ready


def declaration_number(at: int) -> str:
    """Declarations of this year, numbered."""
    return f"2248{_day(5)[:4]}0{at:09d}"


def _day(days_ago: int) -> str:
    """A day where the banks are, YYYY-MM-DD."""
    return (datetime.now(UTC).astimezone(_BEIJING) - timedelta(days=days_ago)).date().isoformat()
