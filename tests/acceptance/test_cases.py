"""Every case on the engine under test, held against what real Fabric answered."""

from collections.abc import Callable

import pytest
from counterfoil_network.deployment import EMBEDDED

from tests.acceptance import records
from tests.acceptance.judged import judge
from tests.acceptance.registry import Case, all_cases
from tests.acceptance.running import transcript
from tests.acceptance.surroundings import Surroundings


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    engine = str(metafunc.config.getoption("--engine", EMBEDDED))
    cases = [each for each in all_cases() if not each.is_apart(engine)]
    metafunc.parametrize("case", cases, ids=lambda each: each.name)


def test_case(
    case: Case,
    networks: Callable[[str], Surroundings],
    recorded: dict[str, records.Transcript],
    recording: records.Recording | None,
    seen_by_people: dict[str, records.Transcript],
) -> None:
    surroundings = networks(case.network)
    seen = seen_by_people[case.name] = transcript(case, surroundings)
    judge(case, seen, surroundings.engine, recorded, recording)
