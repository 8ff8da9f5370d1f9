"""Fabric's shim: one stream to a peer, and the stub through which a contract reaches the ledger."""

from .iterators import KeyModification, KeyValue, Page, QueryIterator
from .stub import ChaincodeStub

__all__ = ["ChaincodeStub", "KeyModification", "KeyValue", "Page", "QueryIterator"]
