"""ApplicationPolicy: an endorsement policy said as a signature policy or as the name of a channel policy."""

from dataclasses import dataclass

from .errors import MalformedMessage
from .messages import application_policy, policies
from .wire import decode


@dataclass(frozen=True, slots=True)
class ApplicationPolicy:
    """Exactly one of the two is set.

    Args:
        signature_policy: serialized ``common.SignaturePolicyEnvelope``.
        channel_policy: path of a channel policy, such as ``/Channel/Application/Endorsement``.
    """

    signature_policy: bytes | None = None
    channel_policy: str | None = None

    def __post_init__(self) -> None:
        if (self.signature_policy is None) == (self.channel_policy is None):
            raise ValueError("an application policy is either a signature policy or a channel policy's name")

    def to_message(self) -> application_policy.ApplicationPolicy:
        """The message ``protos.ApplicationPolicy``."""
        if self.signature_policy is not None:
            envelope = policies.SignaturePolicyEnvelope.FromString(self.signature_policy)
            return application_policy.ApplicationPolicy(signature_policy=envelope)
        return application_policy.ApplicationPolicy(channel_config_policy_reference=self.channel_policy or "")

    def serialize(self) -> bytes:
        """The bytes of ``protos.ApplicationPolicy``."""
        return self.to_message().SerializeToString()

    @classmethod
    def from_message(cls, message: application_policy.ApplicationPolicy) -> "ApplicationPolicy":
        """Read ``protos.ApplicationPolicy``.

        Raises:
            MalformedMessage: neither kind is set.
        """
        kind = message.WhichOneof("Type")
        if kind == "signature_policy":
            return cls(signature_policy=message.signature_policy.SerializeToString())
        if kind == "channel_config_policy_reference":
            return cls(channel_policy=message.channel_config_policy_reference)
        raise MalformedMessage("protos.ApplicationPolicy has no policy")

    @classmethod
    def parse(cls, data: bytes) -> "ApplicationPolicy":
        """Read the bytes of ``protos.ApplicationPolicy``.

        Raises:
            MalformedMessage: no such message, or no policy in it.
        """
        return cls.from_message(decode(application_policy.ApplicationPolicy, data))
