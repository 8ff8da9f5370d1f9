"""Both engines side by side, only where Fabric is: cases drawn anew, and the trade contracts closely."""

import os
import random
from collections.abc import Callable, Iterator

import pytest
from counterfoil_network.deployment import EMBEDDED, FABRIC

from tests.acceptance import records
from tests.acceptance.cases.drawn import drawn_case
from tests.acceptance.cases.trade_contracts import closely
from tests.acceptance.engines import running
from tests.acceptance.registry import OPEN, Case
from tests.acceptance.running import transcript
from tests.acceptance.surroundings import Surroundings

pytestmark = pytest.mark.fabric
_FIRST = int(os.environ.get("ACCEPTANCE_SEED") or random.SystemRandom().randrange(10**6, 10**9))
SEEDS = range(_FIRST, _FIRST + 8)
"""ACCEPTANCE_SEED=n draws the same ones again."""


@pytest.fixture(scope="module")
def embedded(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    assert engine == FABRIC, "run by `make test-fabric`"
    with running(EMBEDDED, tmp_path_factory.mktemp("embedded")) as found:
        yield found


@pytest.mark.parametrize("place", range(len(SEEDS)))
def test_both_engines_agree(place: int, surroundings: Surroundings, embedded: Surroundings) -> None:
    seed = SEEDS[place]
    case = Case(f"drawn/{seed}", drawn_case(seed))
    found = records.differences(transcript(case, embedded), transcript(case, surroundings))
    assert not found, f"ACCEPTANCE_SEED={seed}\n" + "\n".join(found)


def test_both_engines_agree_on_the_trade_contracts(
    networks: Callable[[str], Surroundings], embedded: Surroundings
) -> None:
    """Each answer, and how much each transaction reads and writes where."""
    found = records.differences(closely(embedded), closely(networks(OPEN)))
    assert not found, "\n".join(found)
