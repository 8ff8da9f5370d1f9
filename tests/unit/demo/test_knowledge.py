"""Facts are numbers, names and amounts; codes, days, ids and times are none."""

import base64
import json

from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_demo.knowledge import Knowledge


def test_the_facts_of_a_message() -> None:
    knowledge = Knowledge()
    terms = trade.PutTerms(
        product="Post-shipment loan",
        branch="Qianhai sub-branch 629",
        currency="CNY",
        amount=42_761_604,
        rate=465,
        maturity="2027-01-01",
        payer="Imaginary Harbor Imports Inc.",
        reference="BA-LOAN-70874465",
    )
    knowledge.submitted("BankA", "terms.put", terms)
    texts = {
        "Post-shipment loan",
        "Qianhai sub-branch 629",
        "Imaginary Harbor Imports Inc.",
        "BA-LOAN-70874465",
    }
    assert knowledge.of("BankA").texts == texts
    assert knowledge.of("BankA").amounts == {"42761604"}
    assert knowledge.lent("BankA").all() == knowledge.of("BankA").all() == knowledge.stated("BankA").all()
    assert knowledge.of("BankB").all() == set()


def test_a_consent_is_opened() -> None:
    claims = {
        "declarations": ["224820260123456789"],
        "maximum": 5_000_000,
        "nonce": "ab" * 16,
        "expiry": 2**33,
    }
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    knowledge = Knowledge()
    knowledge.submitted("BankB", "view", {"consent": f"head.{payload}.signature", "purpose": "finance"})
    assert knowledge.of("BankB").all() == {"224820260123456789", "5000000"}
    assert knowledge.lent("BankB").all() == set()


def test_an_answer_is_told_and_not_stated() -> None:
    knowledge = Knowledge()
    knowledge.told("BankA", {"available": 3_000_000, "expires": 1_800_000_000, "state": "PARTIALLY_REPAID"})
    assert knowledge.of("BankA").all() == {"3000000"}
    assert knowledge.stated("BankA").all() == set()


def test_what_is_published_is_nobodys_secret() -> None:
    knowledge = Knowledge()
    knowledge.told("BankA", {"amount": 7_654_321, "value": 5_000_000})
    knowledge.published({"value": 5_000_000})
    assert knowledge.of("BankA").all() - knowledge.of("BankB").all() == {"7654321"}
