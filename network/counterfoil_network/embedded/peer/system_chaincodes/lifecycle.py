"""`_lifecycle`: install packages, approve and commit definitions (core/chaincode/lifecycle/scc.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.ledger.simulator import SimulationError
from counterfoil_protocol.wire import UNREADABLE
from google.protobuf.message import DecodeError

from counterfoil_network.embedded.peer.access_control import AccessDenied
from counterfoil_network.embedded.peer.chaincode.package_store import PackageNotFound
from counterfoil_network.embedded.peer.lifecycle.approvals import LifecycleError
from counterfoil_network.embedded.peer.lifecycle.definition import LIFECYCLE
from counterfoil_network.embedded.peer.system_chaincodes.lifecycle_functions import (
    FUNCTIONS,
    LifecycleCall,
    NotDefined,
)
from counterfoil_network.embedded.peer.system_chaincodes.lifecycle_install import (
    INSTALL_FUNCTIONS,
    InstalledPackages,
)
from counterfoil_network.embedded.peer.system_chaincodes.response import error, success

if TYPE_CHECKING:
    from counterfoil_protocol.messages import proposal_response
    from google.protobuf.message import Message

    from counterfoil_network.embedded.channel import Channel
    from counterfoil_network.embedded.peer.access_control import AccessControl
    from counterfoil_network.embedded.peer.chaincode.package_store import PackageStore
    from counterfoil_network.embedded.peer.chaincode.transaction_context import Invocation
    from counterfoil_network.embedded.peer.lifecycle.endorsement_info import LocalChaincodes

_NOT_FOUND = 404
_ARGUMENTS = 2


class Lifecycle:
    """The system chaincode; every function takes one message and answers one."""

    def __init__(
        self,
        channel: Channel,
        access: AccessControl,
        packages: PackageStore,
        local_chaincodes: LocalChaincodes,
    ) -> None:
        self._channel = channel
        self._access = access
        self._installed = InstalledPackages(channel.channel_id, packages, local_chaincodes)

    def invoke(self, invocation: Invocation) -> proposal_response.Response:
        """Run one function."""
        if len(invocation.args) == 0:
            return error("lifecycle scc must be invoked with arguments")
        if len(invocation.args) != _ARGUMENTS:
            return error(
                f"lifecycle scc operations require exactly two arguments but received {len(invocation.args)}"
            )
        name = invocation.args[0].decode(errors="replace")
        try:
            self._access.check_proposal(f"{LIFECYCLE}/{name}", invocation.channel_id, invocation)
        except AccessDenied as denied:
            return error(f"Failed to authorize invocation due to failed ACL check: {denied}")
        prefix = f"failed to invoke backing implementation of '{name}'"
        try:
            answer = self._dispatch(name, invocation)
        except NotDefined as missing:
            return error(str(missing), _NOT_FOUND)
        except DecodeError:
            return error(
                f"{prefix}: could not decode input arg for *lifecycle.Invocation.{name}: {UNREADABLE}"
            )
        except (
            PackageNotFound,
            LifecycleError,
            SimulationError,
            MalformedMessage,
            FileExistsError,
        ) as refused:
            return error(f"{prefix}: {refused}")
        return success(answer.SerializeToString(deterministic=True))

    def _dispatch(self, name: str, invocation: Invocation) -> Message:
        install: Any = INSTALL_FUNCTIONS.get(name)
        if install is not None:
            return _message(install(invocation.args[1], self._installed))
        function: Any = FUNCTIONS.get(name)
        if function is None:
            raise LifecycleError(f"receiver does not have function named {name}")
        if invocation.simulator is None:
            raise LifecycleError("invalid channel-less operation")
        return _message(function(invocation.args[1], LifecycleCall(invocation.simulator, self._channel)))


def _message(answer: Any) -> Message:
    return answer  # type: ignore[no-any-return]  # the tables' functions all answer messages
