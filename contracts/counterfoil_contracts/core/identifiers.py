"""Identifiers of parties, ships, containers, places and goods, each checked by its own rule.

Pure, and of our own rather than a library's (docs/decisions/0019-identifiers-in-contracts.md). A check
digit shows that a number was copied rightly, never that what it names exists.
"""

import re

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_FORM = re.compile(rf"[{_USCC}]{{2}}[0-9]{{6}}[{_USCC}]{{10}}")
_DECLARATION = re.compile(r"[0-9]{4}20[0-9]{2}[01][0-9]{9}")
_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
_IMO = re.compile(r"[0-9]{7}")
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_UN_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_HS = re.compile(r"[0-9]{6}([0-9]{2}){0,2}")
_TAX_INVOICE = re.compile(r"[0-9]{20}")
_AIR_WAYBILL = re.compile(r"[0-9]{11}")
_SHIP_WEIGHTS = (7, 6, 5, 4, 3, 2)
_COMPANY_WEIGHTS = (8, 6, 4, 2, 9, 7)


def is_social_credit_code(text: str) -> bool:
    """GB 32100-2015: 18 characters, the last of them a check over weights 3^i modulo 31.

    Some codes in real use break the rule: whoever asks keeps a list of those (parameter `uscc_override`).
    """
    if not _USCC_FORM.fullmatch(text):
        return False
    weighted = sum(_USCC.index(character) * pow(3, i, 31) for i, character in enumerate(text[:-1]))
    # Without the outer modulus a rest of 0 would ask for the 32nd of 31 characters.
    return text[-1] == _USCC[(31 - weighted % 31) % 31]


def is_declaration_number(text: str) -> bool:
    """Customs declaration: office, year, 0 for export or 1 for import, sequence; it has no check digit."""
    return _DECLARATION.fullmatch(text) is not None


def is_container_number(text: str) -> bool:
    """ISO 6346: owner, category U, J or Z, six digits and a check digit, where a rest of 10 is written 0."""
    if not _CONTAINER.fullmatch(text):
        return False
    total = sum(_container_value(character) << i for i, character in enumerate(text[:-1]))
    return int(text[-1]) == total % 11 % 10


def is_imo_ship_number(text: str) -> bool:
    """IMO ship number, seven digits. Many ships in real service fail the check: warn, do not refuse."""
    if not _IMO.fullmatch(text):
        return False
    return _weighted(text, _SHIP_WEIGHTS) % 10 == int(text[-1])


def is_imo_company_number(text: str) -> bool:
    """IMO number of a company or registered owner, seven digits with weights of their own."""
    if not _IMO.fullmatch(text):
        return False
    return (11 - _weighted(text, _COMPANY_WEIGHTS) % 11) % 10 == int(text[-1])


def is_lei(text: str) -> bool:
    """ISO 17442: 20 characters, ISO 7064 mod 97-10."""
    return _LEI.fullmatch(text) is not None and _mod_97(text) == 1


def is_iban(text: str) -> bool:
    """ISO 13616 without spaces; the length of each country's own form is not asked."""
    return _IBAN.fullmatch(text) is not None and _mod_97(text[4:] + text[:4]) == 1


def is_bic(text: str) -> bool:
    """ISO 9362, 8 or 11 characters; it has no check digit."""
    return _BIC.fullmatch(text) is not None


def full_bic(text: str) -> str:
    """A BIC with its branch: eight characters stand for the head office, `XXX`.

    Raises:
        ValueError: no BIC.
    """
    if not is_bic(text):
        raise ValueError("a BIC has 8 or 11 characters")
    return text if len(text) > 8 else f"{text}XXX"


def is_un_locode(text: str) -> bool:
    """UN/LOCODE: country and place, in which 0 and 1 do not occur. Whether the place exists is a table's."""
    return _UN_LOCODE.fullmatch(text) is not None


def is_hs_code(text: str) -> bool:
    """Harmonised System: six digits, eight of a tariff, ten in China."""
    return _HS.fullmatch(text) is not None


def is_tax_invoice_number(text: str) -> bool:
    """Digital VAT invoice: year, province, channel and sequence, 20 digits; no public check digit."""
    return _TAX_INVOICE.fullmatch(text) is not None


def is_air_waybill_number(text: str) -> bool:
    """Air waybill without its hyphen: airline, seven digits, and these modulo 7."""
    return _AIR_WAYBILL.fullmatch(text) is not None and int(text[3:10]) % 7 == int(text[10])


def _container_value(character: str) -> int:
    if character.isdigit():
        return int(character)
    place = ord(character) - ord("A")
    # Values start at 10 and leave out the multiples of 11.
    return 10 + place + (place > 0) + (place > 10) + (place > 20)


def _weighted(text: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(text, weights, strict=False))


def _mod_97(text: str) -> int:
    return int("".join(str(int(character, 36)) for character in text)) % 97
