"""What is deployed as `trade`: sources of this installation, collections of the channel's banks."""

from counterfoil_cli.trade_chaincode import ENTRY_POINT, trade_chaincode
from counterfoil_contracts.chaincode import CHAINCODE, NAME
from counterfoil_protocol.chaincode_package import parse_package

MSP_IDS = ("RegulatorMSP", "PortMSP", "BankAMSP", "BankBMSP")


def test_the_package_holds_the_entry_point() -> None:
    chaincode = trade_chaincode(MSP_IDS)
    package = parse_package(chaincode.package)
    module, _, attribute = ENTRY_POINT.partition(":")
    source = package.files()[f"src/{module.replace('.', '/')}.py"].decode()
    assert attribute in source
    assert CHAINCODE.contracts
    assert (chaincode.name, package.type) == (NAME, "python")


def test_every_bank_and_nobody_else_has_collections_of_its_own() -> None:
    names = {collection.name for collection in trade_chaincode(MSP_IDS).collections}
    assert {"authority", "terms_BankA", "terms_BankB", "marks_BankA", "marks_BankB"} <= names
    assert not [name for name in names if "Regulator" in name or "Port" in name]


def test_the_authorities_endorse_what_no_collection_decides() -> None:
    assert trade_chaincode(MSP_IDS).endorsement_policy == "AND('RegulatorMSP.peer','PortMSP.peer')"


def test_the_same_sources_make_the_same_package() -> None:
    assert trade_chaincode(MSP_IDS).package == trade_chaincode(MSP_IDS[::-1]).package
