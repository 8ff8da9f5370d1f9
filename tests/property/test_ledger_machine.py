"""The ledger file against a plain model of dictionaries: any run of endorsements, blocks and restarts."""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bare_envelope import CHANNEL, envelope_of
from counterfoil_network.embedded.ledger import (
    CommitRequest,
    MissingPrivateData,
    PeerLedger,
    PrivateWriteSet,
    ReconciledPrivateData,
)
from counterfoil_protocol import block as blocks
from counterfoil_protocol.ledger.simulator import CollectionAccess, SimulationError, Simulator
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.rwset import key_hash
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

KEYS = ("a", "b", "\x00x\x00")
COLLECTION = "secret"
At = tuple[int, int]

values = st.sampled_from([b"", b"1", b"2"])
keys = st.sampled_from(KEYS)
operations = st.one_of(
    st.tuples(st.just("get"), keys),
    st.tuples(st.just("put"), keys, values),
    st.tuples(st.just("policy"), keys, st.sampled_from([b"", b"p"])),
    st.tuples(st.just("scan"), st.sampled_from(["", *KEYS]), st.sampled_from(["", *KEYS])),
    st.tuples(st.just("read"), keys),
    st.tuples(st.just("hash"), keys),
    st.tuples(st.just("write"), keys, values),
    st.tuples(st.just("purge"), keys),
    st.tuples(st.just("mark"), keys, st.sampled_from([b"", b"p"])),
)


@dataclass
class Entry:
    """A key of the model: None for a value means that the key is not there."""

    value: bytes | None = None
    version: At | None = None
    metadata: bytes = b""


@dataclass
class Planned:
    """A transaction as the model knows it: what it saw, and what it would do."""

    envelope: bytes
    write_sets: list[PrivateWriteSet]
    reads: dict[tuple[str, str], At | None] = field(default_factory=dict)
    scans: list[tuple[str, str, list[tuple[str, At]]]] = field(default_factory=list)
    values: dict[tuple[str, str], bytes | None] = field(default_factory=dict)
    metadata: dict[tuple[str, str], bytes] = field(default_factory=dict)
    purged: set[str] = field(default_factory=set)


@dataclass
class Model:
    """World state by ("public" | "hashed", key), and what is held of the private values."""

    state: dict[tuple[str, str], Entry] = field(default_factory=dict)
    held: dict[str, tuple[bytes, At]] = field(default_factory=dict)

    def version(self, where: tuple[str, str]) -> At | None:
        found = self.state.get(where)
        return found.version if found is not None else None

    def scan(self, start: str, end: str) -> list[tuple[str, At]]:
        found = [(key, e.version) for (kind, key), e in self.state.items() if kind == "public" and e.version]
        return sorted((key, v) for key, v in found if key >= start and (not end or key < end))

    def fits(self, planned: Planned, touched: set[tuple[str, str]]) -> int:
        public = {where for where in planned.reads if where[0] == "public"}
        if any(where in touched or self.version(where) != planned.reads[where] for where in public):
            return transaction.MVCC_READ_CONFLICT
        if any(self.scan(start, end) != seen for start, end, seen in planned.scans):
            return transaction.PHANTOM_READ_CONFLICT
        private = set(planned.reads) - public
        if any(where in touched or self.version(where) != planned.reads[where] for where in private):
            return transaction.MVCC_READ_CONFLICT
        return transaction.VALID

    def apply(self, planned: Planned, at: At) -> set[tuple[str, str]]:
        """Write, and give the keys that a later transaction of the block must not have read."""
        touched = set()
        for where in {*planned.values, *planned.metadata}:
            now = self.state.get(where, Entry())
            value = planned.values.get(where, now.value)
            if where in planned.values and value is None:
                self.state.pop(where, None)
                touched.add(where)
            elif value is not None:
                self.state[where] = Entry(value, at, planned.metadata.get(where, now.metadata))
                touched.add(where)
        return touched

    def hold(self, planned: Planned, at: At) -> None:
        """Take a valid transaction's private writes."""
        for (kind, key), value in planned.values.items():
            if kind == "hashed":
                if value is None:
                    self.held.pop(key, None)
                else:
                    self.held[key] = (value, at)

    def renew(self, marked: Sequence[str]) -> None:
        """After the block: a value that only got metadata has its hash's new version."""
        for key in marked:
            entry, mine = self.state.get(("hashed", key)), self.held.get(key)
            if entry is not None and mine is not None and mine[0] == entry.value and entry.version:
                self.held[key] = (mine[0], entry.version)


