"""The base class of contracts with confidential operations, and the order in which each is checked.

BAD_REQUEST, WRONG_PEER (before the first read), NOT_AUTHORIZED, CLOCK_SKEW, BAD_INPUT, IDEMPOTENCY_CONFLICT,
then the method, then the outcome. The response is the request id alone, and there is no event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from counterfoil_protocol.confidential import (
    INQUIRE,
    OUTCOME,
    TRANSACT,
    Operation,
    Request,
    is_request_id,
    organizations,
    outcome_collection,
    outcome_peers,
    parse_request,
)
from counterfoil_protocol.errors import MalformedMessage

from ..contract_api.context import Context
from ..contract_api.contract import Contract
from ..contract_api.decorators import evaluate, submit
from ..contract_api.serializer import BadValue, convert
from ..errors import ContractDefect
from ..peer_environment import PeerEnvironment
from ..shim.stub import ChaincodeStub
from .caller import authorize
from .context import ConfidentialCall, ConfidentialContext
from .key_ring import read_secrets
from .outcome import Outcome, read_outcome, write_outcome
from .refusals import RuntimeRefusal

CLOCK_SKEW_SECONDS_MAX = 300
_MARK = "_counterfoil_operation"
# A method takes the context and its request type, which the declaration knows and the decorator does not.
MethodT = TypeVar("MethodT", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class _Bound:
    operation: Operation[Any, Any]
    method: Callable[[ConfidentialContext, Any], Any]


def operation(declared: Operation[Any, Any]) -> Callable[[MethodT], MethodT]:
    """Bind a method `(self, context, body) -> answer` to a declared operation."""

    def mark(method: MethodT) -> MethodT:
        setattr(method, _MARK, declared)
        return method

    return mark


class ConfidentialContract(Contract):
    """Subclass it and bind methods with `@operation(LOCK)`; `name` must be the operations' contract.

    Raises:
        TypeError: two methods are bound to one operation, or one to another contract's.
    """

    def __init__(self) -> None:
        super().__init__()
        self._bound: dict[str, _Bound] = {}
        for attribute in sorted(dir(type(self))):
            declared = getattr(getattr(type(self), attribute, None), _MARK, None)
            if not isinstance(declared, Operation):
                continue
            if declared.contract != self.namespace or declared.name in self._bound:
                raise TypeError(f"{type(self).__name__} cannot bind {declared.full_name} to {attribute}")
            self._bound[declared.name] = _Bound(declared, getattr(self, attribute))

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """The operations bound, by name."""
        return tuple(bound.operation for bound in self._bound.values())

    @submit
    def transact(self, context: Context, request_id: str) -> str:
        """Run a confidential operation that writes; the request is the transient field `request`."""
        raise AssertionError("answered by invoke_function")

    @evaluate
    def inquire(self, context: Context) -> dict[str, str]:
        """Answer a confidential question; the request is the transient field `request`."""
        raise AssertionError("answered by invoke_function")

    @evaluate
    def outcome(self, context: Context) -> Outcome:
        """What became of a request of the caller's MSP; operation and id are in the transient field."""
        raise AssertionError("answered by invoke_function")

    def live_secrets(self, stub: ChaincodeStub) -> tuple[bytes, ...]:
        """The ledger's live secrets, newest first, for keys and salts where Regulator and Port endorse."""
        return read_secrets(stub)

    def invoke_function(self, name: str, stub: ChaincodeStub, peer: PeerEnvironment) -> bytes:
        """As `Contract.invoke_function`; the three confidential functions have their own order of checks."""
        if name == TRANSACT:
            return self._transact(stub, peer)
        if name == INQUIRE:
            return self._inquire(stub, peer)
        if name == OUTCOME:
            return self._outcome(stub, peer)
        return super().invoke_function(name, stub, peer)

    def _transact(self, stub: ChaincodeStub, peer: PeerEnvironment) -> bytes:
        call = self._checked(stub, peer, submits=True)
        declared = call.operation
        body = _body(call.request, declared)
        collection = outcome_collection(declared, call.caller.msp_id)
        earlier = read_outcome(stub, collection, call.caller.msp_id, call.request_id)
        if earlier is not None:
            if earlier.digest != call.request.digest:
                raise RuntimeRefusal.IDEMPOTENCY_CONFLICT.refuse(
                    "this request id was used for another request"
                )
            return call.request_id.encode()
        stub.start_write_batch()
        context = ConfidentialContext(stub, peer.local_msp_id, call, self.live_secrets)
        answer = self._bound[declared.name].method(context, body)
        if stub.event is not None:
            raise ContractDefect(f"{declared.full_name} sets an event, which every member can read")
        write_outcome(context, collection, call.request.digest, answer)
        return call.request_id.encode()

    def _inquire(self, stub: ChaincodeStub, peer: PeerEnvironment) -> bytes:
        stub.forbid_writes()
        call = self._checked(stub, peer, submits=False)
        body = _body(call.request, call.operation)
        context = ConfidentialContext(stub, peer.local_msp_id, call, self.live_secrets)
        return self.serializer.format(self._bound[call.operation.name].method(context, body))

    def _outcome(self, stub: ChaincodeStub, peer: PeerEnvironment) -> bytes:
        stub.forbid_writes()
        request = _request(stub, 0)
        declared = self._named(request.operation, submits=True)
        identity = Context(stub).client_identity
        _check_peer(peer, outcome_peers(declared, identity.msp_id))
        caller = authorize(identity, declared.roles)
        _check_clock(stub, peer)
        asked = request.body.get("request_id") if isinstance(request.body, dict) else None
        if not isinstance(asked, str) or not is_request_id(asked):
            raise RuntimeRefusal.BAD_INPUT.refuse("request_id: expected 32 lower-case hex digits")
        collection = outcome_collection(declared, caller.msp_id)
        found = read_outcome(stub, collection, caller.msp_id, asked)
        if found is None:
            raise RuntimeRefusal.NOT_FOUND.refuse("no outcome of this request id is known here")
        return self.serializer.format(found)

    def _checked(self, stub: ChaincodeStub, peer: PeerEnvironment, *, submits: bool) -> ConfidentialCall:
        request = _request(stub, 1 if submits else 0)
        request_id = stub.args[1].decode(errors="replace") if submits else ""
        if submits and not is_request_id(request_id):
            raise RuntimeRefusal.BAD_REQUEST.refuse(
                "the argument is not a request id of 32 lower-case hex digits"
            )
        declared = self._named(request.operation, submits=submits)
        if (request.salt is not None) != (submits and declared.takes_salt):
            raise RuntimeRefusal.BAD_REQUEST.refuse(
                "a salt belongs to requests that a bank endorses, and only there"
            )
        identity = Context(stub).client_identity
        _check_peer(peer, organizations(declared.endorsers or declared.evaluate_at, identity.msp_id))
        caller = authorize(identity, declared.roles)
        _check_clock(stub, peer)
        return ConfidentialCall(declared, request, caller, request_id)

    def _named(self, name: str, *, submits: bool) -> Operation[Any, Any]:
        bound = self._bound.get(name)
        if bound is None or bound.operation.is_submit is not submits:
            act = "submit" if submits else "evaluate"
            raise RuntimeRefusal.BAD_REQUEST.refuse(f"{self.namespace} has no such operation to {act}")
        return bound.operation


