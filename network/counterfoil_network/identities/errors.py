"""What can go wrong with identities.

IdentitiesError
├── CryptoConfigError    crypto-config.yaml cannot be followed
├── IdentityNotFound     no such folder, certificate or key
└── IdentityExists       it would be overwritten
"""


class IdentitiesError(Exception):
    """Any expected failure of this package."""


class CryptoConfigError(IdentitiesError):
    """crypto-config.yaml is absent, malformed, or asks for what is not supported."""


class IdentityNotFound(IdentitiesError):  # noqa: N818 - reads as the fact it states
    """A certificate, key or folder that should be there is not."""


class IdentityExists(IdentitiesError):  # noqa: N818 - reads as the fact it states
    """An identity of that name is there already and would be overwritten."""
