"""Endorsement policies of the transactions of one block, in order: which namespaces answer, and to what.

As Fabric core/committer/txvalidator/v20/plugindispatcher/dispatcher.go: the called chaincode's namespace, and
every other in which the transaction writes, each by its own chaincode's definition.
"""

from collections.abc import Callable, Sequence

from ..channel_config import ChannelConfig
from ..errors import MalformedMessage
from ..identity import Identity
from ..ledger.definitions import LIFECYCLE, ChaincodeDefinition
from ..ledger.state import StateReader
from ..messages import transaction
from ..rwset import NamespaceReadWriteSet, ReadWriteSet
from .endorsement_policy import EndorsementCheck, KeyId, chaincode_policy, changed_metadata, written_keys

VALID = int(transaction.VALID)
BUILTIN_PLUGIN = "vscc"


class BlockEndorsements:
    """One block's policies: definitions looked up once, changed key policies remembered.

    Args:
        channel: configuration in force.
        reader: the state before the block.
        find_definition: a chaincode's definition by name, None where there is none; it may raise
            MalformedMessage for one that cannot be read.
    """

    def __init__(
        self,
        channel: ChannelConfig,
        reader: StateReader,
        find_definition: Callable[[str], ChaincodeDefinition | None],
    ) -> None:
        self._channel = channel
        self._reader = reader
        self._find = find_definition
        self._definitions: dict[str, ChaincodeDefinition | None] = {}
        self._changing: set[KeyId] = set()

    def code(self, called: str, rwset: ReadWriteSet, signers: Callable[[], Sequence[Identity]]) -> int:
        """VALID, ENDORSEMENT_POLICY_FAILURE, INVALID_CHAINCODE or ILLEGAL_WRITESET; call in block order.

        Args:
            called: the chaincode that the proposal names.
            rwset: what the transaction read and writes.
            signers: gives the endorsers whose signatures are good, distinct, in order.
        """
        entries: dict[str, NamespaceReadWriteSet] = {}
        for entry in rwset.namespaces:
            if entry.namespace in entries:
                return transaction.ILLEGAL_WRITESET
            entries[entry.namespace] = entry
        # The called chaincode's namespace answers even where nothing is written in it. Fabric takes the
        # namespaces in random order; here the called one is first.
        touched = [called, *(name for name in entries if name != called and _writes(entries[name]))]
        endorsers = signers()
        for namespace in touched:
            code = self._namespace(entries.get(namespace, NamespaceReadWriteSet(namespace)), endorsers)
            if code != VALID:
                return code
        return VALID

    def _namespace(self, entry: NamespaceReadWriteSet, signers: Sequence[Identity]) -> int:
        try:
            definition = self._definition(entry.namespace)
        except MalformedMessage:
            return transaction.INVALID_CHAINCODE
        policy = chaincode_policy(entry.namespace, definition)
        plugin = definition.validation_plugin if definition is not None else BUILTIN_PLUGIN
        if not policy or plugin != BUILTIN_PLUGIN:
            return transaction.INVALID_CHAINCODE
        check = EndorsementCheck(
            self._channel, signers, definition, policy, self._key_metadata, self._changing.__contains__
        )
        if not check.holds(entry):
            return transaction.ENDORSEMENT_POLICY_FAILURE
        # Later transactions of the block that write these keys do not know which policy will hold
        # (vpmanagerimpl.go ValidationParameterUpdatedError), even if this one fails in another namespace.
        self._changing.update(changed_metadata(entry))
        return VALID

    def _definition(self, namespace: str) -> ChaincodeDefinition | None:
        if namespace == LIFECYCLE:
            return None
        if namespace not in self._definitions:
            self._definitions[namespace] = self._find(namespace)
        return self._definitions[namespace]

    def _key_metadata(self, key: KeyId) -> bytes:
        namespace, collection, name = key
        if collection:
            found = self._reader.get_private_hash(namespace, collection, name)
        else:
            found = self._reader.get_state(namespace, name.decode())
        return found.metadata if found is not None else b""


def _writes(entry: NamespaceReadWriteSet) -> bool:
    return next(written_keys(entry), None) is not None
