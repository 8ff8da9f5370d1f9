"""What the protocol refuses.

    ValueError
      MalformedMessage     bytes that are not the message they claim to be
        InvalidPolicy      a policy that can never be evaluated
      InvalidIdentity      well formed, but not one the MSP vouches for (expired, revoked, unknown CA, ...)
      PolicyFailure        identities or signatures that do not satisfy a policy
"""


class MalformedMessage(ValueError):
    """Bytes that cannot be the message they claim to be; the text never repeats the payload."""


class InvalidPolicy(MalformedMessage):
    """A policy with an unknown rule, a principal out of range or an unknown version."""


class InvalidIdentity(ValueError):
    """An identity that its MSP does not accept; the text says why."""


class PolicyFailure(ValueError):
    """A policy was evaluated and not satisfied."""
