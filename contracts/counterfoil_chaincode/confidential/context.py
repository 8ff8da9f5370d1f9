"""What the method of a confidential operation is given besides its body."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counterfoil_protocol.confidential import Operation, Request, collection_name

from ..contract_api.context import Context
from ..errors import ContractDefect
from ..shim.stub import ChaincodeStub
from .caller import Caller
from .key_ring import KeyRing, derive_salt
from .private_store import PrivateStore

_ANY_BANK = "Bank[A-Za-z0-9]+"


@dataclass(frozen=True, slots=True)
class ConfidentialCall:
    """A call that has passed all checks which need no reading; `request_id` is empty for an evaluate."""

    operation: Operation[Any, Any]
    request: Request
    caller: Caller
    request_id: str


class ConfidentialContext(Context):
    """One call of a confidential operation by an authorised caller.

    `caller` is who calls; `request_id` the client's 32 hex digits (empty for an evaluate); `store` reads and
    writes private records. There is no clock here but the transaction's time.
    """

    def __init__(
        self,
        stub: ChaincodeStub,
        local_msp_id: str,
        call: ConfidentialCall,
        secrets: Callable[[ChaincodeStub], tuple[bytes, ...]],
    ) -> None:
        super().__init__(stub, local_msp_id)
        self.operation = call.operation
        self.caller = call.caller
        self.request_id = call.request_id
        self._request_salt = call.request.salt
        self._secrets = secrets
        self._key_ring: KeyRing | None = None
        self.store = PrivateStore(stub, self.key_ring, self.salt, self._check_collection)

    @property
    def now(self) -> datetime:
        """The transaction's time in UTC."""
        return self.stub.timestamp

    @property
    def now_seconds(self) -> int:
        """The transaction's time in whole seconds since 1970."""
        return self.stub.timestamp_seconds

    def key_ring(self) -> KeyRing:
        """The ledger's live secrets, read at first use (only Regulator and Port hold them)."""
        if self._key_ring is None:
            self._key_ring = KeyRing(self._secrets(self.stub))
        return self._key_ring

    def salt(self, key: str) -> bytes:
        """The salt for a value under `key`: from the request where a bank endorses, else the ledger's."""
        if self._request_salt is not None:
            return derive_salt(self._request_salt, self.stub.transaction_id, key)
        return self.key_ring().salt(self.stub.transaction_id, key)

    def hidden_id(self, name: str) -> str:
        """An id (32 hex digits) for a record that this transaction makes; it takes the salt to tell it.

        A record under the request id, which stands in the block, shows by its key's hash what was written.
        """
        return self.salt(f"id/{name}").hex()[:32]

    def collection(self, template: str, bank: str | None = None) -> str:
        """The collection of a template: of the caller's bank, or of `bank` where an authority acts on one.

        Raises:
            ContractDefect: one bank's caller, another bank's collection; or no bank at all.
        """
        own = self.caller.bank
        if own is not None and bank not in (None, own):
            raise ContractDefect("a bank's transaction names a collection of another bank")
        try:
            return collection_name(template, bank or own)
        except ValueError as error:
            raise ContractDefect(str(error)) from None

    def _check_collection(self, collection: str, *, writes: bool) -> None:
        declared = self.operation.writes if writes else (*self.operation.reads, *self.operation.writes)
        bank = self.caller.bank or _ANY_BANK
        if not any(re.fullmatch(template.replace("{bank}", bank), collection) for template in declared):
            act = "writes" if writes else "reads"
            raise ContractDefect(f"{self.operation.full_name} {act} {collection} and does not declare it")
