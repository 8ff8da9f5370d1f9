"""A network in a folder that is kept: made at the first start, gone on with at the next."""

import hmac
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

from counterfoil.trade import Journal
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_contracts.registry import operations as registry
from counterfoil_network.deployment import NetworkFolder
from counterfoil_network.deployment.lock import is_locked
from counterfoil_network.identities import Enterprise, IdentityNotFound, issue_enterprise, load_enterprise
from running_network import ORGANISATIONS, RunningNetwork, running_network
from trade_ready import MSP_IDS, SELLER, make_ready

END_SECONDS = 90
"""How long the processes of a network whose owner was killed may take to end."""
NUMBERS_A_RUN = 1_000_000
"""Declarations and tax invoices that one loading or one measuring may number."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a ledger is loaded with: enterprises, export invoices, tax invoices of freight, credit reports.

    `at_once` is how many documents stand in one transaction, a multiple of 25.
    """

    enterprises: int = 0
    invoices: int = 0
    tax_invoices: int = 0
    reports: int = 0
    at_once: int = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a folder's ledger, beside it in `plan.json`.

    Attributes:
        engine: what runs it.
        load: what it is to hold in the end.
        begun: the day from which its documents are dated, YYYY-MM-DD.
        ready: whether tables and the first enterprise are there.
        secret: of the two authorities, in hex: a benchmark is its own regulator.
        done: chunks of each lane that are on the ledger, from the first on.
        seconds: how long was loaded so far.
        runs: how many times it was measured: each numbers its own documents.
    """

    engine: str
    load: Load
    begun: str
    ready: bool = False
    secret: str = field(default="", repr=False)
    done: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    runs: int = 0


class Folder:
    """The folder: `network`, `plan.json`, and `journals` of what is being loaded."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.network = self.root / "network"
        self.journals = self.root / "journals"

    @property
    def plan(self) -> Plan | None:
        """The plan, None in a new folder."""
        path = self.root / "plan.json"
        if not path.exists():
            return None
        found = json.loads(path.read_text())
        return Plan(**{**found, "load": Load(**found["load"])})

    def known_plan(self) -> Plan:
        """The plan of a folder that has one."""
        plan = self.plan
        if plan is None:
            raise SystemExit(f"{self.root} holds no ledger: fill it first")
        return plan

    def write(self, plan: Plan) -> None:
        """Keep a plan: there is always a whole one."""
        self.root.mkdir(parents=True, exist_ok=True)
        new = self.root / "plan.json.new"
        new.write_text(json.dumps(asdict(plan), indent=2) + "\n")
        new.rename(self.root / "plan.json")

    def planned(self, engine: str, load: Load) -> Plan:
        """The plan to go on with: a new one, or the folder's own with another load."""
        known = self.plan
        if known is None:
            known = Plan(engine, load, date.today().isoformat())
        if known.engine != engine:
            raise SystemExit(f"{self.root} holds a ledger of the engine {known.engine}")
        self.write(replace(known, load=load))
        return replace(known, load=load)

    def disk(self) -> dict[str, int]:
        """Allocated bytes of every organisation's peers, and of the orderers: files may have holes."""
        network = NetworkFolder(self.network)
        roots = {name: network.peer(name) for name in ORGANISATIONS} | {"Orderer": network.orderer}
        return {name: _tree(root) for name, root in roots.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """A running network of such a folder, made ready."""

    folder: Folder
    plan: Plan
    network: RunningNetwork
    enterprise: Enterprise = field(repr=False)


@contextmanager
def standing(folder: Folder) -> Iterator[Standing]:
    """Run the folder's network until the block ends."""
    plan = folder.known_plan()
    if not plan.ready:
        # Killed before anything was loaded: nothing is lost by beginning anew.
        shutil.rmtree(folder.network, ignore_errors=True)
        shutil.rmtree(folder.journals, ignore_errors=True)
    _await_end(NetworkFolder(folder.network))
    with running_network(folder.network, trade_chaincode(MSP_IDS), engine=plan.engine) as network:
        if plan.ready:
            enterprise = load_enterprise(network.folder.crypto, SELLER)
        else:
            journals = _new(folder.journals / "ready")
            enterprise = make_ready(network, journals).enterprise
            plan = replace(plan, ready=True, secret=_secret(journals))
            folder.write(plan)
        yield Standing(folder, plan, network, enterprise)


def enterprise_of(network: RunningNetwork, uscc: str) -> Enterprise:
    """An enterprise with its key, made when first asked for."""
    crypto = network.folder.crypto
    try:
        return load_enterprise(crypto, uscc)
    except IdentityNotFound:
        return issue_enterprise(crypto, uscc, f"Enterprise {uscc}")


def _await_end(folder: NetworkFolder) -> None:
    """Wait until the processes of a network whose owner was killed have ended."""
    deadline = time.monotonic() + END_SECONDS
    while is_locked(folder.lock):
        if time.monotonic() > deadline:
            raise SystemExit(f"a network runs in {folder.root}")
        time.sleep(0.2)


def _secret(journals: Path) -> str:
    """The secret that two officers have given by halves."""
    halves: dict[str, bytes] = {}
    for path in journals.glob("*.journal"):
        with Journal(path) as journal:
            for entry in journal.entries:
                if isinstance(entry.body, dict) and isinstance(half := entry.body.get("half"), str):
                    halves[entry.operation] = bytes.fromhex(half)
    first, second = (
        halves[each.full_name] for each in (registry.SECRET_CONTRIBUTE, registry.SECRET_COMPLETE)
    )
    return hmac.digest(first, second, "sha256").hex()


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _tree(root: Path) -> int:
    return sum(map(_allocated, root.rglob("*")))


def _allocated(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512 if path.is_file() else 0
    except FileNotFoundError:  # dropped between the listing and the look
        return 0
