"""Minimal sets of organisations whose peers together satisfy every policy: pure.

Fabric's discovery (discovery/endorsement) derives layouts from principals; with one peer an organisation the
layouts are the minimal subsets of the available peers, found here by trying them.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

_MOST_PEERS = 16
"""Subsets are enumerated; beyond this many peers larger combinations are not looked at."""


def layouts(
    msp_ids: Sequence[str], satisfied: Callable[[Collection[str]], bool], preferred: str
) -> list[frozenset[str]]:
    """Return the minimal subsets of `msp_ids` for which `satisfied` holds.

    Those with `preferred` (the organisation that has endorsed already) come first, small ones before large.
    """
    found: list[frozenset[str]] = []
    for size in range(1, min(len(msp_ids), _MOST_PEERS) + 1):
        for combination in combinations(msp_ids, size):
            candidate = frozenset(combination)
            if not any(smaller <= candidate for smaller in found) and satisfied(candidate):
                found.append(candidate)
    return sorted(found, key=lambda layout: preferred not in layout)
