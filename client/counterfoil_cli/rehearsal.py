"""`counterfoil invoice rehearse`: everybody else's part for one invoice, on a network of this machine.

What customs, the regulator and the enterprise do before a bank can look at an invoice takes keys that a bank
never has. On a network of one's own they all lie in its folder.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counterfoil import ContractRefusal
from counterfoil_contracts.core.documents import Invoice, invoice_fingerprint
from counterfoil_contracts.core.roles import CUSTOMS_ORACLE, REGULATOR_OFFICER
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from counterfoil_network.deployment import NetworkFolder
from counterfoil_network.identities import (
    IdentityNotFound,
    enterprise_roots,
    issue_enterprise,
    load_enterprise,
)

from counterfoil_cli.trade.consent_paper import Papers, Signatory, consent_of, write_paper
from counterfoil_cli.trade.person import Asked, LedgerDesk, NobodyKnown, at_desk, holders
from counterfoil_cli.trade.values import BadEntry, Money, day, money_text

PURPOSE = "export invoice finance"
_OFFICE = "2248"
_GENERAL_TRADE = "0110"
_VALID_DAYS = 7
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What there is for the bank: the declaration that carries the invoice, and the consent's file."""

    declaration: str
    consent: Path


class Rehearsal:
    """One invoice on one network of this machine. `tell` is called with each thing that was done.

    Raises, in every step:
        NobodyKnown, BadEntry, CounterfoilError, OSError, ValueError: see `complaints`.
    """

    def __init__(self, folder: Path, invoice: Invoice, seller: str, tell: Told) -> None:
        self._folder = folder
        self._invoice = invoice
        self._seller = seller
        self._tell = tell
        officers = holders(Asked(folder), (REGULATOR_OFFICER,))
        customs = holders(Asked(folder), (CUSTOMS_ORACLE,))
        if len(officers) < 2 or not customs:
            raise NobodyKnown(f"{folder} is no network of this machine with two officers and customs: --dir")
        self._first, self._second = officers[:2]
        self._customs = customs[0]

    def prepare(self, bank: str, out: Path) -> Rehearsed:
        """Everything that comes before a bank's look; what is there already stays. `bank` is an MSP ID."""
        self._open_ledger()
        self._list_enterprise()
        number = self._state_declaration()
        self._sign_consent(bank, number, out)
        return Rehearsed(number, out)

    def _open_ledger(self) -> None:
        """Secret and tables, unless the ledger has them."""
        with self._officers() as (first, second):
            try:
                first.ask(trade.DECLARATION_LIST, trade.ReadKeys(limit=1))
            except ContractRefusal as refusal:
                if refusal.code != "NOT_CONFIGURED":
                    raise
                first.submit(registry.SECRET_CONTRIBUTE, registry.ContributeSecret(secrets.token_hex(32)))
                second.submit(registry.SECRET_COMPLETE, registry.CompleteSecret(secrets.token_hex(32)))
                self._tell("two officers of the regulator give the ledger its secret")
            known = first.ask(registry.TABLES_READ, registry.ReadTables())
            entries = self._lacking(known)
            if entries.parameters or entries.trust:
                proposed = first.submit(registry.TABLE_PROPOSE, registry.ProposeTables(entries)).answer
                second.submit(registry.TABLE_CONFIRM, registry.Confirm(proposed.proposal))
                self._tell("they publish the standard parameters and the root of enterprises' certificates")

    def _lacking(self, known: Any) -> registry.TableEntries:
        today = day("today")
        trusted = {root.certificate for root in known.trust}
        roots = (pem.decode() for pem in enterprise_roots(NetworkFolder(self._folder).crypto))
        return registry.TableEntries(
            parameters=() if known.parameters else registry.standard_parameters(f"{today[:4]}-01-01"),
            trust=tuple(registry.Root(root, today) for root in roots if root not in trusted),
        )

    def _list_enterprise(self) -> None:
        with self._officers() as (first, second):
            try:
                first.ask(registry.ENTERPRISE_READ, registry.ReadEnterprise(self._invoice.seller))
            except ContractRefusal as refusal:
                if refusal.code != "NOT_FOUND":
                    raise
                record = registry.Enterprise(self._invoice.seller, self._seller, "A")
                proposed = first.submit(
                    registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((record,))
                ).answer
                second.submit(registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))
                self._tell(f"they list {self._seller} ({self._invoice.seller}) as class A")

    def _state_declaration(self) -> str:
        """Customs states a declaration over the whole invoice, numbered by its fingerprint."""
        sequence = int(invoice_fingerprint(self._invoice)[:12], 16) % 10**9
        number = f"{_OFFICE}{day('today')[:4]}0{sequence:09d}"
        with at_desk(self._customs) as customs:
            try:
                customs.ask(trade.DECLARATION_READ, trade.ReadDeclaration(number))
            except ContractRefusal as refusal:
                if refusal.code != "NOT_FOUND":
                    raise
                customs.submit(trade.DECLARATION_PUT, trade.PutDeclarations((self._declaration(number),)))
                money = money_text(self._invoice.amount, self._invoice.currency)
                self._tell(f"customs states declaration {number} over {money}, with the invoice")
        return number

    def _declaration(self, number: str) -> trade.Declaration:
        invoice = self._invoice
        return trade.Declaration(
            number=number,
            declared_on=day("today"),
            status="CLEARED",
            consignor=invoice.seller,
            consignee=invoice.buyer,
            trade_mode=_GENERAL_TRADE,
            currency=invoice.currency,
            total=invoice.amount,
            lines=(trade.StatedLine(invoice, invoice.amount, invoice.amount),),
        )

    def _sign_consent(self, bank: str, number: str, out: Path) -> None:
        crypto = NetworkFolder(self._folder).crypto
        try:
            enterprise = load_enterprise(crypto, self._invoice.seller)
        except IdentityNotFound:
            enterprise = issue_enterprise(crypto, self._invoice.seller, self._seller)
        signatory = Signatory(enterprise.chain[:1], enterprise.identity.key)
        claims = consent_of(
            self._invoice.seller,
            bank,
            Papers((self._invoice,), (number,)),
            (),
            Money(money_text(self._invoice.amount, self._invoice.currency)),
            purpose=PURPOSE,
            days=_VALID_DAYS,
        )
        write_paper(out, signatory.sign(claims))
        self._tell(f"the enterprise signs a consent for {bank}: {out}")

    @contextmanager
    def _officers(self) -> Iterator[tuple[LedgerDesk, LedgerDesk]]:
        with at_desk(self._first) as first, at_desk(self._second) as second:
            yield first, second


def readable(file: Path) -> tuple[Invoice, str]:
    """The facts of an invoice that can be lent on, and its seller's name.

    Raises:
        BadEntry: it is not read, or no export invoice.
    """
    from counterfoil_documents import DocumentError, UnfitInvoice, export_invoice, read_invoice_file
    from counterfoil_documents.fingerprint import statement

    try:
        found = read_invoice_file(file)
        export_invoice(found)
        return statement(found), found.seller.name
    except (DocumentError, UnfitInvoice, ValueError) as error:
        raise BadEntry(
            str(file), f"take an export invoice of a Chinese enterprise: {error}", "FILE"
        ) from None
