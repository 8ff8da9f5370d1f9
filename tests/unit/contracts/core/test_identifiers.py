"""Published numbers pass, each with one character changed does not."""

from collections.abc import Callable

import pytest
from counterfoil_contracts.core import identifiers as ids

RIGHT: list[tuple[Callable[[str], bool], tuple[str, ...]]] = [
    (
        ids.is_social_credit_code,
        (
            "91350100M000100Y43", "91110000101623741K", "911101066976941872", "91310000MA00000100",
            "91310000MA1FL0007C", "91440300MA5G00000R", "91330100MA2A0000XC", "91500000MA60000086",
        ),
    ),
    (ids.is_container_number, ("CSQU3054383", "CBHU3202732", "TGHU0000040")),
    (ids.is_imo_ship_number, ("9074729", "9319466", "8814275")),
    (ids.is_imo_company_number, ("2041999",)),
    (ids.is_lei, ("969500KSV493XWY0PS33", "5493001KJTIIGC8Y1R12")),
    (ids.is_iban, ("GB82WEST12345698765432", "DE89370400440532013000")),
    (ids.is_air_waybill_number, ("02012345675",)),
]  # fmt: skip
CASES = [(check, number) for check, numbers in RIGHT for number in numbers]
FORMS = [
    (ids.is_declaration_number, "224820260123456789", True),
    (ids.is_declaration_number, "224820262123456789", False),
    (ids.is_declaration_number, "22482026012345678", False),
    (ids.is_social_credit_code, "91350211M0000XUF46", False),  # in real use, though the rule says R
    (ids.is_social_credit_code, "91I10000MA1FL0007C", False),
    (ids.is_imo_ship_number, "8814274", False),
    (ids.is_lei, "5493001KJTIIGC8Y1R34", False),
    (ids.is_container_number, "CSQA3054383", False),
    (ids.is_bic, "DEUTDEFF", True),
    (ids.is_bic, "DEUTDEFF500", True),
    (ids.is_bic, "PSSTFRCEE", False),
    (ids.is_un_locode, "USNYC", True),
    (ids.is_un_locode, "CN0AB", False),
    (ids.is_hs_code, "850440", True),
    (ids.is_hs_code, "8504401400", True),
    (ids.is_hs_code, "8504401", False),
    (ids.is_tax_invoice_number, "26310000000123456789", True),
    (ids.is_tax_invoice_number, "2631000000012345678", False),
    (ids.is_iban, "GB82 WEST 1234", False),
]


@pytest.mark.parametrize(("check", "number"), CASES, ids=lambda each: getattr(each, "__name__", None))
def test_published_numbers(check: Callable[[str], bool], number: str) -> None:
    assert check(number)


@pytest.mark.parametrize(("check", "number"), CASES, ids=lambda each: getattr(each, "__name__", None))
def test_any_other_check_digit_is_wrong(check: Callable[[str], bool], number: str) -> None:
    others = [number[:-1] + digit for digit in "0123456789" if digit != number[-1]]
    assert not any(check(other) for other in others)


@pytest.mark.parametrize(
    ("check", "text", "expected"), FORMS, ids=lambda each: getattr(each, "__name__", None)
)
def test_forms(check: Callable[[str], bool], text: str, expected: bool) -> None:
    assert check(text) is expected


@pytest.mark.parametrize("check", [check for check, _ in RIGHT] + [check for check, _, _ in FORMS])
def test_nothing_and_other_digits_are_no_number(check: Callable[[str], bool]) -> None:
    assert not check("")
    assert not check("１２３４５６７")
    assert not check("9074729\n")


def test_a_short_bic_is_the_head_office_s() -> None:
    assert ids.full_bic("DEUTDEFF") == "DEUTDEFFXXX"
    assert ids.full_bic("DEUTDEFF500") == "DEUTDEFF500"
    with pytest.raises(ValueError, match="8 or 11"):
        ids.full_bic("PSSTFRCEE")
