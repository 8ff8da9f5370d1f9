"""The engine killed with -9 in every phase of the commit: all that was answered is there, nothing by half."""

import json
import random
import sys
import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import crash_engine
import pytest
from counterfoil import Contract, CounterfoilError
from counterfoil_network.deployment import engine_process
from counterfoil_network.embedded.ledger.phases import PHASES
from counterfoil_protocol.messages import common_ledger, transaction
from running_network import ORGANISATIONS, RunningNetwork, asset_chaincode, running_network

ACCOUNTS = 8
OPENING = 1000
WORKERS = 3
SECONDS_MAX = 20.0
SEED = 20261121


@dataclass
class Answers:
    """What clients were told: ids of VALID transactions, and private notes whose transaction was VALID."""

    valid: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def pay_until_it_breaks(network: RunningNetwork, seed: int, answers: Answers) -> None:
    """Move value about and keep notes, until a call fails; conflicts are part of it."""
    draw = random.Random(seed)
    with network.contract("BankA") as contract:
        try:
            while True:
                source, target = draw.sample(range(ACCOUNTS), 2)
                proposed = contract.propose("asset:pay", f"account{source}", f"account{target}", "7")
                note(proposed.endorse().submit().status(timeout=SECONDS_MAX), answers.valid)
                key = uuid.uuid4().hex
                private = contract.propose(
                    "asset:appraise",
                    "members",
                    key,
                    transient={"appraisal": key.encode()},
                    endorsing_organizations=["BankAMSP"],
                )
                if note(private.endorse().submit().status(timeout=SECONDS_MAX), answers.valid):
                    answers.notes.append(key)
        except CounterfoilError:
            return


def note(status: object, valid: list[str]) -> bool:
    from counterfoil import Status

    assert isinstance(status, Status)
    if status.successful:
        valid.append(status.transaction_id)
    return status.successful


def load(network: RunningNetwork, seed: int) -> Answers:
    answers = Answers()
    threads = [
        threading.Thread(target=pay_until_it_breaks, args=(network, seed * 100 + worker, answers))
        for worker in range(WORKERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS_MAX * 2)
        assert not thread.is_alive(), "the engine was to be killed"
    return answers


def qscc(contract: Contract, function: str, *args: str) -> bytes:
    return contract.network.contract("qscc").evaluate(function, "trade", *args)


def check(network: RunningNetwork, answers: Answers) -> None:
    """Every peer has what was answered, all have the same chain, and value is only ever moved."""
    tips = set()
    for organisation in ORGANISATIONS:
        with network.contract(organisation) as contract:
            for transaction_id in answers.valid:
                found = transaction.ProcessedTransaction.FromString(
                    qscc(contract, "GetTransactionByID", transaction_id)
                )
                assert found.validationCode == transaction.VALID
            values = [
                json.loads(contract.evaluate("asset:read", f"account{number}"))["value"]
                for number in range(ACCOUNTS)
            ]
            assert sum(values) == ACCOUNTS * OPENING, organisation
            info = common_ledger.BlockchainInfo.FromString(qscc(contract, "GetChainInfo"))
            tips.add((info.height, info.currentBlockHash))
    assert len(tips) == 1
    for organisation in ("BankA", "Regulator"):
        with network.contract(organisation) as contract:
            for key in answers.notes:
                assert contract.evaluate("asset:appraisal", "members", key) == key.encode(), organisation


# The ordinary run kills the engine under the trade contracts: tests/engine/test_kill.py.
@pytest.mark.slow
def test_killed_at_every_phase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(SEED)
    told = Answers()
    monkeypatch.setattr(engine_process, "ENGINE_COMMAND", (sys.executable, crash_engine.__file__))
    with running_network(tmp_path, asset_chaincode()) as network, network.contract("BankA") as contract:
        for number in range(ACCOUNTS):
            contract.submit("asset:create", f"account{number}", "tom", str(OPENING))
    for round_number, phase in enumerate(PHASES):
        monkeypatch.setenv("CRASH_PHASE", phase)
        monkeypatch.setenv("CRASH_AFTER", str(draw.randrange(8, 40)))
        with running_network(tmp_path) as network:
            check(network, told)
            answered = load(network, round_number)
        assert answered.valid, f"{phase}: killed before anything was answered"
        told.valid += answered.valid
        told.notes += answered.notes
    monkeypatch.delenv("CRASH_PHASE")
    with running_network(tmp_path) as network:
        check(network, told)
        with network.contract("Port") as contract:
            contract.submit("asset:pay", "account0", "account1", "1")
