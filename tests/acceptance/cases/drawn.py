"""Cases drawn by seed: keys, collections, policies, and conflicting transactions in one block.

The seeds below are recorded; `test_differential` draws others wherever Fabric is there.
"""

import random
from collections.abc import Callable

from tests.acceptance.registry import case
from tests.acceptance.stage import Stage, Step

RECORDED_SEEDS = range(1, 7)
_ROUNDS = 3
_DELETES = ("delete", "private_delete", "private_purge")
_PROTECTS = ("protect", "private_protect")
_RARE = 0.3
"""Policies of keys, which few of the transactions after them satisfy, are drawn less often."""
_NAMES = ("a", "aa", "b", "é", "信", "\U0001f4b0", "a~")
_COLLECTIONS = ("open", "members", "guarded")
_POLICIES = (
    "OR('PortMSP.peer')",
    "AND('RegulatorMSP.peer','BankAMSP.peer')",
    "OutOf(2,'RegulatorMSP.peer','BankAMSP.peer','BankBMSP.peer')",
)
_ENDORSERS = (
    *[("RegulatorMSP", "BankAMSP")] * 5,
    ("BankAMSP",),
    ("RegulatorMSP", "PortMSP"),
    ("PortMSP",),
    ("BankAMSP", "BankBMSP", "RegulatorMSP"),
)


def drawn_case(seed: int) -> Callable[[Stage], None]:
    """What a seed stands for."""

    def act(stage: Stage) -> None:
        draw = _Draw(random.Random(seed), stage)  # not for secrets
        stage.submit(*(["put", key, "0"] for key in draw.keys))
        stage.submit(*(["private_put", name, draw.keys[0], "0"] for name in _COLLECTIONS))
        for _ in range(_ROUNDS):
            draw.new_block()
            endorsed = [stage.endorse(*draw.steps(), endorsers=draw.endorsers()) for _ in range(5)]
            if any(endorsed):
                stage.one_block(*endorsed)
            draw.look(stage)

    return act


class _Draw:
    def __init__(self, source: random.Random, stage: Stage) -> None:
        self._source = source
        self.keys = [stage.key(name) for name in source.sample(_NAMES, 4)]
        self._deleted: set[tuple[str, ...]] = set()

    def new_block(self) -> None:
        """Nothing is deleted in it yet."""
        self._deleted.clear()

    def endorsers(self) -> tuple[str, ...]:
        return self._source.choice(_ENDORSERS)

    def steps(self) -> list[Step]:
        """One to four steps; reads of ranges come first, for a write before them is refused."""
        drawn = [self._survived(self._step()) for _ in range(self._source.randint(1, 4))]
        self._deleted |= {tuple(step[1:]) for step in drawn if step[0] in _DELETES}
        return sorted(drawn, key=lambda step: step[0] not in ("range", "private_get"))

    def _survived(self, step: Step) -> Step:
        """Not a policy for a key that an earlier transaction of the block deletes: Fabric's peers panic.

        statedb.UpdateBatch.PutValAndMetadata is called without a value, on every peer, at each start again
        (docs/fabric-compatibility.md).
        """
        if step[0] in _PROTECTS and tuple(step[1:-1]) in self._deleted:
            return ["get", self.keys[0]]
        return step

    def look(self, stage: Stage) -> None:
        """What the ledger holds now."""
        stage.evaluate(["get_many", *self.keys])
        stage.evaluate(*(["protection", key] for key in self.keys))
        for collection in _COLLECTIONS:
            stage.evaluate(["private_get_many", collection, *self.keys])
            stage.evaluate(*(["private_hash", collection, key] for key in self.keys), by="BankB")

    def _step(self) -> Step:
        source = self._source
        key, value = source.choice(self.keys), str(source.randint(1, 9))
        collection = source.choice(_COLLECTIONS)
        bounds = sorted(source.sample(self.keys, 2))
        makers: list[Step] = [
            ["get", key],
            ["get", key],
            ["put", key, value],
            ["put", key, value],
            ["delete", key],
            ["range", *bounds],
            ["protect", key, source.choice(_POLICIES)] if source.random() < _RARE else ["get", key],
            ["private_get", collection, key],
            ["private_hash", collection, key],
            ["private_put", collection, key, value],
            ["private_put", collection, key, value],
            ["private_delete", collection, key],
            ["private_purge", collection, key],
            ["private_protect", collection, key, source.choice(_POLICIES)]
            if source.random() < _RARE
            else ["private_get", collection, key],
        ]
        return source.choice(makers)


for _seed in RECORDED_SEEDS:
    case(f"drawn/seed {_seed}")(drawn_case(_seed))
