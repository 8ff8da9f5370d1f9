"""The check of contracts' sources: ten rules on what Fabric punishes. docs/chaincode.md tells its limits."""

from .checker import Report, check_path
from .finding import Finding
from .rules import CONTRACT_RULES, Rule

__all__ = ["CONTRACT_RULES", "Finding", "Report", "Rule", "check_path"]
