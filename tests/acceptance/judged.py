"""Holding a transcript against the record, or adding it to a new one."""

from collections.abc import Mapping

from counterfoil_network.deployment import EMBEDDED

from tests.acceptance import records
from tests.acceptance.differences import KNOWN
from tests.acceptance.registry import Case


def judge(
    case: Case,
    seen: records.Transcript,
    engine: str,
    recorded: Mapping[str, records.Transcript],
    recording: records.Recording | None,
) -> None:
    """Fail where the engine answers otherwise than recorded, unless that is known; keep it when recording."""
    if recording is not None:
        recording.transcripts[case.name] = seen
        return
    found = records.differences(seen, recorded.get(case.name))
    if engine == EMBEDDED and case.name in KNOWN:
        assert found, f"{case.name} differs no longer: take it off the list of differences"
    else:
        assert not found, "\n".join(found)
