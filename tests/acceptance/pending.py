"""What the suite does not cover yet, each with what it waits for. It only shrinks."""

PENDING: dict[str, str] = {}
"""Area -> what is missing."""

MOST = 0
"""How many there may be. Lower it with every area that is covered."""
