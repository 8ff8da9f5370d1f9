"""Refusals and how they cross the wire."""

import enum
import pickle

import pytest
from counterfoil_chaincode.refusal import Refusal, error_response, parse_refusal
from hypothesis import given
from hypothesis import strategies as st


class Code(enum.IntEnum):
    OVER_FINANCING = 1


def test_a_code_may_be_a_member_or_text() -> None:
    assert Refusal(Code.OVER_FINANCING, "no room").message == "OVER_FINANCING: no room"
    assert Refusal("DUPLICATE").message == "DUPLICATE"
    assert str(Refusal("DUPLICATE", "used")) == "DUPLICATE: used"


@pytest.mark.parametrize("code", ["", "lower", "A B", "A:", "1A", "É"])
def test_a_code_is_made_of_capitals(code: str) -> None:
    with pytest.raises(ValueError, match="capitals"):
        Refusal(code)


@pytest.mark.parametrize("status", [0, 200, 399, 600])
def test_a_refusal_is_never_endorsed(status: int) -> None:
    with pytest.raises(ValueError, match="400 to 599"):
        Refusal("NO", status=status)


@given(st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True), st.text(min_size=1))
def test_code_and_text_come_back(code: str, text: str) -> None:
    found = parse_refusal(Refusal(code, text).message)
    assert found is not None
    assert (found.code, found.text) == (code, text)


@pytest.mark.parametrize("message", ["", "boom", "Error: x", "a: b", "CODE:x", "CODE :x"])
def test_other_messages_are_no_refusals(message: str) -> None:
    assert parse_refusal(message) is None


def test_a_refusal_pickles_and_makes_an_error_response() -> None:
    copied = pickle.loads(pickle.dumps(Refusal("GONE", "away", status=404)))
    assert (copied.code, copied.text, copied.status) == ("GONE", "away", 404)
    response = error_response(copied.message, copied.status)
    assert (response.status, response.message, response.payload) == (404, "GONE: away", b"")
