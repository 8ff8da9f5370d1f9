"""Waiting until every peer has the blocks that one has: commit status is one peer's word alone."""

import time

from counterfoil_network.deployment.heights import peer_heights
from running_network import RunningNetwork

SECONDS_MAX = 60.0
_PAUSE_SECONDS = 0.05


def catch_up(network: RunningNetwork) -> int:
    """Wait until all peers have as many blocks as the one that has most now; gives that number.

    Raises:
        TimeoutError: one did not get there.
    """
    heights = _heights(network)
    target, deadline = max(heights), time.monotonic() + SECONDS_MAX
    while min(heights) < target:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not every peer has {target} blocks: {heights}")
        time.sleep(_PAUSE_SECONDS)
        heights = _heights(network)
    return target


def _heights(network: RunningNetwork) -> list[int]:
    return [each.height for each in peer_heights(network.folder, network.state)]
