"""A ledger whose process is killed with -9 inside the commit: a prefix is left, and all that was answered."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import crash_host
import pytest
from counterfoil_network.embedded.ledger import LedgerView
from counterfoil_network.embedded.ledger.phases import PHASES
from counterfoil_protocol import block as blocks
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.ledger.memory import MemoryState
from counterfoil_protocol.ledger.mvcc import BlockTransaction, validate_and_prepare
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.rwset import PrivateCollection, ReadWriteSet

RUNS = 64
SEED = 20261121
UNDONE = PHASES.index("indexed")


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("crashes")
    command = [sys.executable, crash_host.__file__, str(folder), str(SEED), str(RUNS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_run_was_killed_and_no_phase_was_spared(crashes: list[dict[str, Any]]) -> None:
    assert all(crash["killed"] for crash in crashes)
    fell = Counter(crash["passed"][-1].split("/")[0] for crash in crashes if crash["passed"])
    print({phase: fell[phase] for phase in PHASES})
    assert set(fell) == set(PHASES)


def replayed(view: LedgerView) -> MemoryState:
    """What the blocks of the ledger say that its state is."""
    state = MemoryState()
    for number in range(view.height):
        block = view.block(number)
        assert block is not None
        codes = blocks.transactions_filter(block)
        writes = [
            BlockTransaction(place, ReadWriteSet.parse(parse_transaction(raw).actions[0].payload.results))
            for place, raw in enumerate(block.data.data)
        ]
        prepared = validate_and_prepare(number, writes, state)
        assert bytes(prepared.codes[place] for place in sorted(prepared.codes)) == codes
        state.apply(prepared.batch)
    return state


def check_state(view: LedgerView, state: MemoryState) -> None:
    assert dict(view.get_state_range("cc", "", "")) == {key: v for (_, key), v in state.public.items()}
    balances = [int(found.value) for _, found in view.get_state_range("cc", "account", "accounu")]
    assert sum(balances) == (crash_host.OPENING * crash_host.ACCOUNTS if view.height else 0)
    for (namespace, collection, hashed), found in state.hashed.items():
        assert view.get_private_hash(namespace, collection, hashed) == found
    assert len(list(view.get_private_range("cc", crash_host.COLLECTION, "", ""))) == len(state.hashed)


def check_blocks(view: LedgerView) -> None:
    """Blocks follow each other, and each transaction is indexed and has its private writes, or none has."""
    assert view.private_data(view.height) == {}
    previous = b""
    for number in range(view.height):
        block = view.block(number)
        assert block is not None
        assert block.header.previous_hash == previous
        previous = blocks.header_hash(block.header)
        private = view.private_data(number)
        for place, raw in enumerate(block.data.data):
            parsed = parse_transaction(raw)
            status = view.transaction_status(parsed.transaction_id)
            assert status is not None
            assert (status.block, status.transaction) == (number, place)
            assert view.transient(parsed.transaction_id) == []
            rwset = ReadWriteSet.parse(parsed.actions[0].payload.results)
            stated = [c.private_hash for n in rwset.namespaces for c in n.collections]
            held = [PrivateCollection.parse(w.collection, w.rwset).digest() for w in private.get(place, [])]
            assert held == stated


def test_a_prefix_is_left_and_all_that_was_answered(crashes: list[dict[str, Any]]) -> None:
    for crash in crashes:
        ledger = crash_host.open_ledger(Path(crash["folder"]))
        with ledger.snapshot() as view:
            check_blocks(view)
            check_state(view, replayed(view))
            for transaction_id in crash["valid"]:
                status = view.transaction_status(transaction_id)
                assert status is not None, crash
                assert status.code == transaction.VALID
            for transaction_id in crash["kept"]:
                committed = view.transaction_status(transaction_id) is not None
                assert bool(view.transient(transaction_id)) != committed
            phase, number = crash["passed"][-1].split("/") if crash["passed"] else ("queued", "0")
            if PHASES.index(phase) < UNDONE:
                assert view.height == int(number)
            elif PHASES.index(phase) > UNDONE:
                assert view.height == int(number) + 1
            else:  # between the last statement and the answer of the sync
                assert view.height in (int(number), int(number) + 1)
        ledger.close()


def test_the_ledger_goes_on_after_the_crash(crashes: list[dict[str, Any]]) -> None:
    for crash in crashes[: len(PHASES)]:
        ledger = crash_host.open_ledger(Path(crash["folder"]))
        bank = crash_host.Bank(ledger, random.Random(SEED))
        before = ledger.height
        with open(os.devnull, "wb") as nowhere:
            for _ in range(3):
                bank.step(crash_host.Answers(nowhere.fileno()))
        with ledger.snapshot() as view:
            assert view.height == before + 3
            check_blocks(view)
            check_state(view, replayed(view))
        ledger.close()
