"""The chaincode `trade` as it is deployed on a network: package, endorsement policy and collections."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import counterfoil_contracts
from counterfoil_contracts.collections import ENDORSEMENT_POLICY, collections, departed_banks
from counterfoil_contracts.core.roles import PORT, REGULATOR
from counterfoil_network.deployment.chaincode import Chaincode
from counterfoil_network.deployment.source_package import package_sources

NAME = "trade"
ENTRY_POINT = "counterfoil_contracts.chaincode:CHAINCODE"


def trade_package(sources: Path | None = None) -> bytes:
    """The package with the trade contracts of this installation, or of another folder of the same layout."""
    folder = sources or Path(counterfoil_contracts.__file__).parent
    return package_sources(f"{NAME}_{version('counterfoil')}", ENTRY_POINT, {"counterfoil_contracts": folder})


def trade_chaincode(msp_ids: Sequence[str], earlier: Sequence[str] = ()) -> Chaincode:
    """What a channel of these peer organisations (MSP IDs) gets; all but the two authorities are banks.

    `earlier` names the collections of the definition in force: those of banks that have left stay.
    """
    banks = [msp_id for msp_id in msp_ids if msp_id not in {REGULATOR, PORT}]
    defined = collections(banks, departed_banks(earlier, msp_ids))
    return Chaincode(NAME, version("counterfoil"), trade_package(), ENDORSEMENT_POLICY, tuple(defined))
