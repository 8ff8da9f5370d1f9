"""Leaks, planted into the contracts and into BankA's clients, and which of them were overlooked."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import counterfoil_contracts
import credit_business
import export_business
import freight_business
import leaky_contracts
import msgspec
from counterfoil import EvaluateError
from counterfoil_cli.trade_chaincode import trade_package
from counterfoil_contracts.core.roles import AUTHORITIES
from counterfoil_contracts.credit_authorization import messages as credit
from counterfoil_contracts.credit_authorization import operations as authorizations
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_protocol.confidential import build_outcome_request, build_request, new_request_id, new_salt
from trade_ready import ReadyTrade
from transcript import Difference, told
from two_worlds import Business, World


def leaky_package(folder: Path) -> bytes:
    """The contracts with `leaky_contracts` among them."""
    shutil.copytree(Path(counterfoil_contracts.__file__).parent, folder)
    shutil.copy(leaky_contracts.__file__, folder)
    chaincode = folder / "chaincode.py"
    planted = "\nfrom . import leaky_contracts\n\nleaky_contracts.plant()\n"
    chaincode.write_text(chaincode.read_text() + planted)
    return trade_package(folder)


def lock_carelessly(ready: ReadyTrade, officer: str, body: trade.Lock) -> str:
    """As a client does that tells the amount by the function's name, and once more as an argument."""
    # Nobody tries again for it: every peer must have the terms by now.
    ready.network.await_level_peers()
    request_id = new_request_id()
    request = build_request(trade.LOCK.name, msgspec.to_builtins(body))
    name = "transact_large" if body.amount > 10**8 else "transact_small"
    with ready.network.gateway("BankA", officer) as gateway:
        contract = gateway.network("trade").contract("trade", trade.CONTRACT)
        contract.submit(
            name, request_id, str(body.amount), transient=request, endorsing_organizations=AUTHORITIES
        )
        ready.network.await_level_peers()
        # The mark's id stands in no block: the outcome tells it.
        asked = build_outcome_request(trade.LOCK.name, request_id)
        outcome = contract.evaluate("outcome", transient=asked, target_organizations=AUTHORITIES)
    return str(msgspec.json.decode(outcome)["result"]["mark"])


def ask_carelessly(world: World, business: credit_business.CreditBusiness) -> None:
    """BankA's client asks for leave with the enterprise as an argument; another asks at Port's peer."""
    body = credit.Ask(business.enterprise, business.scope, "CREDIT_REVIEW", "2025-03-01", 3, 90)
    request = build_request(authorizations.ASK.name, msgspec.to_builtins(body), new_salt())
    name, endorsers = "transact_ask", ("RegulatorMSP", "BankAMSP")
    with world.network.gateway("BankA", "officer1") as gateway:
        contract = gateway.network("trade").contract("trade", authorizations.CONTRACT)
        told_too_much = (new_request_id(), business.enterprise)
        contract.submit(name, *told_too_much, transient=request, endorsing_organizations=endorsers)
        try:
            asked = (new_request_id(),)
            contract.evaluate(name, *asked, transient=request, target_organizations=("PortMSP",))
        except EvaluateError:
            return  # Port's chaincode says that it has nothing to do with it
    raise AssertionError("Port's peer has answered")


CARELESS: tuple[tuple[Business, ...], ...] = (
    (
        replace(export_business.SMALL, lender=lock_carelessly, brief=True),
        replace(freight_business.ONE, brief=True),
        replace(credit_business.ONE, beside=ask_carelessly, brief=True),
    ),
    (
        replace(export_business.LARGE, lender=lock_carelessly, brief=True),
        replace(freight_business.TWO, brief=True),
        replace(credit_business.TWO, beside=ask_carelessly, brief=True),
    ),
)
"""BankA's businesses in both worlds, in short: just what the leaks are in."""
CERTIFICATES = tuple(
    {"note": f"customer of {business.approved}"}
    for business in (export_business.SMALL, export_business.LARGE)
)

