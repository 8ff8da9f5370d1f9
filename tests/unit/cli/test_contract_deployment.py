"""`counterfoil contracts package` and `deploy`: what a package holds, and what is refused."""

import json
from pathlib import Path

import pytest
from counterfoil_cli.contracts import app
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_protocol.chaincode_package import parse_package
from typer.testing import CliRunner, Result


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def module(tmp_path: Path) -> Path:
    file = tmp_path / "shelf.py"
    file.write_text("CHAINCODE = None\n")
    return file


def test_a_file_is_packaged_with_its_entry_point(module: Path, tmp_path: Path) -> None:
    result = run("package", module, tmp_path / "one.tar.gz")
    package = parse_package((tmp_path / "one.tar.gz").read_bytes())
    assert result.exit_code == ExitCode.DONE
    assert result.output == f"{tmp_path / 'one.tar.gz'}: {package.package_id}\n"
    assert (package.type, package.label) == ("python", "shelf_1.0")
    assert package.files() == {
        "chaincode.json": b'{"entry_point":"shelf:CHAINCODE"}',
        "src/shelf.py": b"CHAINCODE = None\n",
    }
    run("package", module, tmp_path / "two.tar.gz")
    assert (tmp_path / "two.tar.gz").read_bytes() == (tmp_path / "one.tar.gz").read_bytes()


@pytest.mark.parametrize(("file", "entry_point"), [("chaincode.py", "shop.chaincode"), ("other.py", "shop")])
def test_a_folder_is_packaged_whole(tmp_path: Path, file: str, entry_point: str) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "__init__.py").write_text("")
    (shop / file).write_text("")
    run("package", shop, tmp_path / "shop.tar.gz", "--version", "2.1")
    package = parse_package((tmp_path / "shop.tar.gz").read_bytes())
    assert package.label == "shop_2.1"
    assert json.loads(package.files()["chaincode.json"]) == {"entry_point": f"{entry_point}:CHAINCODE"}
    assert f"src/shop/{file}" in package.files()


def test_a_service_is_packaged_by_its_address(module: Path, tmp_path: Path) -> None:
    run("package", module, tmp_path / "service.tar.gz", "--address", "shelf.example:9999")
    package = parse_package((tmp_path / "service.tar.gz").read_bytes())
    assert package.type == "ccaas"
    assert json.loads(package.files()["connection.json"])["address"] == "shelf.example:9999"


def test_the_peers_builder_fills_in_the_keys_of_a_service_with_tls(module: Path, tmp_path: Path) -> None:
    path = tmp_path / "service.tar.gz"
    run("package", module, path, "--address", "shelf.example:9999", "--tls")
    connection = json.loads(parse_package(path.read_bytes()).files()["connection.json"])
    assert connection["address"] == "shelf.example:9999"
    assert connection["tls_required"]
    assert connection["client_auth_required"]
    assert all(
        connection[field] == f"{{{{.{field}}}}}" for field in ("root_cert", "client_cert", "client_key")
    )


def test_an_entry_point_that_is_not_in_the_sources(module: Path, tmp_path: Path) -> None:
    result = run("package", module, tmp_path / "one.tar.gz", "--entry-point", "other:CHAINCODE")
    assert result.exit_code == ExitCode.CONFIGURATION
    assert not (tmp_path / "one.tar.gz").exists()


def test_without_a_network_nothing_is_deployed(module: Path, tmp_path: Path) -> None:
    assert run("deploy", module, "--dir", tmp_path / "absent").exit_code == ExitCode.NOT_RUNNING


def test_collections_that_cannot_be_read(module: Path, tmp_path: Path) -> None:
    (tmp_path / "collections.json").write_text('[{"nme": "x"}]')
    result = run("deploy", module, "--collections", tmp_path / "collections.json")
    assert result.exit_code == ExitCode.CONFIGURATION
