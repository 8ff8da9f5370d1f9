"""Who acts: found by role where one person alone holds it, asked for by name where several do."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from counterfoil_cli.trade.person import Asked, NobodyKnown, find_person, holders, named_person, open_journal
from counterfoil_contracts.core.roles import BANK_APPROVER, BANK_OFFICER, CUSTOMS_ORACLE, REGULATOR_OFFICER
from counterfoil_protocol.identity import attribute_extension
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

KEY = ec.generate_private_key(ec.SECP256R1())
KEY_PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
BANK = {"officer1": "bank.officer", "officer2": "bank.officer", "approver1": "bank.approver"}
PEOPLE = {
    "BankA": BANK,
    "BankB": BANK,
    "Port": {"customs": "customs.oracle", "officer1": "regulator.officer"},
}


def certificate(role: str) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a" * 32)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(attribute_extension({"role": role}), critical=False)
    )
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("network")
    (found / "connections").mkdir()
    for name, people in PEOPLE.items():
        users = {
            user: {"cert": {"pem": certificate(role)}, "key": {"pem": KEY_PEM}}
            for user, role in people.items()
        }
        own = {"mspid": f"{name}MSP", "peers": ["peer0"], "users": users}
        profile = {"client": {"organization": name}, "organizations": {name: own}, "peers": {}}
        (found / "connections" / f"{name}.json").write_text(json.dumps(profile))
    return found


def test_the_only_holder_of_a_role_is_found(folder: Path) -> None:
    person = find_person(Asked(folder), (CUSTOMS_ORACLE,))
    assert (person.name, person.journal) == ("Port customs", folder / "journals" / "Port-customs.journal")
    assert find_person(Asked(folder, "BankB"), (BANK_APPROVER,)).name == "BankB approver1"


def test_a_role_counts_from_its_own_msp_alone(folder: Path) -> None:
    """The port's certificate that says regulator.officer is none."""
    with pytest.raises(NobodyKnown, match=r"nobody here holds the role regulator\.officer"):
        find_person(Asked(folder), (REGULATOR_OFFICER,))
    assert holders(Asked(folder), (REGULATOR_OFFICER,)) == ()


def test_where_several_could_act_they_are_named(folder: Path) -> None:
    with pytest.raises(NobodyKnown) as caught:
        find_person(Asked(folder, "BankA"), (BANK_OFFICER,))
    assert str(caught.value) == (
        "who acts? It takes bank.officer: write --org BankA --user officer1; --org BankA --user officer2"
    )
    assert find_person(Asked(folder, "BankA", "officer2"), (BANK_OFFICER,)).user == "officer2"
    with pytest.raises(NobodyKnown, match=r"--user: 'nobody': it takes bank\.officer: write --org BankA"):
        find_person(Asked(folder, user="nobody"), (BANK_OFFICER,))
    with pytest.raises(NobodyKnown, match="write one of BankA, BankB, Port"):
        find_person(Asked(folder, "BankC"), (BANK_OFFICER,))


def test_whoever_is_named_in_full_is_left_to_the_contract(folder: Path) -> None:
    """The contract refuses the role; the command does not guess what a certificate may be good for."""
    assert find_person(Asked(folder, "BankA", "officer1"), (BANK_APPROVER,)).user == "officer1"
    assert named_person(Asked(folder, "BankA", "officer1")).options == "--org BankA --user officer1"


def test_a_profile_alone_does(folder: Path, tmp_path: Path) -> None:
    asked = Asked(tmp_path, profile=folder / "connections" / "Port.json", journal=tmp_path / "own.journal")
    assert find_person(asked, (CUSTOMS_ORACLE,)).journal == tmp_path / "own.journal"
    with pytest.raises(NobodyKnown, match="state --dir or --profile"):
        find_person(Asked(tmp_path), (CUSTOMS_ORACLE,))


def test_journals_are_their_owners_alone(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journals" / "BankA-officer1.journal") as journal:
        assert (tmp_path / "journals").stat().st_mode & 0o777 == 0o700
        assert journal.path.stat().st_mode & 0o777 == 0o600
