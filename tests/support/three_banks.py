"""A network with a third bank: the project's own configuration files with BankC made after BankB."""

import json
from pathlib import Path
from typing import Any

import yaml
from running_network import ROOT

MSP_IDS = ("RegulatorMSP", "PortMSP", "BankAMSP", "BankBMSP", "BankCMSP")


def write_three_banks(folder: Path, batch_timeout: str = "") -> tuple[Path, Path]:
    """Write both files; gives configtx and crypto-config. `batch_timeout` is the orderer's, as `50ms`."""
    configtx, crypto = folder / "configtx.yaml", folder / "crypto-config.yaml"
    document: dict[str, Any] = yaml.safe_load((ROOT / "configtx.yaml").read_text())
    for profile in document["Profiles"].values():
        # What stands behind one anchor is one object for all who name it.
        organisations = [each for each in profile["Application"]["Organizations"] if each["Name"] != "BankC"]
        third = _third(next(each for each in organisations if each["Name"] == "BankB"))
        third["AnchorPeers"] = [{"Host": "127.0.0.1", "Port": 11_051}]
        profile["Application"] = {**profile["Application"], "Organizations": [*organisations, third]}
        if batch_timeout:
            profile["Orderer"] = {**profile["Orderer"], "BatchTimeout": batch_timeout}
    configtx.write_text(yaml.safe_dump(document))
    identities: dict[str, Any] = yaml.safe_load((ROOT / "crypto-config.yaml").read_text())
    bank = next(each for each in identities["PeerOrgs"] if each["Name"] == "BankB")
    identities["PeerOrgs"] = [*identities["PeerOrgs"], _third(bank)]
    crypto.write_text(yaml.safe_dump(identities))
    return configtx, crypto


def _third(bank: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(bank).replace("BankB", "BankC").replace("bankb", "bankc")
    found: dict[str, Any] = json.loads(text)
    return found
