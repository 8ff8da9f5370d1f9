"""What a chaincode process is told by its environment; what it says when its module will not load."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from counterfoil_chaincode.entry_point import EntryPointError, load_chaincode
from counterfoil_chaincode.launched import LaunchSettings
from counterfoil_chaincode.service import ServiceSettings
from counterfoil_chaincode.settings import SettingsError, checked_address, switched_on

SERVICE = {"CHAINCODE_SERVER_ADDRESS": "127.0.0.1:0", "CHAINCODE_ID": "c:1"}
LAUNCHED = {"CORE_PEER_ADDRESS": "127.0.0.1:1", "CORE_CHAINCODE_ID_NAME": "c:1"}
PRINTS = """
import sys, time
from counterfoil_chaincode.settings import start_log
start_log()
print("at once")
time.sleep(60)
"""


# Go's strconv.ParseBool, which Fabric's samples and shims ask; a word it does not know means no plain text.
@pytest.mark.parametrize(
    ("word", "on"),
    [*((word, True) for word in ("1", "t", "T", "TRUE", "true", "True")), ("", True)]
    + [(word, False) for word in ("0", "f", "F", "FALSE", "false", "False")],
)
def test_a_switch_is_read_as_go_reads_it(word: str, on: bool) -> None:
    assert switched_on({"SWITCH": word}, "SWITCH", default=True) is on


@pytest.mark.parametrize("word", ["no", "maybe", "fAlse", "off", " false"])
def test_a_switch_that_cannot_be_read_is_refused(word: str) -> None:
    with pytest.raises(SettingsError, match="CHAINCODE_TLS_DISABLED must be true or false, not"):
        ServiceSettings.from_environment(SERVICE | {"CHAINCODE_TLS_DISABLED": word})
    with pytest.raises(SettingsError, match="CORE_PEER_TLS_ENABLED must be true or false, not"):
        LaunchSettings.from_environment(LAUNCHED | {"CORE_PEER_TLS_ENABLED": word})


def test_tls_is_on_for_every_word_that_says_so() -> None:
    with pytest.raises(SettingsError, match="must be set for TLS"):
        ServiceSettings.from_environment(SERVICE | {"CHAINCODE_TLS_DISABLED": "0"})
    with pytest.raises(SettingsError, match="CORE_PEER_TLS_ROOTCERT_FILE"):
        LaunchSettings.from_environment(LAUNCHED | {"CORE_PEER_TLS_ENABLED": "1"})


@pytest.mark.parametrize("address", ["nonsense", "host:", "host:65536", "host:-1", "host:²", "a://b", ""])
def test_an_address_without_a_port_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="ADDRESS must be host:port"):
        checked_address("ADDRESS", address)


@pytest.mark.parametrize("address", ["host:1", ":9999", "[::1]:65535", "127.0.0.1:0"])
def test_an_address_with_a_port_is_taken(address: str) -> None:
    assert checked_address("ADDRESS", address) == address


def test_what_a_contract_prints_is_in_the_log_at_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as output, subprocess.Popen([sys.executable, "-c", PRINTS], stdout=output) as process:
        deadline = time.monotonic() + 50
        while not log.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        found = log.read_text()
        process.kill()
    assert found == "at once\n"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def (:", r"SyntaxError: invalid syntax at .*broken\.py, line 1"),
        ("\nx = 1 / 0", r"ZeroDivisionError: division by zero at .*broken\.py, line 2"),
        ("import sys\nsys.exit(3)", r"SystemExit: 3 at .*broken\.py, line 2"),
        ("import nosuchmodule", "there is no module nosuchmodule"),
        ("from json import absent", r"ImportError: .* at .*broken\.py, line 1"),
        (
            "from counterfoil_chaincode.chaincode import Chaincode\nCHAINCODE = Chaincode([])",
            r"ValueError: a chaincode needs a contract at .*broken\.py, line 2",
        ),
        ("CHAINCODE = 'text'", "is a str, not a Chaincode"),
        ("x = 1", "the module has no CHAINCODE"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told_with_the_place(
    source: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken", raising=False)
    with pytest.raises(EntryPointError, match=told):
        load_chaincode("broken:CHAINCODE")
