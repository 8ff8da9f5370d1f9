"""Commands of operations for which nobody has written any: options by the request's type, no more."""

from collections.abc import Iterable, Sequence
from typing import Any

from counterfoil_protocol.confidential import Operation

from .command import Command


def rest(own: Sequence[Command], operations: Iterable[Operation[Any, Any]], group: str) -> list[Command]:
    """A command of `group` for every operation that none in `own` reaches, named after the operation."""
    reached = {command.operation.full_name for command in own}
    reached |= {command.preview.operation.full_name for command in own if command.preview is not None}
    return [
        Command(group, operation.name.replace(".", "-"), operation, is_derived=True)
        for operation in operations
        if operation.full_name not in reached
    ]
