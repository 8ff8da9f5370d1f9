"""The audit of an exported ledger: in a process of its own, on files alone.

`audit(folder)` proves what `counterfoil audit export` wrote, step by step, and gives a `Report` of findings;
`examine` gives what it read besides.
"""

from .audit import Examined, Progress, audit, examine
from .exported import Export, ExportError, ExportWriter, Manifest
from .verdict import Finding, Report, Verdict

__all__ = [
    "Examined",
    "Export",
    "ExportError",
    "ExportWriter",
    "Finding",
    "Manifest",
    "Progress",
    "Report",
    "Verdict",
    "audit",
    "examine",
]
