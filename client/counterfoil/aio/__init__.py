"""The same names as ``counterfoil`` for asyncio: calls are awaited, streams iterated with ``async for``.

    from counterfoil.aio import Gateway

    async with Gateway.from_profile("connections/BankA.json", "officer") as gateway:
        contract = gateway.network("trade").contract("trade", "export_invoice")
        await contract.evaluate("inquire", transient={"request": request})

A Gateway belongs to the event loop it was connected in.
"""

from .._checkpointer import Checkpoint, Checkpointer, FileCheckpointer
from .._errors import (
    CommitError,
    CommitStatusError,
    CommitUnknown,
    ContractRefusal,
    CounterfoilError,
    EndorseError,
    ErrorDetail,
    EvaluateError,
    EventsError,
    ForkedProcess,
    GatewayError,
    SubmitError,
)
from .._events import (
    BlockAndPrivateDataEvent,
    BlockEvent,
    ChaincodeEvent,
    FilteredBlockEvent,
    FilteredTransaction,
)
from .._identity import Identity, Signer, private_key_signer
from .._profile import ConnectionProfile
from .._session import Deadlines
from .._steps import Status
from ._contract import Commit, Contract, Proposal, Transaction
from ._gateway import EventStream, Gateway, Network

__all__ = [
    "BlockAndPrivateDataEvent",
    "BlockEvent",
    "ChaincodeEvent",
    "Checkpoint",
    "Checkpointer",
    "Commit",
    "CommitError",
    "CommitStatusError",
    "CommitUnknown",
    "ConnectionProfile",
    "Contract",
    "ContractRefusal",
    "CounterfoilError",
    "Deadlines",
    "EndorseError",
    "ErrorDetail",
    "EvaluateError",
    "EventStream",
    "EventsError",
    "FileCheckpointer",
    "FilteredBlockEvent",
    "FilteredTransaction",
    "ForkedProcess",
    "Gateway",
    "GatewayError",
    "Identity",
    "Network",
    "Proposal",
    "Signer",
    "Status",
    "SubmitError",
    "Transaction",
    "private_key_signer",
]
