import pytest
from counterfoil_protocol.composite_key import composite_key_range, create_composite_key, split_composite_key
from hypothesis import given
from hypothesis import strategies as st

PART = st.text(st.characters(exclude_characters="\x00\U0010ffff", exclude_categories=["Cs"]))


def test_form() -> None:
    assert create_composite_key("kind", ["a", ""]) == "\x00kind\x00a\x00\x00"
    assert create_composite_key("kind", []) == "\x00kind\x00"
    assert composite_key_range("kind", ["a"]) == ("\x00kind\x00a\x00", "\x00kind\x00a\x00\U0010ffff")


@given(PART, st.lists(PART, max_size=4))
def test_round_trip(object_type: str, attributes: list[str]) -> None:
    assert split_composite_key(create_composite_key(object_type, attributes)) == (
        object_type,
        tuple(attributes),
    )


@given(PART, st.lists(PART, min_size=1, max_size=4), st.integers(0, 4))
def test_range_holds_exactly_the_keys_below(object_type: str, attributes: list[str], count: int) -> None:
    start, end = (part.encode() for part in composite_key_range(object_type, attributes[:count]))
    assert start <= create_composite_key(object_type, attributes).encode() < end
    other = create_composite_key(object_type + "x", attributes).encode()
    assert not start <= other < end


@pytest.mark.parametrize("part", ["\x00", "a\U0010ffff", "\ud800"])
def test_characters_that_are_no_part(part: str) -> None:
    with pytest.raises(ValueError, match="composite key"):
        create_composite_key(part, [])
    with pytest.raises(ValueError, match="composite key"):
        create_composite_key("kind", [part])


@pytest.mark.parametrize("key", ["", "\x00", "simple", "\x00open", "closed\x00"])
def test_simple_keys(key: str) -> None:
    with pytest.raises(ValueError, match="not a composite key"):
        split_composite_key(key)
