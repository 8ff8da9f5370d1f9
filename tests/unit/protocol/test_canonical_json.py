import json
from enum import IntFlag

import pytest
from counterfoil_protocol.canonical_json import decode, encode
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_the_bytes() -> None:
    assert (
        encode({"b": [1, None, True], "a": "é/银", "ab": {}})
        == '{"a":"é/银","ab":{},"b":[1,null,true]}'.encode()
    )
    assert encode(("a", ["\n"])) == b'["a",["\\n"]]'


@given(VALUES)
def test_round_trip(value: object) -> None:
    data = encode(value)
    assert decode(data) == value
    assert encode(decode(data)) == data


@given(VALUES)
def test_the_bytes_are_those_of_pythons_own_encoder(value: object) -> None:
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert encode(value) == plain.encode()


def test_classes_of_their_own_count_as_what_they_are() -> None:
    class Word(str):
        __slots__ = ()

    class Count(int):
        pass

    class Bit(IntFlag):
        ONE = 1

    value = {Word("b"): [Word("x"), Count(3)], "a": Bit.ONE}
    assert encode(value) == b'{"a":1,"b":["x",3]}'


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert encode(dict(reversed(value.items()))) == encode(value)
    assert decode(json.dumps(value, indent=3).encode()) == value


@pytest.mark.parametrize(
    "value", [1.0, [0.5], {"a": float("nan")}, b"x", {1: "a"}, {None: 1}, object(), {1, 2}]
)
def test_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)


def test_values_that_contain_themselves() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="contains itself"):
        encode(loop)
    shared: list[object] = [1]
    assert encode([shared, shared]) == b"[[1],[1]]"


def test_lone_surrogates() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        encode("\ud800")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"1.0",
        b"1e3",
        b"NaN",
        b"-Infinity",
        b'{"a":1,"a":1}',
        b'{"a":[{"b":1,"b":2}]}',
        b"\xff",
        b"[1]x",
    ],
)
def test_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds, by the standard library's words
        decode(data)


def test_deep_nesting() -> None:
    with pytest.raises(ValueError, match="deeply"):
        decode(b"[" * 100_000 + b"]" * 100_000)
