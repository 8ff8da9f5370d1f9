"""A question of the regulator as of a block, as it is typed: operation and request."""

import json
from pathlib import Path
from typing import Any

import msgspec
from counterfoil_contracts.chaincode import OPERATIONS
from counterfoil_history import ask, read_ledger


def as_of(folder: Path, operation: str, body: str, height: int) -> Any:
    """The answer, as JSON has it, that an export gives at a height (0: all its blocks).

    Args:
        folder: the export.
        operation: `contract:operation`.
        body: the request as JSON, or `@` and a file with it.
        height: number of blocks.

    Raises:
        ValueError: no such question of the regulator, or no such request.
        ExportError, NotProved: as `read_ledger`.
        Refused: as the contract refuses.
    """
    declared = next((each for each in OPERATIONS if each.full_name == operation), None)
    if declared is None or declared.is_submit:
        known = ", ".join(each.full_name for each in OPERATIONS if "RegulatorMSP" in each.evaluate_at)
        raise ValueError(f"operation {operation}: not one of {known}")
    text = Path(body[1:]).read_text(encoding="utf-8") if body.startswith("@") else body
    try:
        request = msgspec.convert(json.loads(text), declared.request)
    except (json.JSONDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"--body: {error}") from None
    return msgspec.to_builtins(ask(read_ledger(folder, height), declared, request))
