"""What becomes of a call on the test ledger: an endorsed transaction, and one in its block."""

from dataclasses import dataclass, field
from datetime import datetime

from counterfoil_protocol.messages import chaincode_event, transaction
from counterfoil_protocol.rwset import PrivateReadWriteSet, ReadWriteSet

VALID = int(transaction.VALID)


class _WithEvent:
    """Reads `event`, a serialized protos.ChaincodeEvent, empty if the chaincode set none."""

    __slots__ = ()
    event: bytes

    @property
    def event_name(self) -> str:
        """Name of the event that the chaincode set; empty if it set none."""
        return chaincode_event.ChaincodeEvent.FromString(self.event).event_name

    @property
    def event_payload(self) -> bytes:
        """The event's payload; clients hear of an event only if its transaction is valid."""
        return chaincode_event.ChaincodeEvent.FromString(self.event).payload


@dataclass(frozen=True, slots=True)
class Endorsed(_WithEvent):
    """A transaction that every named endorser signed alike, not yet submitted.

    `event` is a serialized protos.ChaincodeEvent, empty if there is none; `moment` is the client's time.
    """

    transaction_id: str
    endorsers: tuple[str, ...]
    payload: bytes = field(repr=False)
    event: bytes = field(repr=False)
    rwset: ReadWriteSet = field(repr=False)
    private: PrivateReadWriteSet | None = field(repr=False)
    moment: datetime


@dataclass(frozen=True, slots=True)
class Committed(_WithEvent):
    """A transaction in its block; `code` is Fabric's TxValidationCode, `event` as endorsed."""

    transaction_id: str
    block: int
    code: int
    payload: bytes = field(repr=False)
    event: bytes = field(repr=False)
    rwset: ReadWriteSet = field(repr=False)

    @property
    def is_valid(self) -> bool:
        """Whether its writes count."""
        return self.code == VALID
