"""What goes wrong with a change of the members."""


class MembershipError(Exception):
    """A definition or an update that cannot be followed; the text says why."""
