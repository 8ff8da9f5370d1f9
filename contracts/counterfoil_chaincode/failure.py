"""How an exception is written to the log: what kind and where, but not its text, which may quote payloads."""

import os
import traceback

DEBUG_VARIABLE = "COUNTERFOIL_CHAINCODE_DEBUG"
"""Set to `payloads` on a developer's machine, the log has exceptions with their texts."""


def describe_failure(error: BaseException) -> str:
    """Type and places of an exception and of those it came from, innermost first."""
    if os.environ.get(DEBUG_VARIABLE) == "payloads":
        return "".join(traceback.format_exception(error))
    parts = []
    cause: BaseException | None = error
    while cause is not None:
        places = "".join(traceback.format_list(traceback.extract_tb(cause.__traceback__)))
        parts.append(f"{type(cause).__name__} at\n{places}")
        cause = cause.__cause__ or cause.__context__
    return "from ".join(parts)
