"""Facts are numbers, names and amounts; codes, days, ids and times are none."""

import base64
import json
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from counterfoil_contracts.chaincode import OPERATIONS
from counterfoil_contracts.core import message
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_demo.knowledge import TIMES, Knowledge
from msgspec import Struct


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


def test_no_time_of_any_operation_counts_as_an_amount() -> None:
    """Two organisations do something in the same second: that would look like a leak."""
    seen: set[Any] = set()
    times = {
        name for each in OPERATIONS for of in (each.request, each.answer) for name in time_fields(of, seen)
    }
    assert "taken_at" in times
    assert times <= TIMES


def time_fields(of: Any, seen: set[Any]) -> Iterator[str]:
    """Names of the fields that are times, in a type and in all that it is made of."""
    if of in seen:
        return
    seen.add(of)
    if isinstance(of, type) and issubclass(of, Struct):
        for name, hint in get_type_hints(of, include_extras=True).items():
            if message.Time in (hint, *get_args(hint)):
                yield name
            yield from time_fields(hint, seen)
    for inner in get_args(of):
        if not isinstance(inner, str):
            yield from time_fields(inner, seen)