def _request(stub: ChaincodeStub, arguments: int) -> Request:
    if len(stub.args) - 1 != arguments:
        raise RuntimeRefusal.BAD_REQUEST.refuse(f"the function takes {arguments} argument(s)")
    try:
        return parse_request(stub.transient)
    except MalformedMessage as error:
        raise RuntimeRefusal.BAD_REQUEST.refuse(str(error)) from None


def _check_peer(peer: PeerEnvironment, allowed: tuple[str, ...]) -> None:
    if peer.local_msp_id not in allowed:
        here = peer.local_msp_id or "an unknown MSP"
        raise RuntimeRefusal.WRONG_PEER.refuse(f"this runs at peers of {', '.join(allowed)}, not of {here}")


def _check_clock(stub: ChaincodeStub, peer: PeerEnvironment) -> None:
    if abs(stub.timestamp_seconds - peer.clock()) > CLOCK_SKEW_SECONDS_MAX:
        raise RuntimeRefusal.CLOCK_SKEW.refuse(
            "the transaction's time is more than five minutes off this peer's"
        )


def _body(request: Request, declared: Operation[Any, Any]) -> object:
    try:
        return convert(request.body, declared.request)
    except BadValue as error:
        raise RuntimeRefusal.BAD_INPUT.refuse(str(error)) from None
