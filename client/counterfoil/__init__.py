"""The Fabric Gateway SDK for Python.

    from counterfoil import Gateway

    with Gateway.from_profile("connections/BankA.json", "officer") as gateway:
        contract = gateway.network("trade").contract("trade", "export_invoice")
        answer = contract.submit("transact", request_id, transient={"request": request},
                                 endorsing_organizations=["RegulatorMSP", "PortMSP"])

``counterfoil.trade`` has the typed client of the trade contracts, ``counterfoil.lifecycle`` administers
chaincode, ``counterfoil.aio`` the same names as here for asyncio.
"""

from ._checkpointer import Checkpoint, Checkpointer, FileCheckpointer
from ._contract import Contract
from ._errors import (
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
from ._events import (
    BlockAndPrivateDataEvent,
    BlockEvent,
    ChaincodeEvent,
    EventStream,
    FilteredBlockEvent,
    FilteredTransaction,
)
from ._gateway import Gateway
from ._identity import Identity, Signer, private_key_signer
from ._network import Network
from ._profile import ConnectionProfile
from ._proposal import Commit, Proposal, Transaction
from ._session import Deadlines
from ._steps import Status

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