class LedgerMachine(RuleBasedStateMachine):
    """Endorses on the ledger and on the model, commits in any order and grouping, restarts, reconciles."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ledger"))
        self.ledger = self.reopen_file()
        self.model = Model()
        self.pending: list[Planned] = []
        self.missing: dict[At, Planned] = {}
        self.purges: dict[str, At] = {}
        self.height = 0
        self.previous = b""
        self.endorsed = 0

    def reopen_file(self) -> PeerLedger:
        return PeerLedger.open(self.folder / "ledger.db", msp_id="M", channel_id=CHANNEL)

    @rule(programs=st.lists(st.lists(operations, min_size=1, max_size=4), min_size=2, max_size=5))
    def endorse(self, programs: list[list[tuple[Any, ...]]]) -> None:
        for program in programs:
            self.endorse_one(program)

    def endorse_one(self, program: list[tuple[Any, ...]]) -> None:
        self.endorsed += 1
        txid = hashlib.sha256(b"%d" % self.endorsed).hexdigest()
        planned = Planned(b"", [])
        with self.ledger.snapshot() as view:
            simulator = Simulator(
                view,
                transaction_id=txid,
                channel_id=CHANNEL,
                collections=lambda *_: {COLLECTION: CollectionAccess()},
            )
            for operation in program:
                getattr(self, "do_" + operation[0])(simulator, planned, *operation[1:])
            result = simulator.result()
        planned.envelope = envelope_of(txid, result.public_bytes)
        for entry in result.private.namespaces if result.private else ():
            for collection in entry.collections:
                planned.write_sets.append(
                    PrivateWriteSet(entry.namespace, collection.name, collection.serialize())
                )
        self.pending.append(planned)

    def do_get(self, simulator: Simulator, planned: Planned, key: str) -> None:
        entry = self.model.state.get(("public", key), Entry())
        assert simulator.get_state("cc", key) == entry.value
        planned.reads["public", key] = entry.version

    def do_put(self, simulator: Simulator, planned: Planned, key: str, value: bytes) -> None:
        simulator.put_state("cc", key, value)
        planned.values["public", key] = value or None

    def do_policy(self, simulator: Simulator, planned: Planned, key: str, value: bytes) -> None:
        simulator.set_state_metadata("cc", key, {"p": value} if value else {})
        planned.metadata["public", key] = value

    def do_scan(self, simulator: Simulator, planned: Planned, start: str, end: str) -> None:
        seen = self.model.scan(start, end)
        assert [r.key for r in simulator.get_state_range("cc", start, end)] == [key for key, _ in seen]
        planned.scans.append((start, end, seen))

    def do_read(self, simulator: Simulator, planned: Planned, key: str) -> None:
        mine = self.model.held.get(key)
        hashed = self.model.version(("hashed", key))
        try:
            found = simulator.get_private("cc", COLLECTION, key)
        except SimulationError:
            assert hashed != (mine[1] if mine else None)
            return
        assert hashed == (mine[1] if mine else None)
        assert found == (mine[0] if mine else None)
        planned.reads["hashed", key] = hashed

    def do_hash(self, simulator: Simulator, planned: Planned, key: str) -> None:
        entry = self.model.state.get(("hashed", key), Entry())
        expected = hashlib.sha256(entry.value).digest() if entry.value is not None else None
        assert simulator.get_private_hash("cc", COLLECTION, key) == expected
        planned.reads["hashed", key] = entry.version

    def do_write(self, simulator: Simulator, planned: Planned, key: str, value: bytes) -> None:
        simulator.put_private("cc", COLLECTION, key, value)
        planned.values["hashed", key] = value or None
        planned.purged.discard(key)

    def do_purge(self, simulator: Simulator, planned: Planned, key: str) -> None:
        simulator.purge_private("cc", COLLECTION, key)
        planned.values["hashed", key] = None
        planned.purged.add(key)

    def do_mark(self, simulator: Simulator, planned: Planned, key: str, value: bytes) -> None:
        simulator.set_private_metadata("cc", COLLECTION, key, {"p": value} if value else {})
        planned.metadata["hashed", key] = value

    @precondition(lambda self: self.pending)
    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        order = data.draw(st.permutations(range(len(self.pending))))
        chosen = order[: data.draw(st.sampled_from([8, 8, 3, 1, 0]))]
        withheld = data.draw(st.sampled_from([set(), set(), {0}, {1, 2}]))
        block_of = [self.pending[place] for place in chosen]
        self.pending = [p for place, p in enumerate(self.pending) if place not in chosen]
        expected = self.model_block(block_of, withheld)
        block = blocks.new_block(self.height, self.previous, [p.envelope for p in block_of])
        missing = [
            MissingPrivateData(self.height, place, "id", "cc", COLLECTION, eligible=True)
            for place, p in enumerate(block_of)
            if place in withheld and p.write_sets
        ]
        private = {place: p.write_sets for place, p in enumerate(block_of) if place not in withheld}
        request = CommitRequest(block, [0] * len(block_of), private, missing)
        assert list(self.ledger.commit(request).result(timeout=10).codes) == expected
        self.previous = blocks.header_hash(block.header)
        self.height += 1

    def model_block(self, block_of: list[Planned], withheld: set[int]) -> list[int]:
        touched: set[tuple[str, str]] = set()
        expected, marked, held_later = [], [], []
        for place, planned in enumerate(block_of):
            at = (self.height, place)
            code = self.model.fits(planned, touched)
            expected.append(code)
            if code == transaction.VALID:
                touched |= self.model.apply(planned, at)
                self.purges.update(dict.fromkeys(planned.purged, at))
            if place in withheld:
                if planned.write_sets:
                    self.missing[at] = planned
            elif code == transaction.VALID:
                held_later.append((planned, at))
                marked += [key for kind, key in planned.metadata if kind == "hashed"]
        for planned in (p for p, c in zip(block_of, expected, strict=True) if c == transaction.VALID):
            for key in planned.purged:
                self.model.held.pop(key, None)
        for planned, at in held_later:
            self.model.hold(planned, at)
        self.model.renew(marked)
        return expected

    @precondition(lambda self: self.missing)
    @rule(data=st.data())
    def reconcile(self, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(sorted(self.missing)), min_size=1, unique=True))
        found = [
            ReconciledPrivateData(*at, write_set)
            for at in chosen
            for write_set in self.missing[at].write_sets
        ]
        assert self.ledger.store_reconciled(found).result(timeout=10) == []
        for at in sorted(chosen):
            self.late(self.missing.pop(at), at)

    def late(self, planned: Planned, at: At) -> None:
        block = self.ledger.block(at[0])
        assert block is not None
        if blocks.transactions_filter(block)[at[1]] != transaction.VALID:
            return
        for (kind, key), value in planned.values.items():
            if kind != "hashed" or self.purges.get(key, (-1, -1)) >= at:
                continue
            entry = self.model.state.get(("hashed", key))
            if entry is None:
                if value is None:
                    self.model.held.pop(key, None)
            elif entry.version == at or entry.value == value:
                assert value is not None
                assert entry.version is not None
                self.model.held[key] = (value, entry.version)

    @rule()
    def restart(self) -> None:
        self.ledger.close()
        self.ledger = self.reopen_file()

    @invariant()
    def the_file_holds_what_the_model_holds(self) -> None:
        if not hasattr(self, "ledger"):
            return
        with self.ledger.snapshot() as view:
            assert view.height == self.height
            for key in KEYS:
                for kind, found in (
                    ("public", view.get_state("cc", key)),
                    ("hashed", view.get_private_hash("cc", COLLECTION, key_hash(key))),
                ):
                    entry = self.model.state.get((kind, key), Entry())
                    assert (found.version if found else None) == entry.version
                    assert bool(found and found.metadata) == bool(entry.metadata)
                mine = view.get_private("cc", COLLECTION, key)
                assert ((mine.value, mine.version) if mine else None) == self.model.held.get(key)
            asked = view.missing_private_data()
            assert {(m.block, m.transaction) for m in asked} == set(self.missing)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()
            shutil.rmtree(self.folder)


LedgerMachine.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestLedgerMachine = LedgerMachine.TestCase
