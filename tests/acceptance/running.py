"""Running one case on one network."""

from tests.acceptance.normalised import Names
from tests.acceptance.records import Transcript
from tests.acceptance.registry import Case
from tests.acceptance.stage import NotTogether, Stage
from tests.acceptance.surroundings import Surroundings

ATTEMPTS = 5


def transcript(case: Case, surroundings: Surroundings) -> Transcript:
    """A case's transcript; it is run again where what it needs at once came apart, as blocks may be cut.

    Raises:
        NotTogether: it did so every time.
    """
    for attempt in range(1, ATTEMPTS + 1):
        mark = f"~{attempt}" if attempt > 1 else ""
        stage = Stage(case.name, surroundings, Names(surroundings.addresses()), mark)
        try:
            case.act(stage)
        except NotTogether:
            continue
        return stage.finished()
    raise NotTogether(case.name)
