"""Traps of Fabric in whom it believes: whose peer is asked, whose certificate, whose endorsement.

Each test is one row of the table in docs/fabric-compatibility.md.
"""

import secrets

import grpc
import msgspec
import pytest
from attacker import Attacker
from counterfoil import EndorseError
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_protocol.confidential import TRANSACT, build_request, new_request_id
from counterfoil_protocol.messages import common, transaction
from counterfoil_protocol.rwset import NamespaceReadWriteSet, ReadWriteSet, Write
from financed_bank import SHIPMENT, Financed, refused
from running_network import ORGANISATIONS
from scripted import Scripts, fresh
from trade_ready import lock


@pytest.fixture(scope="module")
def attacker(financed: Financed) -> Attacker:
    return financed.attacker


@pytest.fixture(scope="module")
def scripts(attacker: Attacker) -> Scripts:
    return Scripts(attacker)


def test_trap_3_a_lock_without_named_endorsers_goes_to_the_own_peer_first(financed: Financed) -> None:
    """With transient data the Gateway begins at its own organisation's peer, which must not see this."""
    body = lock(financed.view, financed.terms, [(0, SHIPMENT.number, 1_000_000)])
    transient = build_request(trade.LOCK.name, msgspec.to_builtins(body))
    with financed.ready.network.gateway("BankA", "officer1") as gateway:
        contract = gateway.network("trade").contract("trade", trade.CONTRACT)

        def told(*endorsers: str) -> dict[str, str]:
            proposal = contract.propose(
                TRANSACT, new_request_id(), transient=transient, endorsing_organizations=endorsers
            )
            with pytest.raises(EndorseError) as caught:
                proposal.endorse()
            assert caught.value.code is grpc.StatusCode.ABORTED
            return {detail.msp_id: detail.message for detail in caught.value.details}

        unnamed, named = told(), told("RegulatorMSP", "PortMSP")
    assert list(unnamed) == ["BankAMSP"]
    assert "WRONG_PEER" in unnamed["BankAMSP"]
    # The invoice is financed already: so say those who may know.
    assert set(named) == {"RegulatorMSP", "PortMSP"}
    assert all("DUPLICATE" in message for message in named.values())


def test_trap_9_a_role_is_as_good_as_the_authority_that_signed_it(
    attacker: Attacker, scripts: Scripts
) -> None:
    """Fabric hands any attribute on that a member's authority certified; the contracts bind roles to MSPs."""
    staff = secrets.token_hex(16)
    invented = attacker.invented("BankB", {"role": "customs.oracle", "staff": staff}, name=staff)
    [[msp_id, _, attributes]] = scripts.ask(["creator"], by=invented, at="Regulator")
    assert (msp_id, dict(attributes)) == ("BankBMSP", {"role": "customs.oracle", "staff": staff})
    declarations = trade.PutDeclarations((SHIPMENT.declaration,))
    assert refused(attacker, invented, "Regulator", trade.DECLARATION_PUT, declarations) == "NOT_AUTHORIZED"


def test_trap_20_validation_never_looks_at_the_creator(financed: Financed, attacker: Attacker) -> None:
    """What Regulator's and Port's peers sign together is valid, whoever asked: said in docs/security.md."""
    nobody = attacker.invented("BankB", {}, name="nobody")
    key, request_id = fresh("written by nobody"), new_request_id()
    results = ReadWriteSet((NamespaceReadWriteSet("trade", writes=(Write(key, b"{}"),)),)).serialize()
    args = [b"export_invoice:transact", request_id.encode()]
    assert (
        refused(attacker, nobody, "Regulator", trade.APPROVE, trade.Approve(financed.mark, 1))
        == "NOT_AUTHORIZED"
    )
    for endorsers, expected in (
        (("Regulator", "BankB"), transaction.ENDORSEMENT_POLICY_FAILURE),
        (("Regulator", "Port"), transaction.VALID),
    ):
        forged = attacker.forge(
            nobody, args, results, map(attacker.peer, endorsers), chaincode="trade", version="0.1.0",
            response=request_id.encode(),
        )  # fmt: skip
        assert attacker.broadcast(forged.envelope()).status == common.SUCCESS
        assert {attacker.code(forged.transaction_id, each) for each in ORGANISATIONS} == {expected}
