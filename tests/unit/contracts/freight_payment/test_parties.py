"""Who may pay whom: the invoice's own parties, or an agent by a mandate that one of them has signed."""

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing.enterprises import signatory
from freight_ledger import AGENT, PAYEE, PAYER, FreightLedger, fresh
from msgspec.structs import replace


@pytest.fixture
def trade() -> FreightLedger:
    found = fresh()
    found.put_invoices(found.facts(0, 700_000))
    return found


def pay(trade: FreightLedger, payer: str = PAYER, payee: str = PAYEE, bank: str = "BankA") -> str:
    look = trade.verify(bank, trade.facts(0, 700_000))
    return trade.mark(bank, look, [(0, 10, 70)], payer=payer, payee=payee)


def test_others_than_the_invoice_s_parties_may_not(trade: FreightLedger) -> None:
    for payer, payee in ((AGENT, PAYEE), (PAYER, AGENT), (PAYEE, PAYER)):
        with pytest.raises(Refused, match="PARTY_MISMATCH"):
            pay(trade, payer, payee)


@pytest.mark.parametrize(("side", "principal"), [("PAYER", PAYER), ("PAYEE", PAYEE)])
def test_a_mandated_agent_stands_for_its_party_at_every_bank(
    trade: FreightLedger, side: str, principal: str
) -> None:
    trade.register(trade.mandate(principal, AGENT, side))
    ends = (AGENT, PAYEE) if side == "PAYER" else (PAYER, AGENT)
    for bank in ("BankA", "BankB"):
        pay(trade, *ends, bank=bank)
    with pytest.raises(Refused, match="PARTY_MISMATCH"):
        pay(trade, *((PAYER, AGENT) if side == "PAYER" else (AGENT, PAYEE)))


def test_a_mandate_ends_by_its_time_and_by_withdrawal(trade: FreightLedger) -> None:
    claims = trade.mandate(PAYER, AGENT, "PAYER")
    trade.register(claims)
    trade.register(claims)
    stated = {field: getattr(claims, field) for field in claims.__struct_fields__}
    withdrawal = ops.MandateWithdrawal(**{**stated, "type": "counterfoil/freight-mandate-withdrawal/1"})
    asked = ops.ReadMandates(PAYER, AGENT, "PAYER")
    (known,) = trade.ask(trade.regulators[0], ops.MANDATE_READ, asked).mandates
    assert known.claims == claims
    pay(trade, AGENT)
    trade.register(withdrawal)
    with pytest.raises(Refused, match="PARTY_MISMATCH"):
        pay(trade, AGENT)
    with pytest.raises(Refused, match="CONSENT_WITHDRAWN"):
        trade.register(claims)
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.register(replace(withdrawal, nonce="f" * 32))
    short = trade.mandate(PAYER, AGENT, "PAYER", expiry=int(trade.ledger.clock.seconds()) + 60)
    trade.register(short)
    pay(trade, AGENT)
    trade.ledger.clock.advance(seconds=60)
    with pytest.raises(Refused, match="PARTY_MISMATCH"):
        pay(trade, AGENT)


def test_only_the_principal_signs_and_a_nonce_means_one_mandate(trade: FreightLedger) -> None:
    claims = trade.mandate(PAYER, AGENT, "PAYER")
    trade.register(claims)
    with pytest.raises(Refused, match="CONSENT_REPLAYED"):
        trade.register(replace(claims, expiry=claims.expiry + 1))
    with pytest.raises(Refused, match="BAD_INPUT"):
        trade.register(trade.mandate(PAYER, PAYER, "PAYER"))
    forged = signatory(AGENT).sign(trade.mandate(PAYER, AGENT, "PAYEE"))
    with pytest.raises(Refused, match="CONSENT_INVALID"):
        trade.submit(trade.relay, ops.MANDATE_PUT, ops.PutMandate(forged))


def test_a_bank_is_admitted_in_the_region_of_either_party(trade: FreightLedger) -> None:
    entries = tuple(
        registry.Parameter("admission", key, "2026-03-02", value)
        for key, value in (("FREIGHT_PAYMENT", 0), ("FREIGHT_PAYMENT/QINGDAO/BankAMSP", 1))
    )
    trade.put_tables(registry.TableEntries(parameters=entries))
    with pytest.raises(Refused, match="SCENARIO_NOT_OPEN"):
        pay(trade)
    trade.put_enterprise(PAYEE, region="QINGDAO")
    pay(trade)
    with pytest.raises(Refused, match="SCENARIO_NOT_OPEN"):
        pay(trade, bank="BankB")


def test_nothing_new_is_marked_for_who_is_frozen_and_what_is_paid_goes_on(trade: FreightLedger) -> None:
    payment = pay(trade)
    trade.put_enterprise(PAYEE, frozen=True)
    with pytest.raises(Refused, match="FROZEN"):
        pay(trade)
    trade.paid("BankA", payment)
    trade.refund("BankA", payment, 10)
    trade.put_enterprise(PAYEE)
    with pytest.raises(Refused, match="FROZEN"):
        pay(trade)
    trade.freeze(registry.Freeze(frozen=False, enterprise=PAYEE))
    trade.freeze(registry.Freeze(frozen=True, bank="BankBMSP"))
    pay(trade)
    with pytest.raises(Refused, match="FROZEN"):
        pay(trade, bank="BankB")


def test_an_invoice_that_is_frozen_takes_no_payment(trade: FreightLedger) -> None:
    """By its fingerprint, as any document of any scenario is."""
    document = ops.tax_invoice(trade.facts(0, 1).number)
    trade.freeze(registry.Freeze(frozen=True, document=document))
    with pytest.raises(Refused, match="FROZEN"):
        pay(trade)
    look = trade.verify("BankA", trade.facts(0, 700_000))
    assert trade.verified("BankA", look).invoices[0].frozen
    trade.freeze(registry.Freeze(frozen=False, document=document))
    pay(trade)
    with pytest.raises(Refused, match="NOT_FOUND"):
        trade.freeze(registry.Freeze(frozen=True, document="f" * 64))
