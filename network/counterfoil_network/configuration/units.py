"""Durations and byte sizes as configtx.yaml writes them."""

import re
from decimal import Decimal

from counterfoil_network.configuration.errors import ConfigurationError

_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60 * 1_000_000_000,
    "h": 3600 * 1_000_000_000,
}
_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_SIZE = re.compile(r"(\d+)\s*(?:([kmg])b?)?", re.IGNORECASE)
_UINT32_MAX = 2**32 - 1


def duration_ns(text: str) -> int:
    """Nanoseconds of a Go duration such as `200ms` or `1m30s` (time.ParseDuration, without signs).

    Raises:
        ConfigurationError: it is none.
    """
    parts = _DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ConfigurationError(f"{text!r} is no duration such as 200ms")
    return sum(int(Decimal(number) * _NANOSECONDS[unit]) for number, unit in parts)


def format_duration(nanoseconds: int) -> str:
    """A duration as Go prints it (time.Duration.String): `200ms`, `2s`, `1m30s`."""
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < _NANOSECONDS["s"]:
        unit = next(unit for unit in ("ms", "µs", "ns") if nanoseconds >= _NANOSECONDS[unit])
        return _decimal(nanoseconds, _NANOSECONDS[unit]) + unit
    minutes, rest = divmod(nanoseconds, _NANOSECONDS["m"])
    hours, minutes = divmod(minutes, 60)
    text = _decimal(rest, _NANOSECONDS["s"]) + "s"
    if minutes or hours:
        text = f"{minutes}m{text}"
    return f"{hours}h{text}" if hours else text


def byte_size(value: object) -> int:
    """Bytes of `10 MB`, `512k` or a plain number, in powers of 1,024 (common/viperutil byteSizeDecodeHook).

    Raises:
        ConfigurationError: it is none, or does not fit 32 bits.
    """
    match = _SIZE.fullmatch(str(value))
    if match is None:
        raise ConfigurationError(f"{value!r} is no size such as 10 MB")
    size = int(match[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[(match[2] or "").lower()]
    if size > _UINT32_MAX:
        raise ConfigurationError(f"{value!r} is more than 32 bits hold")
    return size


def _decimal(value: int, unit: int) -> str:
    number = Decimal(value) / unit
    return f"{number.normalize():f}"
