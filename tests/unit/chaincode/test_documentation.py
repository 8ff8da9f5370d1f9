"""docs/chaincode.md says what is so."""

import importlib
import re
from pathlib import Path

from counterfoil_chaincode.check import CONTRACT_RULES
from counterfoil_chaincode.shim.stub import ChaincodeStub

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "chaincode.md").read_text()


def test_the_first_contract_is_the_sample() -> None:
    first = re.search(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert first is not None
    assert first[1] == (ROOT / "samples" / "asset.py").read_text()


def test_the_first_contract_has_fifteen_lines_of_code() -> None:
    lines = (ROOT / "samples" / "asset.py").read_text().splitlines()
    code = [line for line in lines if line.strip() and not line.strip().startswith('"""')]
    assert len(code) <= 15


def test_the_pages_table_has_the_rules_in_their_order() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \|", PAGE, flags=re.MULTILINE)
    assert listed == [rule.id for rule in CONTRACT_RULES]


def test_everything_is_where_the_page_says() -> None:
    rows = re.findall(r"^\| `(counterfoil_[a-z_.]+)` \| (.*) \|$", PAGE, flags=re.MULTILINE)
    assert len(rows) == 9
    for module, names in rows:
        found = importlib.import_module(module)
        listed = re.findall(r"`([A-Za-z_]+)`", names)
        assert [name for name in listed if not hasattr(found, name)] == [], module


def test_what_the_page_names_is_there() -> None:
    named = {*re.findall(r"`((?:tests|samples|benchmarks)/[^`*. ]+(?:\.py)?)`", PAGE)}
    assert len(named) > 12
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    functions = set(
        re.findall(r"`(?:stub\.)?([gscpiad][a-z]+_[a-z_]+)`", PAGE.partition("## Beside Fabric's own")[2])
    )
    assert "get_multiple_private_data" in functions
    known = {*dir(ChaincodeStub), "context_type", "serializer"}
    assert functions <= known


def test_fabrics_own_peers_answer_every_method_of_the_stub() -> None:
    """Each is called by a chaincode that the acceptance suite, or the asset's tests, run on Fabric."""
    chaincodes = (
        ROOT / "tests" / "acceptance" / "chaincode" / "probe" / "probe_chaincode.py",
        ROOT / "tests" / "engine" / "chaincodes" / "asset" / "asset_chaincode.py",
    )
    called = "".join(path.read_text() for path in chaincodes)
    # The runtime's own, for a function that is only evaluated, and what only the runtime and the kit read.
    own = {"forbid_writes", "event", "failure", "timestamp"}
    public = {name for name in dir(ChaincodeStub) if not name.startswith("_")} - own
    assert [name for name in sorted(public) if f".{name}" not in called] == []
