"""The audit of an exported ledger: in a process of its own, on files alone.

`audit(folder)` proves what `counterfoil audit export` wrote, step by step, and gives a `Report` of findings.
"""

from .audit import audit
from .exported import Export, ExportError, ExportWriter, Manifest
from .verdict import Finding, Report, Verdict

__all__ = [
    "Export",
    "ExportError",
    "ExportWriter",
    "Finding",
    "Manifest",
    "Report",
    "Verdict",
    "audit",
]
