"""A bank joins and a bank leaves while the network runs, as docs/joining.md says, word for word.

Each organisation has a folder of its own, with its own keys and nobody else's; the page's commands run in the
folder of the organisation that the heading names, and files travel only where the page says so.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from counterfoil import EndorseError, EvaluateError, Gateway, configuration, lifecycle
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_network.deployment.ports import free_ports
from counterfoil_network.deployment.state import write_state
from counterfoil_network.identities import KEY_FILE
from running_network import ORGANISATIONS, ROOT, RunningNetwork, running_network
from trade_ready import MSP_IDS, ReadyTrade, Share, Shipment, declaration_number, lock, make_ready

PAGE = ROOT / "docs" / "joining.md"
COMMAND = Path(sys.executable).with_name("counterfoil")
ADDRESS_IN_PAGE = "127.0.0.1:12051"
SECONDS_A_COMMAND_MAX = 90
STEP = re.compile(
    r"^### On (?P<where>\w+)'s machine$"
    r"|^```(?P<kind>shell|yaml)\n(?P<text>.*?)^```$"
    r"|^Hand over `(?P<file>\S+)`: (?P<source>\w+) → (?P<targets>[\w, ]+)$",
    re.MULTILINE | re.DOTALL,
)
SHIPMENTS = tuple(
    Shipment(declaration_number(at), 10_000_000, (Share(f"INV-{at}", 7_000_000, 6_000_000),))
    for at in (1, 2)
)


@dataclass(slots=True)
class Machines:
    """The organisations' folders, and the page read up to some place."""

    root: Path
    address: str
    network: RunningNetwork
    told: dict[str, str] = field(default_factory=dict)
    """What each command of the page printed."""
    place: int = 0
    where: str = ""

    def folder(self, organisation: str) -> Path:
        return self.root / organisation.lower()

    def profile(self, organisation: str) -> Path:
        return self.folder(organisation) / ".counterfoil" / "connections" / f"{organisation}.json"

    def follow(self, until: str) -> None:
        """Do what the page says up to the heading; nothing is skipped and nothing done twice."""
        page = PAGE.read_text(encoding="utf-8")
        end = page.index(until, self.place) if until else len(page)
        for step in STEP.finditer(page, self.place, end):
            if step["where"]:
                self.where = step["where"]
            elif step["kind"] == "yaml":
                self.folder("BankC").mkdir()
                (self.folder("BankC") / "crypto-config.yaml").write_text(step["text"])
            elif step["kind"] == "shell":
                for line in step["text"].splitlines():
                    assert line.startswith("$ "), line
                    self.run(self.where, line.removeprefix("$ "))
            else:
                for target in step["targets"].split(", "):
                    shutil.copy(self.folder(step["source"]) / step["file"], self.folder(target))
        self.place = end

    def run(self, organisation: str, command: str, *, expected: int = 0) -> str:
        program, *arguments = shlex.split(command.replace(ADDRESS_IN_PAGE, self.address))
        assert program == "counterfoil", command
        result = subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder(organisation),
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=SECONDS_A_COMMAND_MAX,
            check=False,
        )
        assert result.returncode == expected, (command, result.stdout, result.stderr)
        self.told[command] = result.stdout + result.stderr
        return self.told[command]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    root = tmp_path_factory.mktemp("machines")
    with running_network(root / "network" / ".counterfoil", trade_chaincode(MSP_IDS)) as network:
        write_state(network.folder.state, network.state.running())
        machines = Machines(root, f"127.0.0.1:{free_ports(1)[0]}", network)
        for organisation in ORGANISATIONS:
            give_own_folder(network, organisation, machines.folder(organisation) / ".counterfoil")
        yield machines


def give_own_folder(network: RunningNetwork, organisation: str, own: Path) -> None:
    """What an organisation's engineer has: the own identities and the own connection profile."""
    crypto = Path("crypto") / "peerOrganizations" / f"{organisation.lower()}.counterfoil.example"
    shutil.copytree(network.folder.root / crypto, own / crypto)
    (own / "connections").mkdir()
    shutil.copy(network.folder.connection_profile(organisation), own / "connections")


def sequence_at(profile: Path) -> int:
    with Gateway.from_profile(profile, "Admin") as gateway:
        found = lifecycle.query_committed(gateway.network("trade"), "trade")
    assert found is not None
    return found.definition.sequence


