"""A bank joins and a bank leaves while the network runs, as docs/joining.md says, word for word."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from counterfoil import EndorseError, EvaluateError, Gateway, configuration, lifecycle
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_network.deployment import EMBEDDED
from counterfoil_network.identities import KEY_FILE
from own_machines import SHIPMENTS, Machines, finance, own_machines, profile_of_bank_c
from running_network import ORGANISATIONS
from trade_ready import ReadyTrade, make_ready


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with own_machines(tmp_path_factory.mktemp("machines"), EMBEDDED) as found:
        yield found


def sequence_at(profile: Path) -> int:
    with Gateway.from_profile(profile, "Admin") as gateway:
        found = lifecycle.query_committed(gateway.network("trade"), "trade")
    assert found is not None
    return found.definition.sequence


def test_no_folder_holds_anothers_key(machines: Machines) -> None:
    for organisation in ORGANISATIONS:
        keys = list(machines.folder(organisation).rglob(KEY_FILE))
        assert keys
        assert all(f"{organisation.lower()}.counterfoil.example" in str(key) for key in keys)


@pytest.mark.thorough
def test_a_bank_joins_finances_an_invoice_and_another_leaves(machines: Machines, tmp_path: Path) -> None:
    network = machines.network
    ready = make_ready(network, tmp_path)
    ready.publish(SHIPMENTS)

    machines.follow("## 3. The chaincode")
    assert_the_update_is_used_up(machines)

    machines.follow("### On BankB's machine")
    assert sequence_at(network.folder.connection_profile("Regulator")) == 2
    # BankB has not approved: its own peer runs no contract; the others go on without it.
    with pytest.raises((EndorseError, EvaluateError)):
        ready.terms("BankB")
    assert finance(ready, "BankA", SHIPMENTS[0])
    machines.follow("## 4. BankC's peer")
    assert ready.terms("BankB")

    machines.follow("## A bank leaves")
    with profile_of_bank_c(machines):
        assert_bank_c_finances(ready, machines)

    machines.follow("")
    assert_bank_b_is_gone(machines, ready)


def assert_the_update_is_used_up(machines: Machines) -> None:
    assert "add Channel/Application/BankC" in machines.told["counterfoil org show bankc-joins.pb"]
    # It has been applied: the same copies do not fit the configuration any more.
    copies = "bankc-joins.BankA.pb bankc-joins.Regulator.pb bankc-joins.Port.pb"
    refused = machines.run("BankA", f"counterfoil org apply {copies}", expected=1)
    assert "proposed update requires that key" in refused


def assert_bank_c_finances(ready: ReadyTrade, machines: Machines) -> None:
    mark = finance(ready, "BankC", SHIPMENTS[1])
    with ready.client("Regulator", "auditor") as auditor:
        found = auditor.inquire(trade.SUPERVISE, trade.Supervise(declaration=SHIPMENTS[1].number))
    (financing,) = [each.financing for each in found.financings if each.financing.mark == mark]
    assert (financing.bank, financing.state) == ("BankCMSP", "APPROVED")
    # Its keys never left its folder.
    assert not list(machines.network.folder.crypto.rglob("*bankc*"))


def assert_bank_b_is_gone(machines: Machines, ready: ReadyTrade) -> None:
    with Gateway.from_profile(machines.profile("BankC"), "Admin") as gateway:
        network = gateway.network("trade")
        members = configuration.read(network).application_msp_ids
        found = lifecycle.query_committed(network, "trade")
    assert members == ("BankAMSP", "BankCMSP", "PortMSP", "RegulatorMSP")
    assert found is not None
    assert found.definition.sequence == 3
    policies = {each.name: each.policy for each in found.definition.collections}
    assert b"BankBMSP" not in b"".join(policies.values())
    assert b"RegulatorMSP" in policies["terms_BankB"]
    with pytest.raises((EndorseError, EvaluateError)):
        ready.terms("BankB")
    assert ready.terms("BankA")
