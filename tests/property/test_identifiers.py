"""The contracts' identifiers beside python-stdnum's: where they agree, and where they do not."""

from collections.abc import Callable, Iterable

import pytest
from counterfoil_contracts.core import identifiers as ids
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import bic, iban, imo, iso6346, lei
from stdnum.cn import uscc

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TWO_DIGITS = [f"{number:02d}" for number in range(100)]
Check = Callable[[str], bool]


def text(characters: str, length: int) -> st.SearchStrategy[str]:
    return st.text(characters, min_size=length, max_size=length)


def agree(ours: Check, theirs: Check, numbers: Iterable[str]) -> None:
    """Both take the same of these numbers, and at least one."""
    taken = [number for number in numbers if ours(number)]
    assert taken
    assert taken == [number for number in numbers if theirs(number)]


@settings(max_examples=50)
@given(text(DIGITS, 8), text(USCC, 9))
def test_social_credit_codes(head: str, organisation: str) -> None:
    numbers = [f"{head}{organisation}{check}" for check in USCC]
    agree(ids.is_social_credit_code, uscc.is_valid, numbers)


@settings(max_examples=50)
@given(text(DIGITS + LETTERS, 18))
def test_leis(body: str) -> None:
    agree(ids.is_lei, lei.is_valid, [body + check for check in TWO_DIGITS])


@settings(max_examples=50)
@given(text(DIGITS, 6))
def test_imo_ship_numbers(body: str) -> None:
    agree(ids.is_imo_ship_number, imo.is_valid, [body + check for check in DIGITS])


@settings(max_examples=50)
@given(text(LETTERS, 3), st.sampled_from("UJZ"), text(DIGITS, 6))
def test_container_numbers(owner: str, category: str, serial: str) -> None:
    numbers = [f"{owner}{category}{serial}{check}" for check in DIGITS]
    agree(ids.is_container_number, iso6346.is_valid, numbers)


@settings(max_examples=50)
@given(text(DIGITS, 18))
def test_ibans_of_a_country_whose_form_is_digits(account: str) -> None:
    agree(ids.is_iban, iban.is_valid, [f"DE{check}{account}" for check in TWO_DIGITS])


@settings(max_examples=50)
@given(
    text(LETTERS, 4), st.sampled_from(["CN", "DE", "HK", "US"]), text(DIGITS + LETTERS, 2),
    st.just("") | text(DIGITS + LETTERS, 3),
)  # fmt: skip
def test_bics(institution: str, country: str, place: str, branch: str) -> None:
    agree(ids.is_bic, bic.is_valid, [institution + country + place + branch])


@pytest.mark.parametrize(
    ("ours", "theirs", "number", "other"),
    [
        (ids.is_social_credit_code, uscc.is_valid, "91310000MA1FL0007C", "91310000ma1fl0007c"),
        (ids.is_social_credit_code, uscc.is_valid, "91310000MA1FL0007C", "91310000-MA1FL0007C"),
        (ids.is_imo_ship_number, imo.is_valid, "9319466", "IMO 9319466"),
        (ids.is_container_number, iso6346.is_valid, "CSQU3054383", "CSQU 305438 3"),
        (ids.is_iban, iban.is_valid, "DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
        (ids.is_bic, bic.is_valid, "DEUTDEFF", "deutdeff"),
    ],
)
def test_a_contract_takes_one_spelling(ours: Check, theirs: Check, number: str, other: str) -> None:
    """A fingerprint is made of the number as it is written: two spellings would be two documents."""
    assert theirs(number)
    assert theirs(other)
    assert ours(number)
    assert not ours(other)


@pytest.mark.parametrize("body", ["Y1375751C1PE8XDEA", "N2310000MA0000010", "A1110000600037341"])
def test_registering_authorities_have_letters_too(body: str) -> None:
    """GB 32100-2015 gives A, N and Y to authorities; the library takes digits alone."""
    numbers = [body + check for check in USCC]
    assert sum(map(ids.is_social_credit_code, numbers)) == 1
    assert not any(map(uscc.is_valid, numbers))


def test_no_container_is_of_category_r() -> None:
    """ISO 6346 has U, J and Z."""
    numbers = [f"CSQR305438{check}" for check in DIGITS]
    assert any(map(iso6346.is_valid, numbers))
    assert not any(map(ids.is_container_number, numbers))


def test_a_letter_of_another_alphabet_is_no_error() -> None:
    """The library's own check breaks off there, which in a contract would be a failure, not a refusal."""
    number = "ÉSQU3054383"
    assert not ids.is_container_number(number)
    with pytest.raises(ValueError, match="substring not found"):
        iso6346.is_valid(number)
