"""What can go wrong with a channel's configuration."""


class ConfigurationError(Exception):
    """configtx.yaml, or a folder it names, cannot be followed; the text says where."""
