"""May a client use a resource of this peer? (core/aclmgmt, core/policy/policy.go), with Fabric's texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil_protocol.acl import LOCAL_POLICIES
from counterfoil_protocol.errors import InvalidIdentity, MalformedMessage, PolicyFailure
from counterfoil_protocol.messages import msp_principal
from counterfoil_protocol.signed_data import SignedData

if TYPE_CHECKING:
    from counterfoil_protocol.msp import Msp

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation

_ROLES = {"Admins": msp_principal.MSPRole.ADMIN, "Members": msp_principal.MSPRole.MEMBER}


class AccessDenied(Exception):  # noqa: N818 - reads as what happened, as Fabric's names do
    """The client may not; the text is Fabric's and names no payload."""


class AccessControl:
    """Decides on the channel's configuration in force and the peer's own MSP."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def check(self, resource: str, channel_id: str, signed: SignedData) -> None:
        """Check a request for a resource of a channel.

        Raises:
            AccessDenied: the policy is not satisfied, or there is no such channel or resource.

        """
        config = self._channel.config
        if channel_id != self._channel.channel_id:
            raise AccessDenied(f"Failed to get policy manager for channel [{channel_id}]")
        path = config.acl(resource)
        if path is None:
            raise AccessDenied(f"Unmapped policy for {resource}")
        is_configured = bool(config.acls.get(resource))
        try:
            if is_configured and config.policies.find(path) is None:
                raise PolicyFailure(f"policy {path} not found")
            config.policies.evaluate(path, [signed])
        except PolicyFailure as failure:
            if is_configured:
                # aclmgmt/resourceprovider.go CheckACL; the other text is core/policy's.
                raise AccessDenied(
                    f"failed evaluating policy on signed data during check policy [{path}]: [{failure}]"
                ) from failure
            raise AccessDenied(
                f"Failed evaluating policy on signed data during check policy on channel [{channel_id}] "
                f"with policy [{path}]: [{failure}]"
            ) from failure

    def check_proposal(self, resource: str, channel_id: str, invocation: Invocation) -> None:
        """Check a proposal for a resource of a channel, by its policy or the peer's own MSP.

        `channel_id` is the channel that is asked about, which the proposal's own need not be.

        Raises:
            AccessDenied: as `check`.

        """
        signed = invocation.signed_proposal
        data = SignedData(signed.proposal_bytes, invocation.creator, signed.signature)
        policy = LOCAL_POLICIES.get(resource)
        if policy is not None:
            self._check_local(policy, data)
        elif channel_id:
            self.check(resource, channel_id, data)
        else:
            self._check_local(self._channel.config.acl(resource) or "", data)

    def _check_local(self, policy: str, signed: SignedData) -> None:
        own = self._channel.msps.msp(self._channel.msp_id)
        prefix = "during channelless check policy with policy"
        try:
            identity = self._channel.msps.deserialize(signed.identity)
            if identity.msp_id != own.msp_id:
                raise InvalidIdentity(f"expected MSP ID {own.msp_id}, received {identity.msp_id}")
        except (MalformedMessage, InvalidIdentity) as error:
            raise AccessDenied(
                f"Failed deserializing proposal creator {prefix} [{policy}]: [{error}]"
            ) from error
        if policy not in _ROLES:
            # The channel's policy where no channel is named (core/policy/policy.go CheckPolicyNoChannel).
            raise AccessDenied(
                f"Failed getting local MSP principal {prefix} [{policy}]: [MSP Principal role [{policy}] not "
                "recognized]"
            )
        if not own.has_role(identity, _ROLES[policy]):
            raise AccessDenied(
                f"Failed verifying that proposal's creator satisfies local MSP principal {prefix} "
                f"[{policy}]: [{_refusal(policy, own)}]"
            )
        if not self._channel.msps.verify(identity, signed.data, signed.signature):
            raise AccessDenied("The signature is invalid")


def _refusal(policy: str, own: Msp) -> str:
    """What Fabric's MSP says of an identity without the role (mspimpl.go satisfiesPrincipalInternalV143)."""
    if policy == "Members":
        return "This identity is not a member"
    if not own.node_ous:
        return "This identity is not an admin"
    lacks = f"The identity does not contain OU [ADMIN], MSP: [{own.msp_id}]"
    return f"The identity is not an admin under this MSP [{own.msp_id}]: {lacks}"
