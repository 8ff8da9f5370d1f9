"""Composite keys (fabric-chaincode-go shim CreateCompositeKey): U+0000, then each part followed by U+0000."""

from collections.abc import Sequence

NAMESPACE = "\x00"
"""First character of every composite key; a simple key must not begin with it."""

SEPARATOR = "\x00"
"""Follows the object type and each attribute."""

LAST = "\U0010ffff"
"""The greatest character: the end of a partial composite key's range, and so no part of a key."""


def create_composite_key(object_type: str, attributes: Sequence[str]) -> str:
    """One key of an object type and its attributes.

    Raises:
        ValueError: a part holds U+0000 or U+10FFFF, or is no Unicode text.
    """
    parts = (object_type, *attributes)
    for part in parts:
        _check_part(part)
    return NAMESPACE + "".join(part + SEPARATOR for part in parts)


def split_composite_key(key: str) -> tuple[str, tuple[str, ...]]:
    """Object type and attributes of a composite key.

    Raises:
        ValueError: the key is not a composite key.
    """
    if not key.startswith(NAMESPACE) or not key.endswith(SEPARATOR) or len(key) < len(NAMESPACE + SEPARATOR):
        raise ValueError("not a composite key")
    object_type, *attributes = key[len(NAMESPACE) : -len(SEPARATOR)].split(SEPARATOR)
    return object_type, tuple(attributes)


def composite_key_range(object_type: str, attributes: Sequence[str]) -> tuple[str, str]:
    """Start (included) and end (excluded) of the keys that begin with these parts.

    Raises:
        ValueError: as ``create_composite_key``.
    """
    start = create_composite_key(object_type, attributes)
    return start, start + LAST


def _check_part(part: str) -> None:
    if SEPARATOR in part or LAST in part:
        raise ValueError("a composite key's parts must not hold U+0000 or U+10FFFF")
    try:
        part.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("a composite key's parts must be Unicode text") from None
