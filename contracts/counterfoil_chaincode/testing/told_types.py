"""Types of parameters of which a contract's metadata do not tell enough to draw values of them.

JSON schema as msgspec writes it says of a `datetime` without `Meta(tz=True)` only that it is text, and of a
dict nothing about keys that are no plain text.
"""

from collections.abc import Iterator

from msgspec import inspect

from ..chaincode import Chaincode
from ..contract_api.types import parts

_TEXT_KEYS = (inspect.StrType, inspect.AnyType)
_MOMENTS = {inspect.DateTimeType: "datetime", inspect.TimeType: "time"}


def check_told(chaincode: Chaincode) -> None:
    """See that the metadata tell what every parameter takes.

    Raises:
        ValueError: they do not; the text names function, parameter, type and the way out.
    """
    for name, contract in chaincode.contracts.items():
        for function in contract.functions.values():
            for parameter in function.parameters:
                for reason in _untold(inspect.type_info(parameter.type), set()):
                    where = f"{name}:{function.name}, parameter {parameter.name}"
                    raise ValueError(f"{where}: no strategy for a {reason}")


def _untold(node: inspect.Type, seen: set[int]) -> Iterator[str]:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, inspect.DateTimeType | inspect.TimeType) and not node.tz:
        kind = _MOMENTS[type(node)]
        yield f"{kind} without a time zone; annotate it as Annotated[{kind}, Meta(tz=True)]"
    if isinstance(node, inspect.Metadata) and "propertyNames" in (node.extra_json_schema or {}):
        # Its keys are told; what its values are is looked at all the same.
        assert isinstance(node.type, inspect.DictType)
        yield from _untold(node.type.value_type, seen)
        return
    if isinstance(node, inspect.DictType) and not _is_text(node.key_type):
        kind = type(node.key_type).__name__.removesuffix("Type").lower()
        yield (
            f"dict with keys of type {kind}; annotate it with Meta(extra_json_schema="
            '{"propertyNames": ...}), the schema of its keys'
        )
    for part in parts(node):
        yield from _untold(part, seen)


def _plain(node: inspect.Type) -> inspect.Type:
    return node.type if isinstance(node, inspect.Metadata) else node


def _is_text(node: inspect.Type) -> bool:
    """Whether text without any further rule is a key of this type."""
    # A rule of text, such as a pattern, msgspec does write down for keys.
    return isinstance(_plain(node), _TEXT_KEYS)
