"""What a chaincode process is told by its environment: addresses, switches, numbers; and where it writes."""

import io
import logging
import sys
from collections.abc import Mapping

from .shim.admission import DEFAULT_LIMIT

_MAX_VARIABLE = "COUNTERFOIL_TRANSACTIONS_MAX"
_PORT_MAX = 65535
# As Go's strconv.ParseBool, with which Fabric's own shims read a switch.
_ON = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_OFF = frozenset({"0", "f", "F", "FALSE", "false", "False"})


class SettingsError(ValueError):
    """The environment does not say how to run the chaincode."""


def switched_on(environment: Mapping[str, str], variable: str, *, default: bool) -> bool:
    """A switch; `default` where it is absent or empty.

    Raises:
        SettingsError: the word is none of Go's. A guess would turn TLS off for who meant it to be on.
    """
    told = environment.get(variable, "")
    if told in _ON:
        return True
    if told in _OFF:
        return False
    if told:
        raise SettingsError(f"{variable} must be true or false, not {told!r}")
    return default


def checked_address(variable: str, address: str) -> str:
    """An address of the form host:port; an empty host is every address of the machine.

    Raises:
        SettingsError: there is no port, or none of 0 to 65535.
    """
    port = address.rpartition(":")[2] if ":" in address else ""
    if not (port.isascii() and port.isdigit() and int(port) <= _PORT_MAX):
        raise SettingsError(f"{variable} must be host:port with a port of 0 to {_PORT_MAX}, not {address!r}")
    return address


def transactions_max(environment: Mapping[str, str]) -> int:
    """How many transactions may be under way at once.

    Raises:
        SettingsError: the variable is no whole number from 1 on.
    """
    told = environment.get(_MAX_VARIABLE, str(DEFAULT_LIMIT))
    if not (told.isascii() and told.isdigit() and int(told)):
        raise SettingsError(f"{_MAX_VARIABLE} must be a whole number from 1 on, not {told!r}")
    return int(told)


def start_log() -> None:
    """Log to standard error, with times; what a contract prints goes out line by line, too."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Into a file Python would keep it until the process ends.
        sys.stdout.reconfigure(line_buffering=True)
