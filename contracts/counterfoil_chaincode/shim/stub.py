"""The stub: through it a contract sees its transaction and the ledger (as Fabric's shim.ChaincodeStub)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from counterfoil_protocol.composite_key import (
    LAST,
    NAMESPACE,
    composite_key_range,
    create_composite_key,
    split_composite_key,
)
from counterfoil_protocol.messages import (
    chaincode,
    chaincode_event,
    chaincode_shim,
    proposal,
    proposal_response,
)

from ..errors import PeerError
from .invocation import Invocation
from .iterators import KeyModification, KeyValue, Page, QueryIterator
from .keys import range_bounds, required
from .ledger_access import MESSAGE, LedgerAccess, PeerCall
from .peer_features import PeerFeatures
from .private_data import PrivateData

__all__ = ["ChaincodeStub"]


_PLAIN_PEER = PeerFeatures()


class ChaincodeStub(PrivateData):
    """One transaction's view of itself and of the ledger.

    Reads give committed values, never the transaction's own writes. One request at a time: the peer drops
    a second one of the same transaction (core/chaincode/handler.go registerTxid), so a stub is one thread's.
    Every method that asks the peer raises PeerError if it answers ERROR, StreamClosed if the stream ends.
    """

    __slots__ = ("_event", "_invocation", "failure")

    def __init__(self, invocation: Invocation, call: PeerCall, features: PeerFeatures = _PLAIN_PEER) -> None:
        super().__init__(LedgerAccess(call, features))
        self._invocation = invocation
        self._event: chaincode_event.ChaincodeEvent | None = None
        self.failure: BaseException | None = None
        """What the contract failed with, noted by the runtime for the testing kit; never on the wire."""

    # The transaction

    @property
    def transaction_id(self) -> str:
        """The transaction's ID."""
        return self._invocation.transaction_id

    @property
    def channel_id(self) -> str:
        """The channel's name."""
        return self._invocation.channel_id

    @property
    def args(self) -> tuple[bytes, ...]:
        """All arguments, the function's name first."""
        return self._invocation.args

    @property
    def creator(self) -> bytes:
        """The client's SerializedIdentity."""
        return self._invocation.creator

    @property
    def transient(self) -> Mapping[str, bytes]:
        """The transient data: seen by the endorsers, in no block."""
        return self._invocation.transient

    @property
    def timestamp(self) -> datetime:
        """The transaction's time in UTC, set by the client: the only time a contract may look at."""
        return self._invocation.moment

    @property
    def timestamp_seconds(self) -> int:
        """The transaction's time in whole seconds since 1970."""
        return self._invocation.timestamp[0]

    @property
    def binding(self) -> bytes:
        """SHA-256 of nonce, creator and epoch."""
        return self._invocation.binding

    @property
    def decorations(self) -> Mapping[str, bytes]:
        """What the peer's decorators added to the call."""
        return self._invocation.decorations

    @property
    def signed_proposal(self) -> proposal.SignedProposal | None:
        """The client's signed proposal."""
        return self._invocation.signed_proposal

    # Public state

    def get_state(self, key: str) -> bytes | None:
        """The committed value, None if there is none."""
        return self._ledger.get("", required("key", key))

    def get_multiple_states(self, keys: Sequence[str]) -> list[bytes | None]:
        """Values of many keys, in their order; one message where the peer can (Fabric 3.1)."""
        return self._ledger.get_multiple("", keys)

    def put_state(self, key: str, value: bytes) -> None:
        """Write a value."""
        self._ledger.put("", required("key", key), value)

    def delete_state(self, key: str) -> None:
        """Delete a key."""
        self._ledger.delete("", key)

    def get_state_by_range(self, start: str, end: str) -> QueryIterator[KeyValue]:
        """Simple keys from `start` to before `end`; an empty bound is open. Phantoms are found."""
        return self._ledger.range("", *range_bounds(start, end))

    def get_state_by_range_with_pagination(
        self, start: str, end: str, page_size: int, bookmark: str = ""
    ) -> Page[KeyValue]:
        """A page of a range of simple keys; only in transactions that do not write."""
        return self._ledger.range_page(*range_bounds(start, end), page_size, bookmark)

    @staticmethod
    def create_composite_key(object_type: str, attributes: Sequence[str]) -> str:
        """One key of an object type and its attributes; ValueError if a part holds U+0000 or U+10FFFF."""
        return create_composite_key(object_type, attributes)

    @staticmethod
    def split_composite_key(key: str) -> tuple[str, tuple[str, ...]]:
        """Object type and attributes of a composite key; ValueError if it is none."""
        return split_composite_key(key)

    def get_state_by_partial_composite_key(
        self, object_type: str, attributes: Sequence[str]
    ) -> QueryIterator[KeyValue]:
        """Composite keys that begin with these parts."""
        return self._ledger.range("", *composite_key_range(object_type, attributes))

    def get_state_by_partial_composite_key_with_pagination(
        self, object_type: str, attributes: Sequence[str], page_size: int, bookmark: str = ""
    ) -> Page[KeyValue]:
        """A page of composite keys that begin with these parts."""
        return self._ledger.range_page(*composite_key_range(object_type, attributes), page_size, bookmark)

    def get_all_states_composite_key_with_pagination(
        self, page_size: int, bookmark: str = ""
    ) -> Page[KeyValue]:
        """A page of all composite keys."""
        return self._ledger.range_page(NAMESPACE, NAMESPACE + LAST, page_size, bookmark)

    def get_query_result(self, query: str) -> QueryIterator[KeyValue]:
        """A rich query, where the state database has them; not checked for phantoms."""
        return self._ledger.rich_query("", query)

    def get_query_result_with_pagination(
        self, query: str, page_size: int, bookmark: str = ""
    ) -> Page[KeyValue]:
        """A page of a rich query."""
        return self._ledger.rich_query_page(query, page_size, bookmark)

    def get_history_for_key(self, key: str) -> QueryIterator[KeyModification]:
        """Every committed modification of a key, newest first."""
        return self._ledger.history(key)

    def get_state_validation_parameter(self, key: str) -> bytes | None:
        """The key's own endorsement policy, None if it has none; `KeyEndorsementPolicy.parse` reads it."""
        return self._ledger.get_validation_parameter("", key)

    def set_state_validation_parameter(self, key: str, policy: bytes) -> None:
        """Give the key an endorsement policy of its own: `KeyEndorsementPolicy.serialize()`."""
        self._ledger.set_validation_parameter("", key, policy)

    # Writes together, events, other chaincodes

    def start_write_batch(self) -> None:
        """Collect writes and send them at the end: together where the peer can (3.1), else one by one."""
        self._ledger.start_batch()

    def finish_write_batch(self) -> None:
        """Send the writes collected; the runtime does so at the end of a transaction."""
        self._ledger.finish_batch()

    def forbid_writes(self) -> None:
        """From here on a write raises ContractDefect: the runtime's guard for what is only evaluated."""
        self._ledger.forbid_writes()

    def set_event(self, name: str, payload: bytes) -> None:
        """The transaction's event; the last one counts. Every member of the channel can read it."""
        self._event = chaincode_event.ChaincodeEvent(event_name=required("event name", name), payload=payload)

    @property
    def event(self) -> chaincode_event.ChaincodeEvent | None:
        """The event set so far."""
        return self._event

    def invoke_chaincode(
        self, chaincode_name: str, args: Sequence[bytes], channel: str = ""
    ) -> proposal_response.Response:
        """Call another chaincode on this peer; on another channel it can only read.

        Raises:
            PeerError: the call could not be made. A refusal of the other chaincode is its response's status.
        """
        name = f"{chaincode_name}/{channel}" if channel else chaincode_name
        request = chaincode.ChaincodeSpec(
            chaincode_id=chaincode.ChaincodeID(name=name), input=chaincode.ChaincodeInput(args=args)
        )
        answer = self._ledger.call(MESSAGE.INVOKE_CHAINCODE, request.SerializeToString())
        message = chaincode_shim.ChaincodeMessage.FromString(answer)
        if message.type != MESSAGE.COMPLETED:
            raise PeerError(message.payload.decode(errors="replace"))
        return proposal_response.Response.FromString(message.payload)
