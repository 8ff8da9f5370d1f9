"""Code points that Unicode 15.0 and 15.1 added: Python 3.12 and 3.13 know them, Python 3.11 does not.

One endorser may run on either; so what is younger than Unicode 14.0, the data of Python 3.11, is refused.
A newer Python than the newest of `pyproject.toml` needs its additions here first: a test counts them.
"""

from bisect import bisect_right

# First and last code point of each range added by Unicode 15.0 (4,489 characters) and 15.1 (627).
ADDED = (
    (0x0CF3, 0x0CF3), (0x0ECE, 0x0ECE), (0x2FFC, 0x2FFF), (0x31EF, 0x31EF), (0x10EFD, 0x10EFF),
    (0x1123F, 0x11241), (0x11B00, 0x11B09), (0x11F00, 0x11F10), (0x11F12, 0x11F3A), (0x11F3E, 0x11F59),
    (0x1342F, 0x1342F), (0x13439, 0x13455), (0x1B132, 0x1B132), (0x1B155, 0x1B155), (0x1D2C0, 0x1D2D3),
    (0x1DF25, 0x1DF2A), (0x1E030, 0x1E06D), (0x1E08F, 0x1E08F), (0x1E4D0, 0x1E4F9), (0x1F6DC, 0x1F6DC),
    (0x1F774, 0x1F776), (0x1F77B, 0x1F77F), (0x1F7D9, 0x1F7D9), (0x1FA75, 0x1FA77), (0x1FA87, 0x1FA88),
    (0x1FAAD, 0x1FAAF), (0x1FABB, 0x1FABD), (0x1FABF, 0x1FABF), (0x1FACE, 0x1FACF), (0x1FADA, 0x1FADB),
    (0x1FAE8, 0x1FAE8), (0x1FAF7, 0x1FAF8), (0x2B739, 0x2B739), (0x2EBF0, 0x2EE5D), (0x31350, 0x323AF),
)  # fmt: skip
_STARTS = tuple(start for start, _ in ADDED)


def is_younger_than_unicode_14(character: str) -> bool:
    """Whether Unicode 15.0 or 15.1 added the character."""
    point = ord(character)
    at = bisect_right(_STARTS, point) - 1
    return at >= 0 and point <= ADDED[at][1]
