"""Endorsement policies of one transaction in one namespace: chaincode, collection and key level.

As Fabric core/common/validation/statebased (validator_keylevel.go, v20.go) and core/policy/application.go:
a written key with a policy of its own answers to that alone; other keys of a collection answer to the
collection's policy; all others, and a transaction that writes nothing, to the chaincode's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ..application_policy import ApplicationPolicy
from ..channel_config import ChannelConfig
from ..collection import implicit_collection_owner
from ..errors import InvalidPolicy, MalformedMessage, PolicyFailure
from ..identity import Identity
from ..ledger.definitions import LIFECYCLE, ChaincodeDefinition
from ..policy import LIFECYCLE_ENDORSEMENT
from ..rwset import VALIDATION_PARAMETER, NamespaceReadWriteSet, parse_metadata
from ..signature_policy import CompiledPolicy, compile_policy_bytes, signed_by_any

KeyId = tuple[str, str, bytes]
"""(namespace, collection or "", key in UTF-8 or key hash)"""


@lru_cache(maxsize=1024)
def _compiled(policy: bytes) -> CompiledPolicy | str:
    """A serialized ApplicationPolicy: a compiled signature policy, or the path of a channel policy."""
    found = ApplicationPolicy.parse(policy)
    if found.signature_policy is not None:
        return compile_policy_bytes(found.signature_policy)
    return found.channel_policy or ""


def policy_is_satisfied(policy: bytes, signers: Sequence[Identity], channel: ChannelConfig) -> bool:
    """Whether distinct identities with good signatures satisfy a serialized ApplicationPolicy."""
    try:
        compiled = _compiled(policy)
        if isinstance(compiled, CompiledPolicy):
            return compiled.evaluate(signers, channel.msps.satisfies)
        channel.policies.evaluate_identities(compiled, signers)
    except (MalformedMessage, InvalidPolicy, PolicyFailure):
        return False
    return True


def chaincode_policy(namespace: str, definition: ChaincodeDefinition | None) -> bytes:
    """The namespace's policy as a serialized ApplicationPolicy; empty where there is none."""
    if namespace == LIFECYCLE:
        return ApplicationPolicy(channel_policy=LIFECYCLE_ENDORSEMENT).serialize()
    return definition.validation_parameter if definition is not None else b""


def collection_policy(
    collection: str, definition: ChaincodeDefinition | None, channel: ChannelConfig
) -> bytes | None:
    """A collection's policy, serialized; empty where the chaincode's holds, None for no such collection.

    An implicit collection answers to its organisation's Endorsement policy
    (deployedcc_infoprovider.go ImplicitCollectionEndorsementPolicyAsBytes).
    """
    owner = implicit_collection_owner(collection)
    if owner is not None:
        return _implicit_policy(owner, channel)
    config = definition.collection_config(collection) if definition is not None else None
    if config is None:
        return None
    return config.endorsement_policy.SerializeToString() if config.HasField("endorsement_policy") else b""


def _implicit_policy(owner: str, channel: ChannelConfig) -> bytes | None:
    organization = channel.application(owner)
    if organization is None:
        return None
    path = f"/Channel/Application/{organization.name}/Endorsement"
    if channel.policies.find(path) is not None:
        return ApplicationPolicy(channel_policy=path).serialize()
    any_member = signed_by_any("member", [owner]).SerializeToString()
    return ApplicationPolicy(signature_policy=any_member).serialize()


@dataclass(slots=True)
class EndorsementCheck:
    """Evaluates one transaction's writes in one namespace.

    Args:
        channel: configuration in force.
        signers: the endorsers whose signatures are good, distinct, in order.
        definition: of the namespace's chaincode; None for `_lifecycle`.
        policy: the namespace's policy, serialized.
        key_metadata: committed metadata of a key, empty where there is none.
        is_changing: whether a transaction earlier in the block changes the key's metadata.
    """

    channel: ChannelConfig
    signers: Sequence[Identity]
    definition: ChaincodeDefinition | None
    policy: bytes
    key_metadata: Callable[[KeyId], bytes]
    is_changing: Callable[[KeyId], bool]
    _checked: set[str] = field(default_factory=set)
    _any_checked: bool = False

    def holds(self, entry: NamespaceReadWriteSet) -> bool:
        """Whether every write in the namespace is endorsed as its policy asks."""
        if not all(self._key_holds(key) for key in written_keys(entry)):
            return False
        # A transaction that writes nothing here still answers to the chaincode's policy (FAB-9473).
        return self._any_checked or self._satisfied(self.policy)

    def _key_holds(self, key: KeyId) -> bool:
        if self.is_changing(key):
            return False
        metadata = self.key_metadata(key)
        try:
            own = parse_metadata(metadata).get(VALIDATION_PARAMETER, b"") if metadata else b""
        except MalformedMessage:
            return False
        if not own:
            return self._group_holds(key[1])
        self._any_checked = True
        return self._key_policy_holds(own)

    def _key_policy_holds(self, policy: bytes) -> bool:
        # A key's parameter is a signature policy alone. One that cannot be read stops Fabric's peer for good
        # ("execution failure"); here it is a policy that nobody satisfies, the same on every peer.
        try:
            return compile_policy_bytes(policy).evaluate(self.signers, self.channel.msps.satisfies)
        except MalformedMessage:
            return False

    def _group_holds(self, collection: str) -> bool:
        """The collection's policy, or the chaincode's where it has none or the key is public; each once."""
        if collection in self._checked:
            return True
        policy = b""
        if collection:
            found = collection_policy(collection, self.definition, self.channel)
            if found is None:
                return False
            policy = found
        if not policy:
            collection, policy = "", self.policy
        if collection not in self._checked and not self._satisfied(policy):
            return False
        self._checked.add(collection)
        self._any_checked = True
        return True

    def _satisfied(self, policy: bytes) -> bool:
        return policy_is_satisfied(policy, self.signers, self.channel)


def written_keys(entry: NamespaceReadWriteSet) -> Iterator[KeyId]:
    """Keys whose value or metadata a namespace's read-write set changes, in Fabric's order of checking."""
    for write in entry.writes:
        yield entry.namespace, "", write.key.encode()
    for metadata in entry.metadata_writes:
        yield entry.namespace, "", metadata.key.encode()
    for collection in entry.collections:
        for hashed in collection.writes:
            yield entry.namespace, collection.name, hashed.key_hash
    yield from changed_metadata(entry, public=False)


def changed_metadata(entry: NamespaceReadWriteSet, *, public: bool = True) -> Iterator[KeyId]:
    """Keys whose metadata, and so maybe whose policy, a namespace's read-write set changes."""
    if public:
        for metadata in entry.metadata_writes:
            yield entry.namespace, "", metadata.key.encode()
    for collection in entry.collections:
        for hashed in collection.metadata_writes:
            yield entry.namespace, collection.name, hashed.key_hash
