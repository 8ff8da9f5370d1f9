"""How often the trade client tries again, and how long it waits in between."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits of one submit or inquire.

    Attributes:
        attempts: endorsements of one request at most; conflicts and absent peers use them up.
        divided_attempts: of these, how many may end with only some endorsers refusing. One of them may lag:
            before each further attempt they, and the gateway's peer, are waited for until each has the
            blocks that any of them has; after the last the refusal stands.
        seconds: no attempt begins later than this after the first.
        pause_seconds: the first pause; each further one is twice as long.
        pause_seconds_max: no pause is longer.
        visible_seconds: how long to wait, after the commit, until the other peers show the outcome; and
            for a peer that lags.
    """

    attempts: int = 8
    divided_attempts: int = 3
    seconds: float = 120.0
    pause_seconds: float = 0.1
    pause_seconds_max: float = 5.0
    visible_seconds: float = 30.0

    def pause(self, attempt: int) -> float:
        """Seconds to wait after attempt ``attempt``, from 0; drawn, so that clients do not march in step."""
        longest = min(self.pause_seconds * float(2**attempt), self.pause_seconds_max)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, protects nothing
