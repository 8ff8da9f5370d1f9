"""JSON that nobody writes by accident: it is refused where it is read, not where it is used."""

import pytest
from counterfoil_protocol import canonical_json
from counterfoil_protocol.confidential import REQUEST_LENGTH_MAX, build_request, parse_request
from counterfoil_protocol.errors import MalformedMessage

HOSTILE = {
    "half a character": b'"\\ud800"',
    "half a character as a key": b'{"\\udfff": 1}',
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "digits without end": b"9" * 100_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_it_is_refused_when_it_is_read(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has a text of its own
        canonical_json.decode(data)
    with pytest.raises(MalformedMessage) as refused:
        parse_request({"request": b'{"body":' + data + b',"operation":"lock"}'})
    assert "lock" not in str(refused.value)


def test_escapes_of_whole_characters_are_read() -> None:
    assert canonical_json.decode(b'"\\u4e2d\\ud83d\\ude00"') == "中😀"
    assert parse_request(build_request("lock", {"name": "中"})).body == {"name": "中"}


def test_a_request_that_would_fill_the_memory_is_not_read() -> None:
    filler = b"[]," * (REQUEST_LENGTH_MAX // 3) + b"[]"
    with pytest.raises(MalformedMessage, match="longer than 4194304 bytes"):
        parse_request({"request": b'{"body":[' + filler + b'],"operation":"lock"}'})
