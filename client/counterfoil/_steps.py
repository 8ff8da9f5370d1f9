"""The data of each step: proposed, prepared, committed. No network, no content in any repr."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from counterfoil_protocol.envelope import ParsedAction, parse_actions, read_payload
from counterfoil_protocol.messages import common, gateway, proposal, transaction
from counterfoil_protocol.proposal import build_proposal, parse_proposal
from counterfoil_protocol.wire import decode

from ._session import Session

Argument = str | bytes


@dataclass(frozen=True, slots=True)
class ProposalData:
    """A proposal, signed or not yet."""

    channel: str
    transaction_id: str
    proposal_bytes: bytes = field(repr=False)
    organizations: tuple[str, ...]
    signature: bytes = field(default=b"", repr=False)

    def serialize(self) -> bytes:
        """As gateway.ProposedTransaction, the official clients' form for signing elsewhere."""
        signed = proposal.SignedProposal(proposal_bytes=self.proposal_bytes, signature=self.signature)
        return gateway.ProposedTransaction(
            transaction_id=self.transaction_id, proposal=signed, endorsing_organizations=self.organizations
        ).SerializeToString()

    @classmethod
    def parse(cls, data: bytes, signature: bytes) -> "ProposalData":
        """Read gateway.ProposedTransaction.

        Raises:
            MalformedMessage: these bytes are none.
        """
        proposed = decode(gateway.ProposedTransaction, data)
        parsed = parse_proposal(proposed.proposal.proposal_bytes)
        return cls(
            parsed.channel_id,
            parsed.transaction_id,
            proposed.proposal.proposal_bytes,
            tuple(proposed.endorsing_organizations),
            signature or proposed.proposal.signature,
        )

    def signed(self, session: Session) -> proposal.SignedProposal:
        """The signed proposal, with the signature given or one made now."""
        signature = self.signature or session.sign(self.proposal_bytes)
        return proposal.SignedProposal(proposal_bytes=self.proposal_bytes, signature=signature)


@dataclass(frozen=True, slots=True)
class TransactionData:
    """An endorsed transaction: the envelope's payload and its signature, if it has one yet."""

    channel: str
    transaction_id: str
    payload: bytes = field(repr=False)
    result: bytes = field(repr=False)
    signature: bytes = field(default=b"", repr=False)

    @property
    def envelope(self) -> common.Envelope:
        """The envelope as it goes to the ordering service."""
        return common.Envelope(payload=self.payload, signature=self.signature)

    def signed(self, session: Session) -> "TransactionData":
        """The same transaction with its creator's signature."""
        return self if self.signature else replace(self, signature=session.sign(self.payload))

    def serialize(self) -> bytes:
        """As gateway.PreparedTransaction."""
        return gateway.PreparedTransaction(
            transaction_id=self.transaction_id, envelope=self.envelope
        ).SerializeToString()

    @classmethod
    def parse(cls, data: bytes, signature: bytes = b"") -> "TransactionData":
        """Read gateway.PreparedTransaction.

        Raises:
            MalformedMessage: these bytes are none.
        """
        envelope = decode(gateway.PreparedTransaction, data).envelope
        return cls.from_envelope(envelope, signature)

    @classmethod
    def from_envelope(cls, envelope: common.Envelope, signature: bytes = b"") -> "TransactionData":
        """Read what the gateway prepared.

        Raises:
            MalformedMessage: it is no endorsed transaction.
            ValueError: it has not exactly one action.
        """
        parsed = read_payload(envelope)
        return cls(
            parsed.channel_id,
            parsed.transaction_id,
            envelope.payload,
            _only_action(parsed.data).payload.response,
            signature or envelope.signature,
        )

    def check_answers(self, proposed: ProposalData) -> None:
        """Make sure that the gateway prepared what was proposed, before it is signed.

        Raises:
            ValueError: other headers than the proposal's, or endorsements of another proposal.
        """
        asked = parse_proposal(proposed.proposal_bytes)
        prepared = decode(common.Payload, self.payload)
        endorsed = _only_action(prepared.data).payload.proposal_hash
        if prepared.header != decode(common.Header, asked.header) or endorsed != asked.proposal_hash:
            raise ValueError("the gateway prepared another transaction than was proposed")


@dataclass(frozen=True, slots=True)
class Status:
    """What the ledger made of a transaction.

    Attributes:
        transaction_id: of the transaction.
        code: Fabric's TxValidationCode; 0 is VALID.
        name: the code's name.
        block_number: the block that holds it.
    """

    transaction_id: str
    code: int
    name: str
    block_number: int

    @property
    def successful(self) -> bool:
        """Whether the transaction is valid, so that its writes are in the ledger."""
        return self.code == transaction.VALID


def propose(  # noqa: PLR0913, PLR0917 - what a caller decides about one proposal
    session: Session,
    channel: str,
    chaincode: str,
    function: str,
    arguments: Sequence[Argument],
    transient: Mapping[str, Argument] | None,
    organizations: Sequence[str],
) -> ProposalData:
    """Check what the caller gave and build the proposal.

    Raises:
        TypeError, ValueError: an argument that cannot be right.
    """
    built = build_proposal(
        channel,
        chaincode,
        [
            function.encode(),
            *(_to_bytes(f"argument {index}", value) for index, value in enumerate(arguments)),
        ],
        session.creator,
        _transient(transient),
    )
    return ProposalData(
        channel, built.transaction_id, built.proposal_bytes, check_organizations(organizations)
    )


def contract_function(contract: str, function: str) -> str:
    """The function's name on the wire: ``contract:function``, or the function alone.

    Raises:
        TypeError, ValueError: not a name.
    """
    check_text("function", function)
    return f"{contract}:{function}" if contract else function


def check_text(name: str, value: str) -> str:
    """Text that is not empty.

    Raises:
        TypeError, ValueError: anything else.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} is text, not {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} is empty")
    return value


def check_organizations(organizations: Sequence[str]) -> tuple[str, ...]:
    """MSP IDs, each once.

    Raises:
        TypeError, ValueError: one text instead of several, not text, empty, repeated.
    """
    if isinstance(organizations, str):
        raise TypeError("organizations are several MSP IDs: write ('BankAMSP',) for one")
    checked = tuple(check_text("an MSP ID", each) for each in organizations)
    if len(set(checked)) != len(checked):
        raise ValueError("an MSP ID is named twice")
    return checked


def _transient(transient: Mapping[str, Argument] | None) -> dict[str, bytes]:
    if transient is None:
        return {}
    if not isinstance(transient, Mapping):
        raise TypeError(f"transient is a mapping of names to bytes, not {type(transient).__name__}")
    return {
        check_text("a transient name", name): _to_bytes("a transient value", value)
        for name, value in transient.items()
    }


def _to_bytes(name: str, value: Argument) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    raise TypeError(f"{name} is text or bytes, not {type(value).__name__}")


def _only_action(transaction_bytes: bytes) -> ParsedAction:
    actions = parse_actions(transaction_bytes)
    if len(actions) != 1:
        raise ValueError("an endorsed transaction has exactly one action")
    return actions[0]
