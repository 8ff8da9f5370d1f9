"""Every case on the engine under test, held against what real Fabric answered."""

import pytest
from counterfoil_network.deployment import EMBEDDED

from tests.acceptance import records
from tests.acceptance.differences import KNOWN
from tests.acceptance.normalised import Names
from tests.acceptance.registry import Case, all_cases
from tests.acceptance.stage import NotTogether, Stage
from tests.acceptance.surroundings import Surroundings

ATTEMPTS = 5


def run(case: Case, surroundings: Surroundings) -> records.Transcript:
    """A case's transcript; it is run again where the orderer cut a block elsewhere than the case needs."""
    for attempt in range(1, ATTEMPTS + 1):
        mark = f"~{attempt}" if attempt > 1 else ""
        stage = Stage(case.name, surroundings, Names(surroundings.addresses()), mark)
        try:
            case.act(stage)
        except NotTogether as error:
            print(error)
            continue
        return stage.finished()
    raise NotTogether(case.name)


@pytest.mark.parametrize(
    "case", [each for each in all_cases() if not each.is_fault], ids=lambda case: case.name
)
def test_case(
    case: Case,
    surroundings: Surroundings,
    recorded: dict[str, records.Transcript],
    recording: records.Recording | None,
    seen_by_people: dict[str, records.Transcript],
) -> None:
    seen = seen_by_people[case.name] = run(case, surroundings)
    if recording is not None:
        recording.transcripts[case.name] = seen
        return
    found = records.differences(seen, recorded.get(case.name))
    if surroundings.engine == EMBEDDED and case.name in KNOWN:
        assert found, f"{case.name} differs no longer: take it off the list of differences"
    else:
        assert not found, "\n".join(found)
