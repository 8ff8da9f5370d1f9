"""The test ledger: endorse at named organisations, compare, commit with MVCC, look at what each holds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from counterfoil_protocol.collection import CollectionDefinition
from counterfoil_protocol.ledger.mvcc import BlockTransaction, validate_and_prepare
from counterfoil_protocol.ledger.private import add_private_updates, follow_metadata
from counterfoil_protocol.ledger.state import Version, VersionedValue
from counterfoil_protocol.ledger.updates import UpdateBatch
from counterfoil_protocol.proposal import build_proposal, sign_proposal
from counterfoil_protocol.rwset import key_hash, value_hash

from ..chaincode import Chaincode
from .arguments import as_bytes, checked_endorsers, checked_peer, transient_bytes
from .callers import Caller
from .clock import Clock
from .deployed import Deployed, Deployments
from .endorsement import Endorsement, EndorsingPeer, Proposal
from .memory_state import (
    HistoryEntry,
    OrganizationState,
    PrivateKey,
    SharedState,
    apply_private,
    apply_public,
    expire,
)
from .outcome import VALID, Committed, Endorsed
from .policies import block_endorsements, signers_of
from .refused import EndorsementMismatch, NotCommitted, Refused
from .twin import Twin

_NONCE_BYTES = 24


@dataclass(frozen=True, slots=True)
class _Copy:
    """A ledger at one moment; what each organisation holds by MSP ID."""

    shared: SharedState = field(repr=False)
    held: dict[str, dict[PrivateKey, VersionedValue]] = field(repr=False)
    now: datetime
    numbers: int


class Ledger:
    """A channel with one peer an organisation, in memory.

    Args:
        chaincode: what every organisation runs, or each its own by MSP ID.
        organizations: MSP IDs with a peer.
        collections: the chaincode's collections; implicit ones are there anyway.
        clock: the time of clients and peers.
        name: the chaincode's name.
        channel: the channel's name.
        policy: the chaincode's endorsement policy, `AND('Org1MSP.peer','Org2MSP.peer')`; any peer if empty.
        others: further chaincodes by name, for calls between chaincodes; `Deployed` gives one collections
            and a policy of its own.
        twin: runs each transaction of the chaincode again under another PYTHONHASHSEED.

    Raises:
        ValueError: a declared collection is an implicit one, or an organisation has no chaincode.
    """

    def __init__(  # noqa: PLR0913 - a channel's parts, each by name
        self,
        chaincode: Chaincode | Mapping[str, Chaincode],
        organizations: Sequence[str],
        collections: Sequence[CollectionDefinition] = (),
        *,
        clock: Clock | None = None,
        name: str = "trade",
        channel: str = "trade",
        policy: str = "",
        others: Mapping[str, Chaincode | Deployed] | None = None,
        twin: Twin | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.name = name
        self.channel = channel
        deployed = {
            called: each if isinstance(each, Deployed) else Deployed(each)
            for called, each in (others or {}).items()
        }
        deployed[name] = Deployed(chaincode, tuple(collections), policy)
        self._deployments = Deployments(deployed, organizations)
        self._shared = SharedState()
        self._states = {msp: OrganizationState(self._shared) for msp in organizations}
        self._twin = twin
        self._numbers = 0
        self._checkpoint = self._copy()

    def endorse(
        self,
        caller: Caller,
        function: str,
        *args: str | bytes,
        at: Sequence[str],
        transient: Mapping[str, str | bytes] | None = None,
        moment: datetime | None = None,
    ) -> Endorsed:
        """Run a proposal at the peers of the named organisations and compare what they answer.

        Args:
            caller: who sends it.
            function: `contract:function`.
            args: its arguments, text as UTF-8.
            at: MSP IDs of the endorsers; every one of them is asked.
            transient: the transient data, text as UTF-8.
            moment: the client's time, the clock's if absent.

        Raises:
            Refused: at least one of them answered with an error.
            EndorsementMismatch: they answered differently.
            NotDeterministic: a twin did something else.
            ValueError: `at` names nobody or who has no peer, or a value is neither text nor bytes.
        """
        endorsers = checked_endorsers(at, self._states)
        moment = moment or self.clock.now
        asked = self._proposal(caller, (function, *args), transient_bytes(transient), moment)
        endorsements = [self.peer(msp).endorse(asked) for msp in endorsers]
        first = _agreed(endorsements)
        result = first.result
        return Endorsed(
            asked.transaction_id,
            endorsers,
            first.response.payload,
            first.event,
            result.public,
            result.private,
            moment,
        )

    def commit(self, *endorsed: Endorsed) -> tuple[Committed, ...]:
        """Put transactions into one block, in this order; validated by endorsement policies, then MVCC."""
        number = self._shared.height + 1
        state = next(iter(self._states.values()))
        policies = block_endorsements(self._deployments, state)
        codes = [
            policies.code(self.name, found.rwset, partial(signers_of, found.endorsers)) for found in endorsed
        ]
        transactions = [
            BlockTransaction(place, found.rwset)
            for place, found in enumerate(endorsed)
            if codes[place] == VALID
        ]
        prepared = validate_and_prepare(number, transactions, state)
        codes = [prepared.codes.get(place, code) for place, code in enumerate(codes)]
        self._apply(prepared.batch, number, [(p, found) for p, found in enumerate(endorsed) if not codes[p]])
        return tuple(
            Committed(found.transaction_id, number, code, found.payload, found.event, found.rwset)
            for found, code in zip(endorsed, codes, strict=True)
        )

    def submit(
        self,
        caller: Caller,
        function: str,
        *args: str | bytes,
        at: Sequence[str],
        transient: Mapping[str, str | bytes] | None = None,
        moment: datetime | None = None,
    ) -> Committed:
        """Endorse and commit in a block of its own; arguments and errors as `endorse`.

        Raises:
            NotCommitted: validation refused it.
        """
        endorsed = self.endorse(caller, function, *args, at=at, transient=transient, moment=moment)
        (committed,) = self.commit(endorsed)
        if not committed.is_valid:
            raise NotCommitted(committed.transaction_id, committed.code)
        return committed

    def evaluate(
        self,
        caller: Caller,
        function: str,
        *args: str | bytes,
        at: str,
        transient: Mapping[str, str | bytes] | None = None,
        moment: datetime | None = None,
    ) -> bytes:
        """Run a proposal at one organisation's peer, and give its answer; nothing is committed.

        Raises:
            Refused: it answered with an error.
        """
        return self.endorse(caller, function, *args, at=(at,), transient=transient, moment=moment).payload

    def peer(self, msp_id: str) -> EndorsingPeer:
        """An organisation's peer, as it stands now.

        Raises:
            ValueError: it has none here.
        """
        return EndorsingPeer(
            msp_id,
            self._deployments,
            self._state(msp_id),
            self.clock.seconds,
            twin=self._twin,
        )

    @property
    def height(self) -> int:
        """Number of blocks."""
        return self._shared.height

    def public(self, key: str, *, chaincode: str = "") -> bytes | None:
        """A public key's committed value, of another chaincode where one is named."""
        found = self._shared.public.get((chaincode or self.name, key))
        return None if found is None else found.value

    def private(self, msp_id: str, collection: str, *, chaincode: str = "") -> dict[str, bytes]:
        """What an organisation holds of a collection, by key; of another chaincode where one is named."""
        return {
            key: found.value
            for (namespace, name, key), found in sorted(self._state(msp_id).private.items())
            if (namespace, name) == (chaincode or self.name, collection)
        }

    def load(
        self, msp_id: str, public: Mapping[str, bytes], private: Mapping[tuple[str, str], bytes]
    ) -> None:
        """Begin with a state that is known: public values by key, an organisation's by collection and key."""
        version = Version(self._shared.height, 0)
        held = self._state(msp_id).private
        for key, value in public.items():
            self._shared.public[self.name, key] = VersionedValue(value, version)
        for (collection, key), value in private.items():
            held[self.name, collection, key] = VersionedValue(value, version)
            hashed = VersionedValue(value_hash(value), version)
            self._shared.hashed[self.name, collection, key_hash(key)] = hashed

    def next_number(self) -> int:
        """Counts up: what is unique is so, and is the same in every run."""
        self._numbers += 1
        return self._numbers

    def lose_private_data(self, msp_id: str) -> None:
        """Take an organisation's private data away, as if its peer had been rebuilt and not yet caught up."""
        self._state(msp_id).private.clear()

    def checkpoint(self) -> None:
        """Remember the ledger as it is."""
        self._checkpoint = self._copy()

    def rollback(self) -> None:
        """Go back to the last checkpoint, at first the empty ledger."""
        self._restore(self._checkpoint)

    @contextmanager
    def rolled_back(self) -> Iterator["Ledger"]:
        """This ledger inside a `with`, taken back at its end to what it was before, clock and numbers too.

        For examples of a property, each of which is to begin alike; the checkpoint stays where it is.
        """
        before = self._copy()
        try:
            yield self
        finally:
            self._restore(before)

    def _copy(self) -> _Copy:
        held = {msp: dict(state.private) for msp, state in self._states.items()}
        return _Copy(self._shared.copy(), held, self.clock.now, self._numbers)

    def _restore(self, copy: _Copy) -> None:
        self._shared = copy.shared.copy()
        self._states = {msp: OrganizationState(self._shared, dict(held)) for msp, held in copy.held.items()}
        self.clock.set(copy.now)
        self._numbers = copy.numbers

    def _state(self, msp_id: str) -> OrganizationState:
        return self._states[checked_peer("msp_id", msp_id, self._states)]

    def _proposal(
        self,
        caller: Caller,
        call: Sequence[str | bytes],
        transient: Mapping[str, bytes],
        moment: datetime,
    ) -> Proposal:
        args = tuple(as_bytes(f"argument {place}", value) for place, value in enumerate(call))
        built = build_proposal(
            self.channel,
            self.name,
            args,
            caller.creator,
            transient,
            nonce=self.next_number().to_bytes(_NONCE_BYTES, "big"),
            timestamp=(int(moment.timestamp()), moment.microsecond * 1000),
        )
        signed = sign_proposal(built, lambda _: b"unchecked")
        return Proposal(self.channel, built.transaction_id, self.name, args, caller.msp_id, signed)

    def _note_history(self, found: Endorsed) -> None:
        for namespace in found.rwset.namespaces:
            for write in namespace.writes:
                entry = HistoryEntry(found.transaction_id, write.value, found.moment, write.deletes)
                self._shared.history.setdefault((namespace.namespace, write.key), []).append(entry)

    def _apply(self, batch: UpdateBatch, number: int, valid: Sequence[tuple[int, Endorsed]]) -> None:
        for place, found in valid:
            self._note_history(found)
            for namespace in found.private.namespaces if found.private else ():
                for collection in namespace.collections:
                    add_private_updates(batch, Version(number, place), namespace.namespace, collection)
        for state in self._states.values():
            follow_metadata(batch, _renewed(found for _, found in valid), state)
        if self._deployments.values_end:
            expire(self._shared, self._states.values(), number, self._deployments.block_to_live)
        members = self._deployments.members
        for msp, state in self._states.items():
            held = {key: update for key, update in batch.private.items() if msp in members(*key[:2])}
            apply_private(state.private, held)
        apply_public(self._shared, batch)
        self._shared.height = number


def _renewed(valid: Iterable[Endorsed]) -> list[PrivateKey]:
    """Private keys whose metadata is written."""
    return [
        (namespace.namespace, collection.name, metadata.key)
        for found in valid
        for namespace in (found.private.namespaces if found.private else ())
        for collection in namespace.collections
        for metadata in collection.metadata_writes
    ]


def _agreed(endorsements: Sequence[Endorsement]) -> Endorsement:
    responses = {endorsement.msp_id: endorsement.response for endorsement in endorsements}
    if any(response.is_error for response in responses.values()):
        raise Refused(responses) from next((found.failure for found in endorsements if found.failure), None)
    if len({endorsement.signed_content for endorsement in endorsements}) > 1:
        raise EndorsementMismatch(tuple(responses))
    return endorsements[0]
