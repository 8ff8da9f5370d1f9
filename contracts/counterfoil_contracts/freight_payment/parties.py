"""Who may pay whom for an invoice: its buyer its seller, or an agent whom one of them has mandated."""

from collections.abc import Sequence

from counterfoil_chaincode.confidential import Record
from counterfoil_protocol.confidential import AUTHORITY
from msgspec.structs import replace

from counterfoil_contracts.consent import model as consents
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.registry import tables
from counterfoil_contracts.registry.desk import Desk, trade_operation

from . import operations as ops
from .mandate_messages import Mandate, Mandates, MandateWithdrawal, RegisteredMandate, Side
from .records import MANDATE
from .tax_messages import InvoiceTuple


class Parties:
    """The part of the contract that enterprises speak to, through whoever carries what they signed."""

    @trade_operation(ops.MANDATE_PUT)
    def put_mandate(self, desk: Desk, body: ops.PutMandate) -> ops.MandatePut:
        """Register a mandate; shown again, it changes nothing."""
        roots = tables.trusted_roots(desk.tables, desk.today)
        claims = consents.verified(body.mandate, Mandate, roots, desk.now)
        if claims.enterprise == claims.agent:
            raise refusal(RefusalCode.BAD_INPUT, "an enterprise is no agent of its own")
        record = _mandates(desk, claims.side, claims.enterprise, claims.agent)
        known = record.value.mandates if record else ()
        earlier = next((each for each in known if each.claims.nonce == claims.nonce), None)
        if earlier is not None and earlier.claims != claims:
            raise refusal(RefusalCode.CONSENT_REPLAYED, "another mandate with this nonce was shown before")
        if earlier is not None and earlier.withdrawn:
            raise refusal(RefusalCode.CONSENT_WITHDRAWN, "the enterprise has taken the mandate back")
        if earlier is None:
            after = Mandates((*known, RegisteredMandate(claims, body.mandate)))
            _save(desk, claims.side, claims.enterprise, claims.agent, after, record)
        return ops.MandatePut(claims.expiry)

    @trade_operation(ops.MANDATE_WITHDRAW)
    def withdraw_mandate(self, desk: Desk, body: ops.WithdrawMandate) -> ops.MandateWithdrawn:
        """No new payment rests on the mandate; what is marked stays."""
        roots = tables.trusted_roots(desk.tables, desk.today)
        claims = consents.verified(body.withdrawal, MandateWithdrawal, roots, desk.now)
        record = _mandates(desk, claims.side, claims.enterprise, claims.agent)
        known = record.value.mandates if record else ()
        named = next((each for each in known if each.claims.nonce == claims.nonce), None)
        if named is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such mandate of this enterprise")
        at = named.withdrawn or desk.now
        after = tuple(replace(each, withdrawn=at) if each is named else each for each in known)
        _save(desk, claims.side, claims.enterprise, claims.agent, Mandates(after), record)
        return ops.MandateWithdrawn(at)

    @trade_operation(ops.MANDATE_READ)
    def read_mandates(self, desk: Desk, body: ops.ReadMandates) -> ops.Mandates:
        """What one enterprise has signed for another."""
        record = _mandates(desk, body.side, body.enterprise, body.agent)
        return record.value if record else Mandates()


def check_parties(desk: Desk, payer: str, payee: str, invoices: Sequence[InvoiceTuple]) -> None:
    """Every invoice is from the payee to the payer, or one of them is its party's mandated agent.

    Raises:
        Refusal: `PARTY_MISMATCH`.
    """
    sides: list[tuple[Side, str, str]] = []
    for invoice in invoices:
        sides += [("PAYER", invoice.buyer, payer), ("PAYEE", invoice.seller, payee)]
    for side, party, stands in dict.fromkeys(sides):
        if party != stands and not _is_mandated(desk, side, party, stands):
            raise refusal(RefusalCode.PARTY_MISMATCH, "an invoice between others than payer and payee")


def _is_mandated(desk: Desk, side: Side, principal: str, agent: str) -> bool:
    record = _mandates(desk, side, principal, agent)
    return record is not None and any(
        not each.withdrawn and each.claims.not_before <= desk.now < each.claims.expiry
        for each in record.value.mandates
    )


def _mandates(desk: Desk, side: Side, principal: str, agent: str) -> Record[Mandates] | None:
    return desk.context.store.find(AUTHORITY, MANDATE, f"{side}|{principal}|{agent}", Mandates)


def _save(  # noqa: PLR0913, PLR0917 - the record's name, its value, what was there
    desk: Desk, side: Side, principal: str, agent: str, value: Mandates, record: Record[Mandates] | None
) -> None:
    desk.context.store.save(AUTHORITY, MANDATE, f"{side}|{principal}|{agent}", value, record)
