"""Ledgers on disk: one SQLite file for each organisation's peer, one for the orderer."""

from .orderer_ledger import OrdererLedger
from .peer_ledger import PeerLedger
from .records import (
    ChaincodeEvent,
    CommitRequest,
    CommittedBlock,
    CommittedTransaction,
    LedgerClosed,
    LedgerCorrupted,
    MissingPrivateData,
    PrivateWriteSet,
    ReconciledPrivateData,
    TransactionStatus,
)
from .view import LedgerView

__all__ = [
    "ChaincodeEvent",
    "CommitRequest",
    "CommittedBlock",
    "CommittedTransaction",
    "LedgerClosed",
    "LedgerCorrupted",
    "LedgerView",
    "MissingPrivateData",
    "OrdererLedger",
    "PeerLedger",
    "PrivateWriteSet",
    "ReconciledPrivateData",
    "TransactionStatus",
]
