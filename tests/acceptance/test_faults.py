"""The cases that take half a minute: `make test-long`, and on Fabric `make test-fabric-faults`."""

import pytest

from tests.acceptance import records
from tests.acceptance.judged import judge
from tests.acceptance.registry import Case, all_cases
from tests.acceptance.running import transcript
from tests.acceptance.surroundings import Surroundings

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", [each for each in all_cases() if each.is_fault], ids=lambda case: case.name)
def test_fault(
    case: Case,
    surroundings: Surroundings,
    recorded: dict[str, records.Transcript],
    recording: records.Recording | None,
    seen_by_people: dict[str, records.Transcript],
) -> None:
    seen = seen_by_people[case.name] = transcript(case, surroundings)
    judge(case, seen, surroundings.engine, recorded, recording)
