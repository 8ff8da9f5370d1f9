"""Checks of keys before they go to the peer (fabric-chaincode-go shim/stub.go validateSimpleKeys)."""

from counterfoil_protocol.composite_key import NAMESPACE

_FIRST_SIMPLE_KEY = "\x01"


def required(what: str, text: str) -> str:
    """`text`, which must not be empty.

    Raises:
        ValueError: it is.
    """
    if not text:
        raise ValueError(f"{what} must not be an empty string")
    return text


def range_bounds(start: str, end: str) -> tuple[str, str]:
    """Bounds of a range over simple keys; an open start begins after the composite keys.

    Raises:
        ValueError: a bound lies among the composite keys.
    """
    if start.startswith(NAMESPACE) or end.startswith(NAMESPACE):
        raise ValueError("the bound of a range of simple keys must not begin with U+0000")
    return start or _FIRST_SIMPLE_KEY, end
