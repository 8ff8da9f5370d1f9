"""What a channel may be called (validateChannelID of Fabric's common/configtx/validator.go)."""

import re

from counterfoil_network.configuration.errors import ConfigurationError

_NAME = re.compile(r"[a-z][a-z0-9.-]*")
_LONGEST_NAME = 249


def check_channel_name(name: str) -> None:
    """Refuse a name that Fabric's orderers and peers refuse.

    Raises:
        ConfigurationError: it is empty, longer than 249 characters, or has others than it may have.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ConfigurationError(
            f"channel {name!r}: Fabric takes a lower-case letter, then lower-case letters, digits, dots and "
            f"hyphens, at most {_LONGEST_NAME} characters; choose another name"
        )
