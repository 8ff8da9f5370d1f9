"""What the protocol refuses.

    ValueError
      MalformedMessage         bytes that are not the message they claim to be
        InvalidPolicy          a policy that can never be evaluated
      InvalidIdentity          well formed, but not one its MSP vouches for (revoked, unknown CA, wrong OU)
      PolicyFailure            identities or signatures that do not satisfy a policy
      EndorsementMismatch      proposal responses that do not make one transaction

Fabric's words (malformed message, policy failure) are kept, so the names do not end in "Error".
"""


class MalformedMessage(ValueError):  # noqa: N818 - Fabric's word, see above
    """Bytes that cannot be the message they claim to be; the text never repeats the payload."""


class InvalidPolicy(MalformedMessage):
    """A policy with an unknown rule, a principal out of range or an unknown version."""


class InvalidIdentity(ValueError):  # noqa: N818 - Fabric's word, see above
    """An identity that its MSP does not accept; the text says why."""


class PolicyFailure(ValueError):  # noqa: N818 - Fabric's word, see above
    """A policy was evaluated and not satisfied."""


class EndorsementMismatch(ValueError):  # noqa: N818 - Fabric's word, see above
    """Proposal responses that cannot be assembled into one transaction."""
