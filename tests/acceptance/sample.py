"""What the suite deploys: the chaincode `probe`, its policy and collections."""

from pathlib import Path

from counterfoil_network.deployment.chaincode import Chaincode
from counterfoil_network.deployment.source_package import package_sources
from counterfoil_protocol.collection import parse_collections_json

SOURCES = Path(__file__).parent / "chaincode" / "probe"
POLICY = "OutOf(2,'RegulatorMSP.peer','PortMSP.peer','BankAMSP.peer','BankBMSP.peer')"
_TWO = "OR('RegulatorMSP.member','BankAMSP.member')"
_EITHER = "OR('RegulatorMSP.peer','BankAMSP.peer')"
COLLECTIONS = f"""[
  {{"name": "open", "policy": "{_TWO}", "requiredPeerCount": 1, "maxPeerCount": 1,
    "endorsementPolicy": {{"signaturePolicy": "{_EITHER}"}}}},
  {{"name": "members", "policy": "{_TWO}", "requiredPeerCount": 1, "maxPeerCount": 1,
    "memberOnlyRead": true, "memberOnlyWrite": true,
    "endorsementPolicy": {{"signaturePolicy": "{_EITHER}"}}}},
  {{"name": "guarded", "policy": "{_TWO}", "requiredPeerCount": 0, "maxPeerCount": 1,
    "endorsementPolicy": {{"signaturePolicy": "AND('RegulatorMSP.peer','BankAMSP.peer')"}}}},
  {{"name": "short", "policy": "{_TWO}", "requiredPeerCount": 0, "maxPeerCount": 1, "blockToLive": 2,
    "endorsementPolicy": {{"signaturePolicy": "{_EITHER}"}}}},
  {{"name": "lonely", "policy": "OR('BankAMSP.member')", "requiredPeerCount": 1, "maxPeerCount": 1,
    "endorsementPolicy": {{"signaturePolicy": "OR('BankAMSP.peer')"}}}}
]"""


def probe() -> Chaincode:
    """The chaincode with its definition."""
    package = package_sources("probe_1", "probe.probe_chaincode:CHAINCODE", {"probe": SOURCES})
    return Chaincode("probe", "1", package, POLICY, parse_collections_json(COLLECTIONS))
