"""A bank in a process of its own, told by its standard input what to do: `racing_bank.py FOLDER BANK`.

One JSON object a line, and one line as the answer:
    {"do": "view", "consents": [...]}   -> {"views": [...]}
    {"do": "terms", "count": 200}       -> {"terms": [...]}
    {"do": "endorse", "lock": {...}}    -> {"endorsed": true} or {"endorsed": false, "why": "..."}
    {"do": "submit"}                    -> {"outcome": "VALID" or another code's name}
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
from counterfoil import CommitError, EndorseError, EvaluateError, Gateway, Transaction
from counterfoil_contracts.core.roles import REGULATOR
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_network.deployment import NetworkFolder
from counterfoil_protocol.confidential import (
    OUTCOME,
    TRANSACT,
    Operation,
    build_outcome_request,
    build_request,
    new_request_id,
    new_salt,
    organizations,
)

AT_ONCE = 8
SHOWN_SECONDS = 60
PRICE = 3_000_000


class Bank:
    """What one bank's officer does, without the patience of the typed client: nothing is tried twice."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._contract = gateway.network("trade").contract("trade", trade.CONTRACT)
        self._endorsed: Transaction | None = None

    def endorse(self, operation: Operation[Any, Any], body: Any) -> Transaction:
        salt = new_salt() if operation.takes_salt else None
        proposal = self._contract.propose(
            TRANSACT,
            new_request_id(),
            transient=build_request(operation.name, msgspec.to_builtins(body), salt),
            endorsing_organizations=organizations(operation.endorsers, self._gateway.identity.msp_id),
        )
        return proposal.endorse().sign()

    def submit(self, operation: Operation[Any, Any], body: Any) -> dict[str, Any]:
        """The answer, once the regulator's peer has it."""
        endorsed = self.endorse(operation, body)
        status = endorsed.submit().status()
        if not status.successful:
            raise CommitError(status.transaction_id, status.code, status.name, status.block_number)
        asked = build_outcome_request(operation.name, endorsed.result.decode())
        deadline = time.monotonic() + SHOWN_SECONDS
        while True:
            try:
                found = self._contract.evaluate(OUTCOME, transient=asked, target_organizations=(REGULATOR,))
            except EvaluateError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                answer: dict[str, Any] = json.loads(found)["result"]
                return answer

    def do(self, command: dict[str, Any]) -> dict[str, Any]:
        """One command's answer."""
        if command["do"] == "view":
            views = [trade.View(jws, "export invoice finance") for jws in command["consents"]]
            return {"views": [self.submit(trade.VIEW, view)["view"] for view in views]}
        if command["do"] == "terms":
            with ThreadPoolExecutor(AT_ONCE) as pool:
                requests = [terms(number) for number in range(command["count"])]
                return {
                    "terms": list(
                        pool.map(lambda each: self.submit(trade.TERMS_PUT, each)["terms"], requests)
                    )
                }
        if command["do"] == "endorse":
            return self._endorse_lock(msgspec.convert(command["lock"], trade.Lock))
        assert self._endorsed is not None
        return {"outcome": self._endorsed.submit().status().name}

    def _endorse_lock(self, lock: trade.Lock) -> dict[str, Any]:
        self._endorsed = None
        try:
            self._endorsed = self.endorse(trade.LOCK, lock)
        except EndorseError as error:
            return {"endorsed": False, "why": reason([detail.message for detail in error.details])}
        return {"endorsed": True}


def terms(number: int) -> trade.PutTerms:
    return trade.PutTerms("DISCOUNT", "branch-1", "USD", PRICE, 400, "2027-06-01", reference=f"LN-{number}")


def reason(messages: list[str]) -> str:
    """A refusal's code, or that the endorsers' results did not match."""
    for message in messages:
        if message.startswith("chaincode response "):
            return message.split(", ", 1)[1].split(":", 1)[0]
    return "MISMATCH" if "ProposalResponsePayloads do not match" in messages else "; ".join(messages)


def main(folder: Path, bank: str) -> None:
    """Answer commands until the input ends."""
    profile = NetworkFolder(folder).connection_profile(bank)
    with Gateway.from_profile(profile, "officer1") as gateway:
        served = Bank(gateway)
        for line in sys.stdin:
            print(json.dumps(served.do(json.loads(line))), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
