"""The unified social credit code of a Chinese enterprise (USCC, GB 32100-2015)."""

from __future__ import annotations

from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH: Final = 18
_REGION: Final = slice(2, 8)


def is_social_credit_code(text: str) -> bool:
    """Whether `text` has the form and the check character of a USCC.

    A few codes that are in real use break the rule; who accepts one keeps a list of them.
    """
    if len(text) != _LENGTH or any(character not in _ALPHABET for character in text):
        return False
    if not text[_REGION].isdigit():
        return False
    return text[-1] == check_character(text[:-1])


def check_character(body: str) -> str:
    """The 18th character for the first 17: weights 3^i mod 31, and the outer modulus where the rest is 0."""
    weighted = sum(_ALPHABET.index(character) * pow(3, i, 31) for i, character in enumerate(body))
    return _ALPHABET[(31 - weighted % 31) % 31]
