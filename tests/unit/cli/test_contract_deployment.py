"""`counterfoil contracts package` and `deploy`: what a package holds, and what is refused."""

import json
from pathlib import Path

import pytest
from counterfoil_cli import loading
from counterfoil_cli.contracts import app
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_protocol.chaincode_package import parse_package
from typer.testing import CliRunner, Result

SOURCE = """from counterfoil_chaincode.chaincode import Chaincode
from counterfoil_chaincode.contract_api import Context, Contract, submit

class Shelf(Contract):
    "Shelves."

    @submit
    def put(self, context: Context, number: int) -> None:
        "Put something there."

CHAINCODE = Chaincode([Shelf()])
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def module(tmp_path: Path) -> Path:
    file = tmp_path / "shelf.py"
    file.write_text(SOURCE)
    return file


def test_a_file_is_packaged_with_its_entry_point(module: Path, tmp_path: Path) -> None:
    result = run("package", module, tmp_path / "one.tar.gz")
    package = parse_package((tmp_path / "one.tar.gz").read_bytes())
    assert result.exit_code == ExitCode.DONE
    assert result.output == f"{tmp_path / 'one.tar.gz'}: {package.package_id}\n"
    assert (package.type, package.label) == ("python", "shelf_1.0")
    assert package.files() == {
        "chaincode.json": b'{"entry_point":"shelf:CHAINCODE"}',
        "src/shelf.py": SOURCE.encode(),
    }
    run("package", module, tmp_path / "two.tar.gz")
    assert (tmp_path / "two.tar.gz").read_bytes() == (tmp_path / "one.tar.gz").read_bytes()


@pytest.mark.parametrize(("file", "entry_point"), [("chaincode.py", "shop.chaincode"), ("other.py", "shop")])
def test_a_folder_is_packaged_whole(tmp_path: Path, file: str, entry_point: str) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    for each in ("__init__.py", file):
        (shop / each).write_text(SOURCE)
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


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import nosuch\n", "ModuleNotFoundError at shelf.py:1: No module named 'nosuch'"),
        ("\nCHAINCODE = (\n", "SyntaxError at shelf.py:2: '(' was never closed"),
        ("", "the module has no CHAINCODE"),
        ("CHAINCODE = 3\n", "is a int, not a Chaincode"),
        ("import sys\n\nsys.exit(3)\n", "SystemExit at shelf.py:3: 3"),
        ("import os\nos._exit(9)\n", "the process ended with code 9"),
        ("def inner():\n    raise KeyError('x')\n\ninner()\n", "KeyError at shelf.py:2: 'x'"),
        ("import os\nos.nosuch\n", "AttributeError at shelf.py:2: module 'os' has no attribute 'nosuch'"),
        ("x = '\xff'\n", "SyntaxError at shelf.py:"),
        (SOURCE.replace("number: int", "number: float"), "TypeError at shelf.py:"),
    ],
)
def test_what_cannot_be_loaded_is_refused_in_one_line(
    module: Path, tmp_path: Path, source: str, told: str
) -> None:
    module.write_text(source, encoding="latin-1")
    packaged = run("package", module, tmp_path / "one.tar.gz")
    assert packaged.exit_code == ExitCode.CONFIGURATION
    assert not (tmp_path / "one.tar.gz").exists()
    assert packaged.stderr.startswith("counterfoil: NOT_LOADABLE: ")
    assert told in packaged.stderr
    assert packaged.stderr.count("\n") == 1
    # No network runs there: it does not come so far.
    deployed = run("deploy", module, "--dir", tmp_path / "absent")
    assert (deployed.exit_code, deployed.stderr) == (ExitCode.ENGINE_FAILED, packaged.stderr)


def test_what_lies_beside_the_sources_is_not_found(module: Path, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("")
    module.write_text("import beside\n" + SOURCE)
    result = run("package", module, tmp_path / "one.tar.gz")
    assert "No module named 'beside'; a chaincode finds what is packaged with it" in result.stderr


def test_a_chaincode_sees_nothing_of_the_owners_environment(
    module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNERS_PASSWORD", "secret")
    module.write_text("import os\nassert 'OWNERS_PASSWORD' not in os.environ\n" + SOURCE)
    result = run("package", module, tmp_path / "one.tar.gz")
    assert result.exit_code == ExitCode.DONE, result.stderr


def test_loading_may_not_take_for_ever(module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LOAD_SECONDS", 1.0)
    module.write_text("while True:\n    pass\n")
    assert "is not loaded after 1 s" in run("package", module, tmp_path / "one.tar.gz").stderr


def test_what_a_chaincode_leaves_running_does_not_keep_the_command(module: Path, tmp_path: Path) -> None:
    module.write_text("import threading\nthreading.Thread(target=threading.Event().wait).start()\n" + SOURCE)
    assert run("package", module, tmp_path / "one.tar.gz").exit_code == ExitCode.DONE


def test_the_name_of_a_module_that_every_chaincode_needs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text(SOURCE)
    result = run("deploy", tmp_path / "msgspec.py")
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "NAME_TAKEN" in result.stderr
    assert "rename it" in result.stderr


@pytest.mark.parametrize("options", [["--policy", "nonsense"], ["--version", ""]])
def test_a_definition_that_cannot_be_followed(module: Path, tmp_path: Path, options: list[str]) -> None:
    result = run("deploy", module, "--dir", tmp_path / "absent", *options)
    assert result.exit_code == ExitCode.CONFIGURATION
    assert options[0].strip("-") in result.stderr


def test_a_folder_that_is_not_there(module: Path, tmp_path: Path) -> None:
    result = run("package", module, tmp_path / "absent" / "one.tar.gz")
    assert result.exit_code == ExitCode.CONFIGURATION
    assert f"{tmp_path / 'absent' / 'one.tar.gz'} cannot be written" in result.stderr


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "host:99999",
        "host:0",
        "host:+1",
        ":9999",
        "http://h:1",
        "ho st:1",
        "h..x:1",
        "[::g]:1",
    ],
)
def test_an_address_that_no_peer_can_dial(module: Path, tmp_path: Path, address: str) -> None:
    result = run("package", module, tmp_path / "service.tar.gz", "--address", address)
    assert result.exit_code == ExitCode.USAGE
    assert "no host:port" in result.stderr
    assert not (tmp_path / "service.tar.gz").exists()


@pytest.mark.parametrize("address", ["asset_service:7052", "127.0.0.1:1", "[::1]:65535", "a-b.example:9999"])
def test_an_address_that_a_peer_can_dial(module: Path, tmp_path: Path, address: str) -> None:
    assert (
        run("package", module, tmp_path / "service.tar.gz", "--address", address).exit_code == ExitCode.DONE
    )


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        (["--tls"], "--tls"),
        (["--address", "shelf.example:9999", "--entry-point", "shelf:CHAINCODE"], "--entry-point"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(
    module: Path, tmp_path: Path, options: list[str], refused: str
) -> None:
    result = run("package", module, tmp_path / "one.tar.gz", *options)
    assert result.exit_code == ExitCode.USAGE
    assert refused in result.stderr
