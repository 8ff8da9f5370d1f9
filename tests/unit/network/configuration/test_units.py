"""Durations and sizes as Go reads and prints them."""

import pytest
from counterfoil_network.configuration.errors import ConfigurationError
from counterfoil_network.configuration.units import byte_size, duration_ns, format_duration


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("200ms", "200ms"),
        ("2s", "2s"),
        ("1.5s", "1.5s"),
        ("90s", "1m30s"),
        ("1h", "1h0m0s"),
        ("1h30m", "1h30m0s"),
        ("0.25ms", "250µs"),
        ("7ns", "7ns"),
        ("0s", "0s"),
        ("1000ms", "1s"),
    ],
)
def test_durations_are_printed_as_go_prints_them(text: str, printed: str) -> None:
    assert format_duration(duration_ns(text)) == printed


@pytest.mark.parametrize("text", ["", "5", "s", "1 s", "1s!", "-1s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        duration_ns(text)


@pytest.mark.parametrize(
    ("value", "size"),
    [("10 MB", 10 << 20), ("2m", 2 << 20), ("512 kb", 512 << 10), ("3g", 3 << 30), (42, 42), ("42", 42)],
)
def test_sizes_are_powers_of_1024(value: object, size: int) -> None:
    assert byte_size(value) == size


@pytest.mark.parametrize("value", ["", "MB", "1.5 MB", "4 GB", "10 TB", -1, True])
def test_what_is_no_size_is_refused(value: object) -> None:
    with pytest.raises(ConfigurationError):
        byte_size(value)
