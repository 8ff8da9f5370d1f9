"""Fabric's contract API in Python: classes with decorated, typed functions."""

from .context import Context
from .contract import Contract
from .decorators import evaluate, submit, transaction

__all__ = ["Context", "Contract", "evaluate", "submit", "transaction"]
