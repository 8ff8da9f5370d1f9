"""The engines, as the command line names them."""

from enum import StrEnum


class EngineName(StrEnum):
    """Which engine runs the network."""

    EMBEDDED = "embedded"
    FABRIC = "fabric"
