"""A network of Fabric's programs under load, of which parts are killed or frozen until all is well again."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from busy_bank import BusyBanks
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_network.deployment import FABRIC
from counterfoil_network.fabric.readiness import leader
from counterfoil_network.fabric.status import peer_statuses, processes
from every_peers_blocks import EveryPeersBlocks, Placed, lowest_height
from faults import Fault, Part, Suffered, Way, quiet, served_since, told_the_truth
from ready_desks import open_desks
from running_network import ROOT, RunningNetwork, running_network
from submitting_client import DEADLINES, UNSETTLED, UNTYPED, VALID, Call, SubmittingClient
from trade_ready import MSP_IDS, make_ready

FROZEN_SECONDS = 10.0
"""Longer than each of the clients' deadlines, so that every one of them meets what is frozen."""
RECOVERY_SECONDS_MAX = 180.0
CLIENTS = (("BankA", "officer1"), ("BankA", "officer2"), ("BankB", "officer1"), ("BankB", "officer2"))
GATEWAY_BANK = "BankA"
ONE_PAIR = (("officer1", "approver1"),)


@dataclass(slots=True)
class BrokenParts:
    """The network, its clients, and what has been suffered so far."""

    network: RunningNetwork
    clients: tuple[SubmittingClient, ...]
    desks: BusyBanks
    blocks: EveryPeersBlocks
    programs: int
    """How many run."""
    suffered: list[Suffered] = field(default_factory=list)

    def suffer(self, *faults: Fault) -> Suffered:
        """Break the parts under load, let what is frozen go on later, wait until all is well again."""
        targets = [(self._pid(fault.part), fault.way) for fault in faults]
        before = self._calls()
        broken = mended = time.monotonic()
        for pid, way in targets:
            os.kill(pid, signal.SIGKILL if way is Way.KILLED else signal.SIGSTOP)
        frozen = [pid for pid, way in targets if way is Way.FROZEN]
        try:
            if frozen:
                self._stay_frozen(faults, broken)
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
                mended = time.monotonic()
        self.await_well(mended)
        well = time.monotonic()
        self._await_desks()
        done = self._calls()[len(before) :]
        suffered = Suffered(
            faults,
            quiet(self._calls(), broken, well),
            mended - broken,
            well - mended,
            Counter(error for call in done for error in call.met),
            len(done),
            sum(call.was_unknown for call in done),
        )
        self.suffered.append(suffered)
        return suffered

    def rest(self) -> None:
        """Let everybody finish what he began."""
        self.desks.stop(RECOVERY_SECONDS_MAX)
        for client in self.clients:
            client.end(RECOVERY_SECONDS_MAX)
        self.network.await_level_peers()

    def await_well(self, since: float) -> None:
        """Until every client's call that began after `since` was answered VALID, and the network is whole."""
        self.until(lambda: all(served_since(client.calls, since) for client in self.clients), "clients")
        self.until(lambda: leader(self.network.folder, self.network.state) is not None, "leader")
        self.until(self._is_whole, "members")
        height = max(call.block for call in self._calls()) + 1
        self.until(lambda: lowest_height(self.network) >= height, "blocks")

    def wrong(self) -> list[str]:
        """What cannot be, in the blocks of every peer, after what clients were told."""
        calls = self._calls()
        self.blocks.read(max(call.block for call in calls) + 1)
        found = self.blocks.differences()
        found += [f"{call.outcome}: {call.met}" for call in calls if call.outcome in (UNTYPED, UNSETTLED)]
        found += [error for call in calls for error in call.given_up]
        for peer in self.blocks.peers.values():
            for call in calls:
                places = peer.placed.get(call.transaction_id, [])
                if not told_the_truth(call, places):
                    found.append(f"{peer.host}: {call} and {places}")
            found += [
                f"{peer.host}: {entry.transaction_id} of a desk was answered VALID"
                for entry in self.desks.committed
                if Placed(entry.block or 0, VALID) not in peer.placed.get(entry.transaction_id, [])
                and (entry.block or 0) < peer.height
            ]
        return found + [repr(work.failure) for work in self.desks.works if work.failure]

    def _calls(self) -> list[Call]:
        calls = [call for client in self.clients for call in client.calls]
        return sorted(calls, key=lambda call: call.ended)

    def _pid(self, part: Part) -> int:
        """Id of the process that plays the part now."""
        running = processes(self.network.folder)
        if part is Part.CHAINCODE:
            (name,) = (each for each in running if "of Regulator " in each)
        elif part is Part.LEADER:
            found = leader(self.network.folder, self.network.state)
            assert found is not None
            name = found.host
        else:
            name = self.network.state.node("Regulator" if part is Part.REGULATOR else GATEWAY_BANK).host
        return running[name]["pid"]

    def _stay_frozen(self, faults: Sequence[Fault], broken: float) -> None:
        """As long as it takes to be noticed; with a frozen leader alone until others do its work."""
        while time.monotonic() < broken + FROZEN_SECONDS:
            time.sleep(0.05)
        if {fault.part for fault in faults} == {Part.LEADER} and len(self.network.state.orderers) > 1:
            self.until(
                lambda: all(served_since(client.calls, broken) for client in self.clients), "another leader"
            )

    def _is_whole(self) -> bool:
        running = processes(self.network.folder)
        if len(running) != self.programs or not all(alive(each["pid"]) for each in running.values()):
            return False
        statuses = peer_statuses(self.network.folder, self.network.state)
        return all(len(status.members) == len(statuses) for status in statuses)

    def _await_desks(self) -> None:
        """Until each pair at a desk has something answered that it did not have."""
        before = [len(work.committed) for work in self.desks.works]
        self.until(
            lambda: all(
                len(work.committed) > count or work.failure
                for work, count in zip(self.desks.works, before, strict=True)
            ),
            "desks",
        )

    def until(self, is_true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + RECOVERY_SECONDS_MAX
        while not is_true():
            assert time.monotonic() < deadline, f"{what}: not after {RECOVERY_SECONDS_MAX} s"
            assert all(client.is_running for client in self.clients), "a client ended"
            time.sleep(0.1)


def alive(pid: int) -> bool:
    """Whether the process runs and is not stopped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "TZ"
    except FileNotFoundError:
        return False


@contextmanager
def broken_parts(
    folder: Path,
    *,
    orderers: int = 1,
    crypto_config: Path = ROOT / "crypto-config.yaml",
    clients: Sequence[tuple[str, str]] = CLIENTS,
    pairs: Sequence[tuple[str, str]] = ONE_PAIR,
) -> Iterator[BrokenParts]:
    """A trade network with clients and desks at work on it, all served, until the block ends."""
    with ExitStack() as stack:
        chaincode = trade_chaincode(MSP_IDS)
        network = stack.enter_context(
            running_network(
                folder / "network", chaincode, engine=FABRIC, orderers=orderers, crypto_config=crypto_config
            )
        )
        ready = make_ready(network, folder)
        desks = BusyBanks(ready, open_desks(ready, pairs), DEADLINES)
        stack.callback(desks.close)
        began = time.monotonic()
        submitting = tuple(
            SubmittingClient(network.folder, bank, user, folder / f"{bank}-{user}.calls")
            for bank, user in clients
        )
        for client in submitting:
            stack.callback(client.kill)
        programs = len(processes(network.folder))
        parts = BrokenParts(network, submitting, desks, EveryPeersBlocks(network), programs)
        desks.start()
        parts.await_well(began)
        yield parts
