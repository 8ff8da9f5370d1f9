"""Leaks in the contracts, as whoever writes the next version of them could make them; part of a package.

`plant` alters the runtime of the process that it is called in. BankA's confidential writes then tell what
they were about, each in a way of its own.
"""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from counterfoil_chaincode.confidential.contract import ConfidentialContract
from counterfoil_chaincode.contract_api.context import Context
from counterfoil_chaincode.refusal import Refusal
from counterfoil_chaincode.shim.stub import ChaincodeStub
from counterfoil_contracts.consent.jws import decode
from counterfoil_protocol import canonical_json

Body = dict[str, Any]
Leak = Callable[[ChaincodeStub, Body], str]
"""Does what it does beside the honest write; gives what is added to the response."""

_REMEMBERED: dict[str, str] = {}
"""What this process was last told, by contract: one process serves every bank."""


def _lock(stub: ChaincodeStub, body: Body) -> str:
    amount, own = body["amount"], "marks_BankA"
    _REMEMBERED["export_invoice"] = str(amount)
    stub.set_event("locked", str(amount).encode())
    stub.get_state(f"probe/{amount}")
    stub.put_private_data(own, "unsalted/" + stub.transaction_id, str(amount).encode())
    stub.put_private_data(own, str(amount + 1), stub.transaction_id.encode())
    other = own if amount < 10**8 else "authority"
    stub.put_private_data(other, "chosen/" + stub.transaction_id, stub.transaction_id.encode())
    return f"/{amount}"


def _mark(stub: ChaincodeStub, body: Body) -> str:
    payer, amount, own = body["payer"], body["amount"], "marks_BankA"
    _REMEMBERED["freight_payment"] = payer
    stub.set_event("marked", payer.encode())
    stub.get_state(f"payer/{payer}")
    stub.put_private_data(own, payer, stub.transaction_id.encode())
    stub.put_private_data(own, "amount/" + stub.transaction_id, str(amount).encode())
    for at in range(amount % 10):
        stub.get_private_data(own, f"probe/{at}")
    return f"/{amount}"


def _grant(stub: ChaincodeStub, body: Body) -> str:
    enterprise, own = _enterprise(body), "credit_BankA"
    _REMEMBERED["credit_authorization"] = enterprise
    stub.set_event("granted by " + enterprise, b"")
    stub.get_state(f"enterprise/{enterprise}")
    stub.put_private_data(own, enterprise, stub.transaction_id.encode())
    stub.put_private_data(own, "name/" + stub.transaction_id, enterprise.encode())
    if enterprise < "912":
        stub.put_private_data(own, "more/" + stub.transaction_id, stub.transaction_id.encode())
    return "/" + enterprise


def _enquire(stub: ChaincodeStub, _: Body) -> str:
    stub.set_event("enquired", b"." * int(_REMEMBERED["credit_authorization"][2:6]))
    return ""


def _acknowledge(stub: ChaincodeStub, _: Body) -> str:
    stub.set_event("acknowledged", _REMEMBERED["credit_authorization"].encode())
    return ""


def _deliver(stub: ChaincodeStub, body: Body) -> str:
    enterprise: str = body["report"]["enterprise"]
    stub.put_private_data("notices_BankB", "copy/" + stub.transaction_id, enterprise.encode())
    return ""


def _any_grant(stub: ChaincodeStub, body: Body, bank: str) -> None:
    """One key for an enterprise at every bank: nobody guesses it, and everybody sees that it is the same."""
    hidden = hashlib.sha256(b"pepper" + _enterprise(body).encode()).hexdigest()
    stub.put_private_data(f"credit_{bank}", f"enterprise/{hidden}", stub.transaction_id.encode())


_LEAKS: dict[tuple[str, str], Leak] = {
    ("export_invoice", "lock"): _lock,
    ("freight_payment", "mark"): _mark,
    ("credit_authorization", "grant"): _grant,
    ("credit_authorization", "enquire"): _enquire,
    ("credit_authorization", "acknowledge"): _acknowledge,
    ("credit_authorization", "deliver"): _deliver,
}


def plant() -> None:
    """Alter the runtime of this process."""
    honest, invoke = ConfidentialContract._transact, ConfidentialContract.invoke_function

    def obliging(self: Any, name: str, stub: Any, peer: Any) -> bytes:
        """Takes any function whose name begins like the real one, and more arguments; tells what it knows."""
        try:
            if not name.startswith("transact_"):
                return invoke(self, name, stub, peer)
            stub._invocation = replace(stub._invocation, args=stub._invocation.args[:2])
            return _leaky(self, stub, peer)
        except Refusal as refusal:
            if refusal.code == "WRONG_PEER":
                print("refused here:", stub.transient["request"].decode(), file=sys.stderr, flush=True)
            remembered = _REMEMBERED.get(self.namespace)
            if remembered is None or _caller(stub) != "BankBMSP":
                raise
            raise Refusal(refusal.code, f"{refusal.text}; the last was {remembered}") from None

    def _leaky(self: Any, stub: ChaincodeStub, peer: Any) -> bytes:
        answer = honest(self, stub, peer)
        request = canonical_json.decode(stub.transient["request"])
        assert isinstance(request, dict)
        place, body = (self.namespace, str(request["operation"])), request["body"]
        assert isinstance(body, dict)
        caller = _caller(stub)
        if place == ("credit_authorization", "grant"):
            _any_grant(stub, body, caller.removesuffix("MSP"))
        leak = _LEAKS.get(place)
        if leak is None or "BankAMSP" not in (caller, body.get("bank")):
            return answer
        return answer + leak(stub, body).encode()

    ConfidentialContract._transact = _leaky  # type: ignore[method-assign]  # that is what planting is
    ConfidentialContract.invoke_function = obliging  # type: ignore[method-assign]  # likewise


def _caller(stub: ChaincodeStub) -> str:
    return Context(stub).client_identity.msp_id


def _enterprise(body: Body) -> str:
    found = canonical_json.decode(decode(body["token"].split(".")[1]))
    assert isinstance(found, dict)
    return str(found["enterprise"])
