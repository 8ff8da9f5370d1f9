"""docs/joining.md, followed word for word on as many machines as there are organisations.

Each organisation has a folder of its own, with its own keys and nobody else's; the page's commands run in the
folder of the organisation that the heading names, and files travel only where the page says so.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from counterfoil_cli.application import application
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_network.deployment import EMBEDDED
from counterfoil_network.deployment.ports import free_ports
from counterfoil_network.deployment.state import write_state
from running_network import ORGANISATIONS, ROOT, RunningNetwork, running_network
from trade_ready import MSP_IDS, ReadyTrade, Share, Shipment, declaration_number, lock
from typer.testing import CliRunner

PAGE = ROOT / "docs" / "joining.md"
COMMAND = Path(sys.executable).with_name("counterfoil")
ADDRESS_IN_PAGE = "127.0.0.1:12051"
SECONDS_A_COMMAND_MAX = 90
STEP = re.compile(
    r"^### On (?P<where>\w+)'s machine$"
    r"|^```(?P<kind>shell|shell embedded|shell fabric|yaml)\n(?P<text>.*?)^```$"
    r"|^Hand over `(?P<file>\S+)`: (?P<source>\w+) → (?P<targets>[\w, ]+)$",
    re.MULTILINE | re.DOTALL,
)
SHIPMENTS = tuple(
    Shipment(declaration_number(at), 10_000_000, (Share(f"INV-{at}", 7_000_000, 6_000_000),)) for at in (1, 2)
)


@dataclass(slots=True)
class Machines:
    """The organisations' folders, and the page read up to some place."""

    root: Path
    network: RunningNetwork
    address: str = field(default_factory=lambda: f"127.0.0.1:{free_ports(1)[0]}")
    """Where BankC's peer listens, in place of the page's address."""
    told: dict[str, str] = field(default_factory=dict)
    """What each command of the page printed."""
    running: "list[subprocess.Popen[str]]" = field(default_factory=list)
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
            elif step["kind"] in ("shell", f"shell {self.network.state.engine}"):
                for line in step["text"].splitlines():
                    assert line.startswith("$ "), line
                    self.run(self.where, line.removeprefix("$ "))
            elif step["file"]:
                for target in step["targets"].split(", "):
                    shutil.copy(self.folder(step["source"]) / step["file"], self.folder(target))
        self.place = end

    def run(self, organisation: str, command: str, *, expected: int = 0) -> str:
        program, *arguments = shlex.split(command.replace(ADDRESS_IN_PAGE, self.address))
        assert program == "counterfoil", command
        if self.network.state.engine == EMBEDDED:
            # As the program would, but without loading it anew thirty times.
            code, told = _in_this_process(self.folder(organisation), arguments)
        elif arguments[:2] == ["network", "join"]:
            self._stay_running(organisation, arguments)
            return ""
        else:
            process = self._start(organisation, arguments)
            told, _ = process.communicate(timeout=SECONDS_A_COMMAND_MAX)
            code = process.returncode
        assert code == expected, (command, told)
        self.told[command] = told
        return told

    def _start(self, organisation: str, arguments: list[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [COMMAND, *arguments],
            cwd=self.folder(organisation),
            env={**os.environ, "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _stay_running(self, organisation: str, arguments: list[str]) -> None:
        """Start a command that stays, and wait until it has told others that it runs."""
        process = self._start(organisation, arguments)
        self.running.append(process)
        deadline = time.monotonic() + SECONDS_A_COMMAND_MAX
        while not (self.folder(organisation) / ".counterfoil" / "network.json").exists():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def end(self) -> None:
        """End what stays running."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.communicate(timeout=SECONDS_A_COMMAND_MAX)


@contextmanager
def own_machines(root: Path, engine: str) -> Iterator[Machines]:
    """A network with the trade contracts, and each of its organisations on a machine of its own."""
    with running_network(
        root / "network" / ".counterfoil", trade_chaincode(MSP_IDS), engine=engine
    ) as network:
        write_state(network.folder.state, network.state.running())
        machines = Machines(root, network)
        for organisation in ORGANISATIONS:
            give_own_folder(network, organisation, machines.folder(organisation) / ".counterfoil")
        try:
            yield machines
        finally:
            machines.end()


def _in_this_process(folder: Path, arguments: list[str]) -> tuple[int, str]:
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with chdir(folder):
            result = CliRunner(env={"COLUMNS": "200"}).invoke(application(arguments), arguments)
    finally:
        signal.signal(signal.SIGTERM, handler)
    return result.exit_code, result.output


def give_own_folder(network: RunningNetwork, organisation: str, own: Path) -> None:
    """What an organisation's engineer has: the own identities and the own connection profile."""
    crypto = Path("crypto") / "peerOrganizations" / f"{organisation.lower()}.counterfoil.example"
    shutil.copytree(network.folder.root / crypto, own / crypto)
    (own / "connections").mkdir()
    shutil.copy(network.folder.connection_profile(organisation), own / "connections")


def finance(ready: ReadyTrade, bank: str, shipment: Shipment) -> str:
    """A bank's officer looks, puts terms and locks; its approver approves. Gives the mark."""
    share = shipment.shares[0]
    view = ready.view(bank, [(shipment, share)])
    terms = ready.terms(bank)
    body = lock(view, terms, [(0, shipment.number, 3_000_000)])
    mark = ready.submit(bank, "officer1", trade.LOCK, body).mark
    ready.submit(bank, "approver1", trade.APPROVE, trade.Approve(mark=mark, amount=3_000_000))
    return mark


@contextmanager
def profile_of_bank_c(machines: Machines) -> Iterator[None]:
    """BankC's people connect by the profile in BankC's own folder."""
    link = machines.network.folder.connection_profile("BankC")
    assert not link.exists()
    link.symlink_to(machines.profile("BankC"))
    try:
        yield
    finally:
        link.unlink()
