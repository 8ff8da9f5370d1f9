"""Orderer leader, the regulator's peer, the gateway peer, a chaincode: killed or frozen, one or two at once.

All under the load of several client processes and of people at desks. One network with three orderers suffers
it all, one fault after the other; what that came to is printed at the end, and written beside the network.
"""

from collections.abc import Iterator
from itertools import combinations

import pytest
from broken_parts import ONE_PAIR, RECOVERY_SECONDS_MAX, BrokenParts, broken_parts
from faults import Fault, Part, Way, table
from ready_desks import audit_of, pools_of

pytestmark = pytest.mark.slow
KILLED, FROZEN = Way.KILLED, Way.FROZEN
SINGLE: list[tuple[Fault, ...]] = [(Fault(part, way),) for way in Way for part in Part]
# Of two parts both are killed, both frozen, and one of each, in turn this one and that one.
MIXED = [(KILLED, FROZEN), (FROZEN, KILLED)]
DOUBLE: list[tuple[Fault, ...]] = [
    (Fault(one, ways[0]), Fault(other, ways[1]))
    for number, (one, other) in enumerate(combinations(Part, 2))
    for ways in ((KILLED, KILLED), MIXED[number % 2], (FROZEN, FROZEN))
]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokenParts]:
    with broken_parts(tmp_path_factory.mktemp("faults"), orderers=3) as found:
        yield found


@pytest.mark.parametrize("faults", SINGLE + DOUBLE, ids=lambda faults: " and ".join(map(str, faults)))
def test_nothing_answered_is_lost_and_the_network_recovers(
    parts: BrokenParts, faults: tuple[Fault, ...]
) -> None:
    suffered = parts.suffer(*faults)
    assert suffered.recovered < RECOVERY_SECONDS_MAX
    assert parts.wrong() == []


def test_at_the_end_all_is_as_it_was_told(
    parts: BrokenParts, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every peer has it, the audit finds nothing, every pool reconciles. Also prints the figures."""
    parts.rest()
    told = table(parts.suffered)
    (parts.network.folder.root.parent / "faults.md").write_text(told + "\n", encoding="utf-8")
    with capsys.disabled():
        print(f"\n{told}")
    assert parts.wrong() == []
    assert all(work.financings for work in parts.desks.works)
    report = audit_of(parts.network, tmp_path_factory.mktemp("export") / "export")
    assert report.findings == ()
    assert report.pools == pools_of(ONE_PAIR)
