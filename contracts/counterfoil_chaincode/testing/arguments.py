"""What a test gives to a call, checked by name: a mistake in a test is told as one."""

from collections.abc import Collection, Mapping, Sequence


def checked_peer(what: str, msp_id: str, peers: Collection[str]) -> str:
    """An MSP ID, given as the argument `what`, that has a peer.

    Raises:
        ValueError: it has none.
    """
    if not isinstance(msp_id, str) or msp_id not in peers:
        raise ValueError(f"{what}: {msp_id!r} has no peer on this ledger; there are {', '.join(peers)}")
    return msp_id


def checked_endorsers(at: Sequence[str], peers: Collection[str]) -> tuple[str, ...]:
    """The endorsers of a call.

    Raises:
        ValueError: a single text, nobody, or one without a peer.
    """
    if isinstance(at, str | bytes):
        raise ValueError(f"at: {at!r} is one text; name the endorsers in a list, at=[{at!r}]")
    if not at:
        raise ValueError(f"at: no endorser is named; name at least one of {', '.join(peers)}")
    return tuple(checked_peer("at", msp_id, peers) for msp_id in at)


def as_bytes(what: str, value: object) -> bytes:
    """Text as UTF-8, bytes as they are, as the SDK takes them. The value is not quoted: it may be private.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise ValueError(f"{what}: {type(value).__name__} is neither text nor bytes; give it as JSON text")


def transient_bytes(transient: Mapping[str, str | bytes] | None) -> dict[str, bytes]:
    """Transient data with text as UTF-8.

    Raises:
        ValueError: a value is neither text nor bytes.
    """
    return {name: as_bytes(f"transient {name!r}", value) for name, value in (transient or {}).items()}
