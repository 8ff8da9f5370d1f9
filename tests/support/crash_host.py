"""A program that commits blocks of transfers and is killed in the middle, again and again.

    python crash_host.py FOLDER SEED RUNS

Each run is a fork with a ledger of its own in FOLDER/<run>. It picks a phase of the commit, a block and a
delay, and kills itself with SIGKILL so long after that block passed that phase. For each run one line of JSON
tells what an outsider saw: the phases that were passed, and what was answered.
"""

import hashlib
import json
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

from bare_envelope import CHANNEL, envelope_of
from counterfoil_network.embedded.ledger import CommitRequest, PeerLedger, PrivateWriteSet, phases
from counterfoil_protocol import block as blocks
from counterfoil_protocol.ledger.simulator import CollectionAccess, SimulationResult, Simulator
from counterfoil_protocol.messages import transaction, transient_store

ACCOUNTS = 5
OPENING = 1000
COLLECTION = "notes"
BLOCKS_MAX = 40
DELAY_MAX = 0.002
"""Seconds; a commit takes a few milliseconds, so that the kill falls anywhere in it."""


def open_ledger(folder: Path) -> PeerLedger:
    return PeerLedger.open(folder / "ledger.db", msp_id="BankAMSP", channel_id=CHANNEL)


class Bank:
    """Moves money between accounts, with a private note of each transfer."""

    def __init__(self, ledger: PeerLedger, draw: random.Random) -> None:
        self.ledger = ledger
        self.draw = draw
        last = ledger.block(ledger.height - 1) if ledger.height else None
        self.previous = blocks.header_hash(last.header) if last is not None else b""
        self.counter = 0

    def simulate(self, transaction_id: str, *, opening: bool) -> SimulationResult:
        with self.ledger.snapshot() as view:
            simulator = Simulator(
                view,
                transaction_id=transaction_id,
                channel_id=CHANNEL,
                collections=lambda *_: {COLLECTION: CollectionAccess()},
            )
            if opening:
                for account in range(ACCOUNTS):
                    simulator.put_state("cc", f"account{account}", b"%d" % OPENING)
            else:
                self.transfer(simulator, transaction_id)
            return simulator.result()

    def transfer(self, simulator: Simulator, transaction_id: str) -> None:
        source, target = self.draw.sample(range(ACCOUNTS), 2)
        amount = self.draw.randint(1, 50)
        for account, change in ((source, -amount), (target, amount)):
            balance = int(simulator.get_state("cc", f"account{account}") or b"0")
            simulator.put_state("cc", f"account{account}", b"%d" % (balance + change))
        note = json.dumps({"from": source, "to": target, "amount": amount}).encode()
        simulator.put_private("cc", COLLECTION, f"note/{transaction_id}", note)

    def step(self, answered: "Answers") -> None:
        """Endorse one to three transfers and commit them as a block."""
        opening = self.ledger.height == 0
        request, ids = self.endorse(1 if opening else self.draw.randint(1, 3), answered, opening=opening)
        committed = self.ledger.commit(request).result(timeout=60)
        for transaction_id, code in zip(ids, committed.codes, strict=True):
            if code == transaction.VALID:
                answered.tell("valid", transaction_id)

    def endorse(self, count: int, answered: "Answers", *, opening: bool) -> tuple[CommitRequest, list[str]]:
        envelopes, private, ids = [], {}, []
        for place in range(count):
            self.counter += 1
            seed = f"{os.getpid()}/{self.counter}/{self.ledger.height}"
            transaction_id = hashlib.sha256(seed.encode()).hexdigest()
            result = self.simulate(transaction_id, opening=opening)
            if result.private is not None:
                self.keep(transaction_id, result, answered)
                collection = result.private.namespaces[0].collections[0]
                private[place] = [PrivateWriteSet("cc", COLLECTION, collection.serialize())]
            envelopes.append(envelope_of(transaction_id, result.public_bytes))
            ids.append(transaction_id)
        block = blocks.new_block(self.ledger.height, self.previous, envelopes)
        self.previous = blocks.header_hash(block.header)
        return CommitRequest(block, [0] * count, private), ids

    def keep(self, transaction_id: str, result: SimulationResult, answered: "Answers") -> None:
        content = transient_store.TxPvtReadWriteSetWithConfigInfo(pvt_rwset=result.private_message)
        self.ledger.store_transient(transaction_id, self.ledger.height, content).result(timeout=60)
        answered.tell("kept", transaction_id)


class Answers:
    """What leaves the process: one short line a write, so that a kill never cuts one in half."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe

    def tell(self, kind: str, what: str) -> None:
        os.write(self.pipe, f"{kind} {what}\n".encode())


def die_at(phase: str, number: int, delay: float, answered: Answers) -> None:
    def kill() -> None:
        time.sleep(delay)
        os.kill(os.getpid(), signal.SIGKILL)

    def hook(passed: str, block: int) -> None:
        answered.tell("passed", f"{passed}/{block}")
        if passed == phase and block == number:
            if delay:
                threading.Thread(target=kill, daemon=True).start()
            else:
                os.kill(os.getpid(), signal.SIGKILL)

    phases.announce(hook)


def one_run(folder: Path, draw: random.Random, pipe: int, phase: str) -> None:
    answered = Answers(pipe)
    delay = draw.choice([0.0, draw.uniform(0, DELAY_MAX)])
    die_at(phase, draw.randint(0, 6), delay, answered)
    bank = Bank(open_ledger(folder), draw)
    for _ in range(BLOCKS_MAX):
        bank.step(answered)
    os._exit(3)  # it should be dead by now


def watch(folder: Path, seed: int, run: int) -> dict[str, object]:
    """Fork, listen to the end of the pipe, and tell what was heard."""
    folder.mkdir()
    phase = phases.PHASES[run % len(phases.PHASES)]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            one_run(folder, random.Random(f"{seed}/{run}"), writing, phase)
        finally:
            os._exit(4)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        lines = [line.decode().split(" ", 1) for line in stream.read().splitlines()]
    _, status = os.waitpid(child, 0)
    heard: dict[str, list[str]] = {"passed": [], "valid": [], "kept": []}
    for kind, what in lines:
        heard[kind].append(what)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return {"folder": str(folder), "killed": killed, "aimed": phase, **heard}


def main() -> None:
    folder, seed, runs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for run in range(runs):
        print(json.dumps(watch(folder / str(run), seed, run)), flush=True)


if __name__ == "__main__":
    main()
