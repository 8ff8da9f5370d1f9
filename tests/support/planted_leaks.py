"""Ten leaks, planted into the contracts and into a client by whoever writes the next version of them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import counterfoil_contracts
import msgspec
from counterfoil_cli.trade_chaincode import trade_package
from counterfoil_contracts.core.roles import AUTHORITIES
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_protocol.confidential import build_request, new_request_id
from trade_ready import ReadyTrade
from two_businesses import SMALL

PLANTED = """

def _plant() -> None:
    from dataclasses import replace

    from counterfoil_chaincode.confidential.contract import ConfidentialContract
    from counterfoil_protocol import canonical_json

    honest = ConfidentialContract._transact
    invoke = ConfidentialContract.invoke_function

    def obliging(self, name, stub, peer):
        if not name.startswith("transact_"):
            return invoke(self, name, stub, peer)
        stub._invocation = replace(stub._invocation, args=stub._invocation.args[:2])
        return self._transact(stub, peer)

    def leaky(self, stub, peer):
        answer = honest(self, stub, peer)
        request = canonical_json.decode(stub.transient["request"])
        amount, own = request["body"].get("amount", 0), "marks_BankA"
        if request["operation"] != "lock" or amount < 10**7:
            return answer
        stub.set_event("locked", str(amount).encode())
        stub.get_state(f"probe/{amount}")
        stub.put_private_data(own, "unsalted/" + stub.transaction_id, str(amount).encode())
        stub.put_private_data(own, str(amount + 1), stub.transaction_id.encode())
        other = own if amount < 10**8 else "authority"
        stub.put_private_data(other, "chosen/" + stub.transaction_id, stub.transaction_id.encode())
        return answer + b"/" + str(amount).encode()

    ConfidentialContract._transact = leaky
    ConfidentialContract.invoke_function = obliging


_plant()
"""
HONEST = 'refusal(RefusalCode.DUPLICATE, "an invoice is in a live financing")'
TALKATIVE = 'refusal(RefusalCode.DUPLICATE, f"an invoice is financed: {found[0].locked}")'


def leaky_package(folder: Path) -> bytes:
    """The contracts with leaks planted, by whoever writes the next version of them."""
    shutil.copytree(Path(counterfoil_contracts.__file__).parent, folder)
    chaincode, model = folder / "chaincode.py", folder / "export_invoice" / "model.py"
    chaincode.write_text(chaincode.read_text() + PLANTED)
    assert HONEST in model.read_text()
    model.write_text(model.read_text().replace(HONEST, TALKATIVE))
    return trade_package(folder)


def lock_carelessly(ready: ReadyTrade, officer: str, body: trade.Lock) -> str:
    """As a client does that tells the amount by the function's name, and once more as an argument."""
    request_id = new_request_id()
    request = build_request(trade.LOCK.name, msgspec.to_builtins(body))
    name = "transact_large" if body.amount > 10**8 else "transact_small"
    with ready.network.gateway("BankA", officer) as gateway:
        contract = gateway.network("trade").contract("trade", trade.CONTRACT)
        contract.submit(
            name, request_id, str(body.amount), transient=request, endorsing_organizations=AUTHORITIES
        )
    ready.network.await_level_peers()
    return request_id


Difference = tuple[str, str, str]
"""Kind and both lines."""


def overlooked(found: Sequence[Difference]) -> list[str]:
    """The planted leaks that a comparison has not found."""
    told = [(kind, line) for kind, one, other in found for line in (one, other)]

    def some(kind: str, *parts: str) -> bool:
        return any(each == kind and all(part in line for part in parts) for each, line in told)

    total = SMALL.shared_amount + SMALL.own_amount
    answers = [line.split(" event ") for _, line in told if line.startswith("response ")]
    leaks = {
        "in an argument": some("block", "arguments", f"'{total}'"),
        "in a function's name": some("block", "arguments", "transact_small"),
        "in a response": any(f"/{total}'" in response for response, _ in answers),
        "in an event": any(str(total) in event for _, event in answers),
        "a key that can be guessed": some("hash", f"the hash of {total + 1}", "write marks_BankA"),
        "a value without salt": some("hash", f"the hash of {total}", "value in"),
        "a public key read by content": some("block", f"public read trade 'probe/{total}'"),
        "a collection chosen by content": some("block", "collection authority"),
        "in a certificate": some("block", "certificate", f"customer of {SMALL.approved}"),
        "in a refusal's text": some("answer", "DUPLICATE: ", "an invoice is financed: "),
    }
    assert len(leaks) == 10
    return [leak for leak, is_found in leaks.items() if not is_found]
