"""The three external-builder programs, run as a peer runs them."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from counterfoil_network.deployment.source_package import service_package
from counterfoil_network.fabric import plans
from counterfoil_network.fabric.chaincode_link import builder_configuration, make_link
from counterfoil_network.fabric.layout import ServiceFiles
from counterfoil_protocol.chaincode_package import CODE_FILE, METADATA_FILE, build_package, read_archive

BIN = Path(plans.__file__).parent / "builder" / "bin"
PACKAGE = service_package(
    build_package("asset_1.0", "python", {"chaincode.json": b"{}", "src/a.py": b"pass"})
)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """What the peer unpacks: source/, metadata/, and empty output/ and release/."""
    files = read_archive(PACKAGE)
    content = {f"source/{name}": data for name, data in read_archive(files[CODE_FILE]).items()}
    for name, data in {**content, f"metadata/{METADATA_FILE}": files[METADATA_FILE]}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    for name in ("output", "release"):
        (tmp_path / name).mkdir()
    return tmp_path


def run(program: str, folder: Path, *names: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", str(BIN / program), *(str(folder / name) for name in names)],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def link(folder: Path) -> ServiceFiles:
    files = ServiceFiles(folder / "chaincode")
    make_link(files, "BankA")
    return files


def released(folder: Path, **variables: str) -> dict[str, object]:
    assert run("build", folder, "source", "metadata", "output", **variables).returncode == 0
    assert run("release", folder, "output", "release").returncode == 0
    path = folder / "release" / "chaincode" / "server" / "connection.json"
    assert not path.stat().st_mode & 0o077, "it holds the peer's key"
    document: dict[str, object] = json.loads(path.read_text())
    return document


def test_only_chaincode_as_a_service_is_detected(installed: Path) -> None:
    assert run("detect", installed, "source", "metadata").returncode == 0
    (installed / "metadata" / METADATA_FILE).write_text('{"type":"golang","label":"ccaas"}')
    assert run("detect", installed, "source", "metadata").returncode != 0


def test_the_peer_s_own_configuration_fills_the_package_s_fields(installed: Path) -> None:
    files = link(installed)
    configuration = builder_configuration(files, "127.0.0.1:7100")
    document = released(installed, CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG=configuration)
    assert document == {
        "address": "127.0.0.1:7100",
        "dial_timeout": "10s",
        "tls_required": True,
        "client_auth_required": True,
        "root_cert": (files.tls / "ca.crt").read_text(),
        "client_cert": (files.tls / "client.crt").read_text(),
        "client_key": (files.tls / "client.key").read_text(),
    }


def test_an_address_of_the_label_goes_before_the_configuration_s(installed: Path) -> None:
    (installed / "addresses").mkdir()
    (installed / "addresses" / "asset_1.0").write_text("127.0.0.1:7200")
    document = released(
        installed,
        CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG=builder_configuration(link(installed), "127.0.0.1:7100"),
        COUNTERFOIL_CHAINCODE_ADDRESSES=str(installed / "addresses"),
    )
    assert document["address"] == "127.0.0.1:7200"


def test_a_field_that_the_configuration_does_not_state_fails_the_build(installed: Path) -> None:
    done = run("build", installed, "source", "metadata", "output", CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG="{}")
    assert done.returncode != 0
    assert "does not state" in done.stderr
    assert not (installed / "output" / "connection.json").exists()


def test_the_link_is_kept_while_it_is_good(tmp_path: Path) -> None:
    files = link(tmp_path)
    before = (files.tls / "client.crt").read_bytes()
    make_link(files, "BankA")
    assert (files.tls / "client.crt").read_bytes() == before
    assert not list(files.tls.glob("**/*_sk")), "the authority's key is thrown away"