def finance(ready: ReadyTrade, bank: str, shipment: Shipment) -> str:
    """A bank's officer looks, puts terms and locks; its approver approves. Gives the mark."""
    share = shipment.shares[0]
    view = ready.view(bank, [(shipment, share)])
    terms = ready.terms(bank)
    body = lock(view, terms, [(0, shipment.number, 3_000_000)])
    mark = ready.submit(bank, "officer1", trade.LOCK, body).mark
    ready.submit(bank, "approver1", trade.APPROVE, trade.Approve(mark=mark, amount=3_000_000))
    return mark


def test_no_folder_holds_anothers_key(machines: Machines) -> None:
    for organisation in ORGANISATIONS:
        keys = list(machines.folder(organisation).rglob(KEY_FILE))
        assert keys
        assert all(f"{organisation.lower()}.counterfoil.example" in str(key) for key in keys)


def test_a_bank_joins_finances_an_invoice_and_another_leaves(machines: Machines, tmp_path: Path) -> None:
    network = machines.network
    ready = make_ready(network, tmp_path)
    ready.publish(SHIPMENTS)

    machines.follow("### On BankA's machine")
    machines.run("BankA", "counterfoil org propose --add none.json --out none.pb", expected=2)
    machines.follow("## 3. The chaincode")
    bankc_is_let_in_by_the_majority_alone(machines)

    machines.follow("### On BankB's machine")
    assert sequence_at(network.folder.connection_profile("Regulator")) == 2
    # BankB has not approved: its own peer runs no contract of its own; the others go on with it.
    with pytest.raises((EndorseError, EvaluateError)):
        ready.terms("BankB")
    assert finance(ready, "BankA", SHIPMENTS[0])
    machines.follow("## 4. BankC's peer")
    assert ready.terms("BankB")

    machines.follow("## A bank leaves")
    with_bank_c(ready, machines, lambda bank: assert_bank_c_finances(bank, machines))

    machines.follow("")
    assert_bank_b_is_gone(machines, ready)


def bankc_is_let_in_by_the_majority_alone(machines: Machines) -> None:
    told = machines.told["counterfoil org show bankc-joins.pb"]
    assert "add Channel/Application/BankC" in told
    # The update has been applied: the same copies do not fit the configuration any more.
    copies = "bankc-joins.BankA.pb bankc-joins.Regulator.pb bankc-joins.Port.pb"
    refused = machines.run("BankA", f"counterfoil org apply {copies}", expected=1)
    assert "proposed update requires that key" in refused


def with_bank_c(ready: ReadyTrade, machines: Machines, act: Callable[[ReadyTrade], None]) -> None:
    """BankC's people connect by the profile in BankC's own folder."""
    link = ready.network.folder.connection_profile("BankC")
    assert not link.exists()
    link.symlink_to(machines.profile("BankC"))
    try:
        act(ready)
    finally:
        link.unlink()


def assert_bank_c_finances(ready: ReadyTrade, machines: Machines) -> None:
    mark = finance(ready, "BankC", SHIPMENTS[1])
    with ready.client("Regulator", "auditor") as auditor:
        found = auditor.inquire(trade.SUPERVISE, trade.Supervise(declaration=SHIPMENTS[1].number))
    (financing,) = [each.financing for each in found.financings if each.financing.mark == mark]
    assert (financing.bank, financing.state) == ("BankCMSP", "APPROVED")
    # Its key never left its folder.
    assert not list(machines.network.folder.crypto.rglob("*bankc*"))


def assert_bank_b_is_gone(machines: Machines, ready: ReadyTrade) -> None:
    with Gateway.from_profile(machines.profile("BankC"), "Admin") as gateway:
        network = gateway.network("trade")
        assert configuration.read(network).application_msp_ids == (
            "BankAMSP", "BankCMSP", "PortMSP", "RegulatorMSP",
        )  # fmt: skip
        found = lifecycle.query_committed(network, "trade")
    assert found is not None
    assert found.definition.sequence == 3
    policies = {each.name: each.policy for each in found.definition.collections}
    assert b"BankBMSP" not in b"".join(policies.values())
    assert b"RegulatorMSP" in policies["terms_BankB"]
    with pytest.raises((EndorseError, EvaluateError)):
        ready.terms("BankB")
    assert ready.terms("BankA")
