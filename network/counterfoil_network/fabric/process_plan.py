"""What the supervisor is told: processes to run, as lines of JSON on its standard input.

Not in a file, because an environment may hold a key.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

PEER, ORDERER, CHAINCODE = "peer", "orderer", "chaincode"
STOP_ORDER = (PEER, ORDERER, CHAINCODE)
"""Kinds of processes in the order in which they end: nobody is left asking one that has gone."""


@dataclass(frozen=True, slots=True)
class ProcessPlan:
    """One process: what is run, where it writes, and what it is told. The environment is in no repr."""

    name: str
    kind: str
    arguments: Sequence[str]
    folder: str
    log: str
    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Command:
    """Start these processes, and end those of these names."""

    start: Sequence[ProcessPlan] = ()
    stop: Sequence[str] = ()

    def line(self) -> bytes:
        """As the supervisor reads it."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> "Command":
        """Read a line of ours."""
        document = json.loads(line)
        return cls(tuple(ProcessPlan(**each) for each in document["start"]), tuple(document["stop"]))


@dataclass(frozen=True, slots=True)
class Event:
    """What the supervisor tells: `started`, `ended` (by itself), `stopped` (as it was told)."""

    what: str
    name: str
    pid: int
    code: int | None = None
    """Exit code; negative for the signal that ended it."""
    restarts: int = 0

    def line(self) -> bytes:
        """As the driver reads it."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> "Event":
        """Read a line of the supervisor's."""
        return cls(**json.loads(line))

    def __str__(self) -> str:
        """In words."""
        if self.what == "ended":
            return f"{self.name} (process {self.pid}) ended by itself with code {self.code}"
        if self.what == "started" and self.restarts:
            return f"{self.name} was started again (process {self.pid}, {self.restarts} so far)"
        return f"{self.name} {self.what} (process {self.pid})"
