"""How an exception is written to the log: what kind and where, but not its text, which may quote payloads."""

import os
import traceback

from .errors import ContractDefect

DEBUG_VARIABLE = "COUNTERFOIL_CHAINCODE_DEBUG"
"""Set to `payloads` on a developer's machine, the log has exceptions with their texts."""


def describe_failure(error: BaseException) -> str:
    """Type and places of an exception and of those it came from, innermost first."""
    if os.environ.get(DEBUG_VARIABLE) == "payloads":
        return "".join(traceback.format_exception(error))
    if isinstance(error, ContractDefect):
        # Its text is the runtime's own, and quotes names alone.
        return f"{error}; {_places(error)}"
    parts = []
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        # `raise error from error` makes a circle.
        seen.add(id(cause))
        parts.append(_places(cause))
        cause = cause.__cause__ or cause.__context__
    return "from ".join(parts)


def _places(error: BaseException) -> str:
    frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    return f"{type(error).__name__} at\n{frames}"
