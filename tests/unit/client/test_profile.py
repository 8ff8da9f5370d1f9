"""Connection profiles."""

import json
from pathlib import Path
from typing import Any

import pytest
from counterfoil import ConnectionProfile, Gateway

HOST = "peer0.banka.counterfoil.example"


@pytest.fixture
def document(peer: Any, user: Any, tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "crypto").mkdir()
    (tmp_path / "connections").mkdir()
    (tmp_path / "crypto" / "cert.pem").write_bytes(user.certificate)
    (tmp_path / "crypto" / "key.pem").write_bytes(user.key)
    return {
        "name": "trade-BankA",
        "version": "1.0.0",
        "client": {"organization": "BankA"},
        "organizations": {
            "BankA": {
                "mspid": "BankAMSP",
                "peers": [HOST],
                "users": {
                    "officer": {"cert": {"path": "../crypto/cert.pem"}, "key": {"path": "../crypto/key.pem"}}
                },
            }
        },
        "peers": {
            HOST: {
                "url": f"grpcs://{peer.address}",
                "tlsCACerts": {"pem": peer.tls_root.decode()},
                "grpcOptions": {"ssl-target-name-override": HOST},
            }
        },
    }


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(document: dict[str, Any]) -> Path:
        path = tmp_path / "connections" / "BankA.json"
        path.write_text(json.dumps(document))
        return path

    return written


def test_a_profile_and_a_name_are_enough_to_connect(
    document: dict[str, Any], write: Any, user: Any, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: Any
) -> None:
    path = write(document)
    # Paths in the profile start at the profile, wherever the program runs.
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with Gateway.from_profile(path, "officer") as connected:
        assert connected.identity.certificate == user.certificate
        assert connected.peer_msp_id == "BankAMSP"
        assert connected.network("trade").contract("asset").evaluate("read") == b"read"


def test_a_profile_tells_its_users(document: dict[str, Any], write: Any) -> None:
    profile = ConnectionProfile.read(write(document))
    assert (profile.organization, profile.msp_id, profile.users) == ("BankA", "BankAMSP", ("officer",))


def test_an_unknown_user_is_told_with_those_there_are(document: dict[str, Any], write: Any) -> None:
    with pytest.raises(ValueError, match="no user 'approver'; it has officer"):
        Gateway.from_profile(write(document), "approver")


@pytest.mark.parametrize(
    "missing",
    [
        "client.organization",
        "organizations.BankA",
        "organizations.BankA.mspid",
        "organizations.BankA.users.officer.key",
        f"peers|{HOST}",
        f"peers|{HOST}|url",
        f"peers|{HOST}|tlsCACerts",
    ],
)
def test_what_a_profile_lacks_is_named(document: dict[str, Any], write: Any, missing: str) -> None:
    *parents, last = missing.split("|" if "|" in missing else ".")
    entry = document
    for name in parents:
        entry = entry[name]
    del entry[last]
    with pytest.raises(ValueError, match=last):
        Gateway.from_profile(write(document), "officer")


def test_an_address_of_another_kind_is_refused(document: dict[str, Any], write: Any) -> None:
    document["peers"][HOST]["url"] = "https://127.0.0.1:7051"
    with pytest.raises(ValueError, match="grpc:// nor grpcs://"):
        Gateway.from_profile(write(document), "officer")
