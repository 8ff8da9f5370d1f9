"""Whether a bank may do a business in an enterprise's region: the parameter `admission`. Pure."""

from . import tables
from .operations import Enterprise
from .tables import Day


def is_admitted(scenario: str, bank: str, enterprise: Enterprise | None, day: Day) -> bool:
    """Whether a bank (its MSP ID) is admitted to a scenario in the region of an enterprise.

    One that the directory does not know, or has no region for, is in the region `NONE`.
    """
    region = enterprise.region if enterprise is not None and enterprise.region else "NONE"
    keys = (f"{scenario}/{region}/{bank}", f"{scenario}/ALL/{bank}", f"{scenario}/{region}", scenario)
    return tables.parameter(day.tables, day.today, "admission", *keys) == 1
