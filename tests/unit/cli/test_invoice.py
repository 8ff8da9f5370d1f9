"""`counterfoil invoice read`: the model in lines or JSON; exit code 1 and the field where it is refused."""

import json
from pathlib import Path

import pytest
from counterfoil_cli.invoice import app
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "samples" / "invoice-1.ubl.xml"


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["read", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def test_a_sample_is_printed() -> None:
    code, told, _ = run(SAMPLE)
    assert code == 0
    for part in ("UBL 2.1", "EXP-2610-279267", "70000.00 USD", "fingerprint", "export invoice  fit"):
        assert part in told
    assert "\x1b" not in told


def test_json_holds_minor_units() -> None:
    code, told, _ = run(SAMPLE, "--json")
    found = json.loads(told)
    assert code == 0
    assert found["totals"]["payable"] == 7_000_000
    assert found["seller"]["identifiers"] == ["91440300MA5GF2614U"]
    assert (found["fit_for_export_finance"], found["unfit_because"]) == (True, None)
    other = json.loads(run(ROOT / "samples" / "invoice-1.cii.xml", "--json")[1])
    assert found["fingerprint"] == other["fingerprint"]


@pytest.mark.parametrize("as_json", [False, True])
def test_what_is_refused_is_named(tmp_path: Path, *, as_json: bool) -> None:
    file = tmp_path / "credit.xml"
    file.write_text(SAMPLE.read_text(encoding="utf-8").replace(">380<", ">384<"), encoding="utf-8")
    code, told, complaint = run(file, *["--json"] * as_json)
    assert code == 1
    assert "credit.xml is not read: UNSUPPORTED: cbc:InvoiceTypeCode" in complaint
    if as_json:
        assert json.loads(told) == {"refused": "UNSUPPORTED", "field": "cbc:InvoiceTypeCode"}


def test_an_unfit_invoice_is_read_and_said_to_be_unfit(tmp_path: Path) -> None:
    file = tmp_path / "foreign.xml"
    text = SAMPLE.read_text(encoding="utf-8").replace("91440300MA5GF2614U", "57151520")
    file.write_text(text, encoding="utf-8")
    code, told, _ = run(file)
    assert code == 0
    assert "not fit: SELLER_CODE_INVALID: seller.legal" in told


def test_a_file_that_is_not_there_is_a_wrong_command_line(tmp_path: Path) -> None:
    assert run(tmp_path / "nothing.xml")[0] == 2
