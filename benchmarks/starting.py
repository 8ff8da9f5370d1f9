"""From nothing to the first transaction, as a program of its own: prints where the time went as JSON.

    python benchmarks/starting.py ENGINE FOLDER BEGAN [FABRIC_BIN]

BEGAN is the clock (seconds since 1970) from before Python was started. The network is the trade network: four
peers, four processes of its chaincode; the first transaction is a bank's confidential `terms.put`.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from counterfoil_network.deployment import NetworkSettings
    from counterfoil_network.deployment.network import Engine, Launch
    from counterfoil_network.deployment.state import NetworkState

ROOT = Path(__file__).resolve().parents[1]
ENGINES = ("embedded", "fabric")


class Phases:
    """Seconds by phase, each from the end of the one before; `inside` has parts of a phase."""

    def __init__(self, began: float) -> None:
        self._began = self._since = began
        self._phase = "python"
        self.seconds: dict[str, float] = {}
        self.inside: dict[str, float] = {}

    def __call__(self, phase: str) -> None:
        """Begin a phase, and so end the one before."""
        now = time.time()
        self.seconds[self._phase] = self.seconds.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = phase, now

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a part of a phase."""
        began = time.time()
        try:
            yield
        finally:
            self.inside[name] = self.inside.get(name, 0.0) + time.time() - began

    @property
    def total(self) -> float:
        """Seconds until now."""
        return time.time() - self._began

    def watch(self, module: ModuleType, name: str) -> None:
        """Time a function of a module as a part."""
        function = getattr(module, name)

        def timed(*arguments: object, **options: object) -> object:
            with self.part(name):
                return function(*arguments, **options)

        setattr(module, name, timed)


def start(engine: str, folder: Path, phases: Phases, fabric_bin: Path | None) -> None:
    """Bring the network up, deploy the contracts, submit once, and stop."""
    from counterfoil_network.deployment import NetworkFolder, NetworkSettings, run_network
    from counterfoil_network.deployment.engine_process import EngineProcess

    settings = NetworkSettings(
        NetworkFolder(folder), ROOT / "configtx.yaml", ROOT / "crypto-config.yaml", engine=engine
    )
    launch: Launch = EngineProcess.launch
    if engine == "fabric":
        settings, launch = on_fabric(settings, phases, fabric_bin)

    def serve(running: "Engine", state: "NetworkState") -> None:
        # As `network up`: what takes its time to import, while the nodes start.
        from counterfoil_cli.trade_chaincode import trade_package

        package = running.own_form(trade_package())
        running.serve({node.organisation: package for node in state.peers})

    with run_network(settings, phases, serve, launch) as network:
        from counterfoil_cli.trade_chaincode import trade_chaincode
        from counterfoil_network.deployment.chaincode import deploy_on
        from measures import cpu_seconds, parts

        msp_ids = [node.msp_id for node in network.state.peers]
        deploy_on(network, trade_chaincode(msp_ids), phases)
        phases("first transaction")
        submit_first(folder)
        phases("end")
        total = phases.total
        cpu = {
            name: cpu_seconds(pids)
            for name, pids in parts(network.folder, network.state, network.engine.pid).items()
        }
        cpu["this process"] = time.process_time()
        print(json.dumps({"seconds": total, "phases": phases.seconds, "parts": phases.inside, "cpu": cpu}))


def on_fabric(
    settings: "NetworkSettings", phases: Phases, fabric_bin: Path | None
) -> tuple["NetworkSettings", "Launch"]:
    """The settings with the programs' profile, and their start; readiness is timed in its parts."""
    from dataclasses import replace

    from counterfoil_network.fabric import readiness
    from counterfoil_network.fabric.engine import FabricEngine
    from counterfoil_network.fabric.programs import find_programs

    for name in ("join_all", "await_members"):
        phases.watch(readiness, name)
    programs = find_programs(fabric_bin)
    return replace(settings, profile=programs.profile), partial(FabricEngine.launch, programs)


def submit_first(folder: Path) -> None:
    """One confidential transaction of a bank's officer."""
    from counterfoil import Gateway
    from counterfoil.trade import Journal, TradeClient
    from counterfoil_contracts.export_invoice import operations

    terms = operations.PutTerms(
        product="EXPORT_INVOICE",
        branch="Lujiazui",
        currency="CNY",
        amount=42_761_604,
        rate=465,
        maturity="2027-02-28",
    )
    with Gateway.from_profile(folder / "connections" / "BankA.json", "officer1") as gateway:
        bank = TradeClient(gateway.network("trade"), Journal(folder / "officer1.journal"))
        bank.submit(operations.TERMS_PUT, terms, step="first/terms")


if __name__ == "__main__":
    engine_name, target, began, *programs_folder = sys.argv[1:]
    start(
        engine_name, Path(target), Phases(float(began)), Path(programs_folder[0]) if programs_folder else None
    )
