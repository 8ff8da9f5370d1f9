"""The little DER (ITU-T X.690) that block headers and certificates need."""


def der_value(tag: int, content: bytes) -> bytes:
    """Tag, length and content; for one-byte tags."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def der_integer(number: int) -> bytes:
    """INTEGER of a number from 0."""
    # One more bit than the number has, for the sign.
    return der_value(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def der_octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return der_value(0x04, value)


def der_sequence(content: bytes) -> bytes:
    """SEQUENCE of encoded values."""
    return der_value(0x30, content)
