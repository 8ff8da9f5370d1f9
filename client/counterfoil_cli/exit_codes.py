"""What the command's exit codes mean; the one table of them.

| code | meaning |
|---|---|
| 0 | done |
| 1 | the answer is no: a check, an audit or a step of the story failed |
| 2 | the command line itself is wrong |
| 3 | a network runs in the folder already |
| 4 | no network runs in the folder |
| 5 | a configuration file cannot be followed |
| 6 | an extra of the package is not installed |
| 7 | the engine, or the chaincode's deployment, failed |
| 8 | Fabric's own programs were not found |
| 9 | the contract refuses; standard error begins with its code |
| 10 | nobody knows yet whether it is done; `counterfoil resume` finds out |
| 11 | no peer answers, or none endorses |
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """As in the table above."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NETWORK_IN_USE = 3
    NOT_RUNNING = 4
    CONFIGURATION = 5
    MISSING_EXTRA = 6
    ENGINE_FAILED = 7
    MISSING_PROGRAMS = 8
    REFUSED = 9
    UNKNOWN = 10
    UNREACHABLE = 11