Some = Callable[..., bool]
"""Whether a line of a kind, told in one world alone, holds all these texts."""


def overlooked(bank_b: Iterable[Difference], port: Iterable[Difference]) -> list[str]:
    """The planted leaks that comparisons of what BankB, and what Port, have seen have not found."""
    by_bank, by_port, name = _some(bank_b), _some(port), credit_business.ONE.enterprise
    leaks = _in_export_invoices(by_bank) | _in_freight_payments(by_bank)
    for observer, some in (("BankB", by_bank), ("Port", by_port)):
        leaks |= {f"{leak}, by {observer}": is_found for leak, is_found in _in_grants(some, name).items()}
    leaks |= {
        "credit, a collection of the wrong members": by_bank("private", name),
        "credit, in a refusal's text": by_bank("answer", "the last was", name),
        "credit, in a log": by_port("log", name),
    }
    assert len(leaks) == 10 + 7 + 2 * 10 + 3
    return [leak for leak, is_found in leaks.items() if not is_found]


def _some(found: Iterable[Difference]) -> Some:
    lines = told(found)

    def some(kind: str, *parts: str) -> bool:
        return any(each == kind and all(part in line for part in parts) for each, line in lines)

    return some


def _in_export_invoices(some: Some) -> dict[str, bool]:
    business = export_business.SMALL
    total = business.shared_amount + business.own_amount
    return {
        "in an argument": some("block", "arguments", f"'{total}'"),
        "in a function's name": some("block", "arguments", "transact_small"),
        "in a response": some("block", "response", f"/{total}'"),
        "in an event": some("block", "response", "locked", f"{total}"),
        "a key that can be guessed": some("hash", f"the hash of {total + 1}", "write marks_BankA"),
        "a value without salt": some("hash", f"the hash of {total}", "value in"),
        "a public key read by content": some("block", f"public read trade 'probe/{total}'"),
        "a collection chosen by content": some("block", "collection authority"),
        "in a certificate": some("block", "certificate", f"customer of {business.approved}"),
        "in a refusal's text": some("answer", "DUPLICATE: ", f"the last was {total}"),
    }


def _in_freight_payments(some: Some) -> dict[str, bool]:
    payer, paid = freight_business.ONE.payer, freight_business.ONE.paid
    return {
        "freight, in a response": some("block", "response", f"/{paid}'"),
        "freight, in an event": some("block", "response", "marked", payer),
        "freight, a key that can be guessed": some("hash", f"the hash of {payer}", "write marks_BankA"),
        "freight, a value without salt": some("hash", f"the hash of {paid}", "value in marks_BankA"),
        "freight, a public key read by content": some("block", f"public read trade 'payer/{payer}'"),
        "freight, how many keys are read": some("block", "collection marks_BankA"),
        "freight, in a refusal's text": some("answer", "OVER_USE: ", f"the last was {payer}"),
    }


def _in_grants(some: Some, name: str) -> dict[str, bool]:
    """What grants and enquiries tell everybody who has the blocks."""
    return {
        "credit, in an argument": some("block", "arguments", f"'{name}'"),
        "credit, in a response": some("block", "response", f"/{name}'"),
        "credit, in an event's name": some("block", "granted by", name),
        "credit, in an event": some("block", "acknowledged", name),
        "credit, the length of an event": some("block", "enquired", "." * 1000),
        "credit, a key that can be guessed": some("hash", f"the hash of {name}", "write credit_BankA"),
        "credit, a value without salt": some("hash", f"the hash of {name}", "value in credit_BankA"),
        "credit, one key at two banks": some("hash", "write credit_BankA", "write credit_BankB"),
        "credit, a public key read by content": some("block", f"public read trade 'enterprise/{name}'"),
        "credit, how many keys are written": some("block", "collection credit_BankA"),
    }
