"""The gateway's peer killed under load: the short form of test_faults.py, with one orderer."""

from pathlib import Path

from broken_parts import CLIENTS, RECOVERY_SECONDS_MAX, broken_parts
from faults import Fault, Part, Way


def test_the_gateway_peer_is_killed_under_load(tmp_path: Path) -> None:
    with broken_parts(tmp_path, clients=CLIENTS[::2]) as parts:
        suffered = parts.suffer(Fault(Part.GATEWAY, Way.KILLED))
        assert suffered.recovered < RECOVERY_SECONDS_MAX
        assert suffered.met, "a call was under way, or found nobody"
        parts.rest()
        assert parts.wrong() == []
