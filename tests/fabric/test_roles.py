"""The role matrix on Fabric's own peers: every operation as every role of every MSP, as it is declared.

Each cell is one proposal to one of the peers that the declaration names; nothing is submitted. Eight are
under way at a time.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import grpc
import pytest
from attacker import CHANNEL, Attacker, Endpoint, Person
from counterfoil_protocol.confidential import build_request, new_request_id, organizations
from counterfoil_protocol.proposal import build_proposal, sign_proposal
from financed_bank import Financed
from role_matrix import MSPS, ROLES, Cell, cells

IN_FLIGHT = 8
SECONDS_A_CALL = 60
WRONG_PEER, NOT_AUTHORIZED = "WRONG_PEER", "NOT_AUTHORIZED"
NO_MEMBER, NO_WRITER = "access denied", "requires 1 of the 'Writers' sub-policies"
"""What the peer itself says, before any contract runs."""


class Asker:
    """People by MSP and role, and open connections to the peers."""

    def __init__(self, attacker: Attacker, stack: ExitStack, issuers: Mapping[str, str]) -> None:
        """`issuers`: MSP ID -> organisation whose authority issues certificates in its name."""
        self.people = {
            (msp_id, role): issued(attacker, issuer, msp_id, role)
            for msp_id, issuer in issuers.items()
            for role in ROLES
        }
        self.peers: dict[str, Endpoint] = {
            node.msp_id: stack.enter_context(attacker.endpoint(node.organisation))
            for node in attacker.network.state.peers
        }

    def answer(self, cell: Cell) -> str:
        """The refusal's code, `OK`, or that the peer itself does not let him."""
        operation = cell.operation
        arguments = [operation.function.encode()]
        if operation.is_submit:
            arguments.append(new_request_id().encode())
        transient = build_request(operation.name, {}, bytes(32) if operation.takes_salt else None)
        targets = organizations(operation.endorsers or operation.evaluate_at, cell.msp_id)
        person = self.people[cell.msp_id, cell.role]
        built = build_proposal(CHANNEL, "trade", arguments, person.creator, transient)
        try:
            answer = self.peers[targets[0]].endorser.ProcessProposal(
                sign_proposal(built, person.sign), timeout=SECONDS_A_CALL
            )
        except grpc.RpcError as error:
            status: Any = error
            told = [refusal for refusal in (NO_MEMBER, NO_WRITER) if refusal in status.details()]
            assert told, f"{cell}: {status.details()}"
            return told[0]
        return str(answer.response.message).partition(":")[0] if answer.response.status >= 400 else "OK"


def issued(attacker: Attacker, issuer: str, msp_id: str, role: str) -> Person:
    """A person with a pseudonym and this role, or none."""
    staff = secrets.token_hex(16)
    said = {"role": role, "staff": staff} if role else {"staff": staff}
    return attacker.invented(issuer, said, name=staff, msp_id=msp_id)


@pytest.fixture(scope="module")
def asker(financed: Financed) -> Iterator[Asker]:
    """Everybody's certificate is by his own organisation's authority, whatever role it says."""
    with ExitStack() as stack:
        yield Asker(financed.attacker, stack, {msp_id: msp_id.removesuffix("MSP") for msp_id in MSPS})


def judge(asker: Asker, asked: Iterable[Cell]) -> Counter[str]:
    """Ask all; none is answered otherwise than declared. Gives how often each answer came."""
    asked = list(asked)
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        answers = list(pool.map(asker.answer, asked))
    refusals = {NO_MEMBER, NO_WRITER, WRONG_PEER, NOT_AUTHORIZED}
    wrong = [
        f"{cell}: {answer}"
        for cell, answer in zip(asked, answers, strict=True)
        if (answer not in refusals) != cell.is_declared
    ]
    assert wrong == []
    return Counter(answers)


def test_the_whole_matrix_is_as_declared(asker: Asker) -> None:
    matrix = list(cells())
    found = judge(asker, matrix)
    assert found.total() == len(matrix)
    assert found[NOT_AUTHORIZED] > len(matrix) / 2
    assert found[NO_WRITER]
    assert found["BAD_INPUT"]


def test_a_banks_authority_cannot_issue_for_another_msp(financed: Financed) -> None:
    """Not even the certificate reaches a contract: Fabric asks the MSP whose name it bears."""
    others = [msp_id for msp_id in MSPS if msp_id != "BankAMSP"]
    allowed = [cell for cell in cells() if cell.is_declared and cell.msp_id in others]
    assert {cell.msp_id for cell in allowed} == {"RegulatorMSP", "PortMSP"}
    with ExitStack() as stack, ThreadPoolExecutor(IN_FLIGHT) as pool:
        forger = Asker(financed.attacker, stack, dict.fromkeys(others, "BankA"))
        assert set(pool.map(forger.answer, allowed)) == {NO_MEMBER}
