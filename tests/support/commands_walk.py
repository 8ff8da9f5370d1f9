"""A financing from consent to settlement by commands alone, as the people of a network type them.

Runs in the test's own process, each command as the shell would call it, on a network of either engine.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counterfoil_cli.application import application
from counterfoil_network.deployment import NetworkFolder
from counterfoil_network.identities import IdentityExists, issue_enterprise, load_enterprise
from typer.testing import CliRunner, Result

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
SELLER = "91440300MA5GF2614U"
DECLARATION = "224820260027322286"
STANDARD_FROM = "2026-01-01"


@dataclass(frozen=True, slots=True)
class People:
    """Whoever types commands against one network."""

    folder: Path

    def call(self, *arguments: str | Path, org: str = "", user: str = "") -> Result:
        """A command with its exit code and what it printed."""
        own = [*map(str, arguments), *(["--org", org] if org else []), *(["--user", user] if user else [])]
        environment = {"COUNTERFOIL_DIR": str(self.folder), "NO_COLOR": "1"}
        return CliRunner(env=environment).invoke(application(own), own)

    def say(self, *arguments: str | Path, org: str = "", user: str = "") -> Any:
        """A command that is to succeed, with `--json`; what it printed."""
        done = self.call(*arguments, "--json", org=org, user=user)
        assert done.exit_code == 0, f"{' '.join(map(str, arguments))}\n{done.output}{done.stderr}"
        return json.loads(done.stdout)

    def do(self, *arguments: str | Path, org: str = "", user: str = "") -> Any:
        """A submit that is to succeed; its answer."""
        return self.say(*arguments, org=org, user=user)["answer"]

    def refused(self, *arguments: str | Path, org: str = "", user: str = "") -> str:
        """A command that the contract is to refuse; the code, which both outputs tell."""
        done = self.call(*arguments, "--json", org=org, user=user)
        assert done.exit_code == 9, done.output
        code = str(json.loads(done.stdout)["error"]["code"])
        assert f"counterfoil: {code}: " in done.stderr
        return code

    def officers(self, *arguments: str | Path) -> Any:
        """What one officer of the regulator proposes and another confirms; what was confirmed."""
        proposed = self.do(*arguments, user="officer1", org="Regulator")["proposal"]
        group, name = str(arguments[0]), str(arguments[1])
        confirm = name.replace("freeze", "freeze-confirm").replace("propose", "confirm")
        assert self.refused(group, confirm, proposed, user="officer1", org="Regulator") == "SAME_PERSON"
        return self.do(group, confirm, proposed, user="officer2", org="Regulator")

    def act(self, *arguments: str | Path) -> Any:
        """An act that BankA's officer prepares and its approver confirms; the mark afterwards."""
        prepared = self.do("financing", *arguments, org="BankA", user="officer1")["act"]
        return self.do("financing", "confirm", prepared, org="BankA", user="approver1")["mark"]


def open_the_registry(people: People) -> None:
    """Secret, tables, roots and the enterprise, each by two officers; the declaration by customs."""
    crypto = NetworkFolder(people.folder).crypto
    people.do("parameter", "secret-contribute", org="Regulator", user="officer1")
    people.do("parameter", "secret-complete", org="Regulator", user="officer2")
    (root,) = crypto.glob("enterprises/*/ca/*-cert.pem")
    entries = people.officers(
        "parameter", "propose", "--standard-from", STANDARD_FROM, "--root", root,
        "--rate", "id=USD-CNY-fixing,source=USD,target=CNY,rate=7.1234,value_date=today",
        "--parameter", f"name=declaration_age_days,key=,effective_from={STANDARD_FROM},value=3650",
    )  # fmt: skip
    assert entries["entries"] > 10
    people.officers(
        "enterprise", "propose", "--enterprise", f"uscc={SELLER},name=Sample,enterprise_class=A,region=深圳"
    )
    people.do("declaration", "put", SAMPLES / "declaration-1.json")
    assert (
        people.say("declaration", "read", DECLARATION, user="customs")["versions"][0]["total"] == 10_000_000
    )


def consent_file(people: People, folder: Path, maximum: str) -> Path:
    """The enterprise signs, on its own machine, with its own key."""
    crypto = NetworkFolder(people.folder).crypto
    try:
        enterprise = issue_enterprise(crypto, SELLER, "Sample")
    except IdentityExists:
        enterprise = load_enterprise(crypto, SELLER)
    certificate, key, out = folder / "own.pem", folder / "own.key", folder / "invoice-1.consent"
    certificate.write_bytes(enterprise.chain[0])
    key.write_bytes(enterprise.identity.key)
    done = people.call(
        "consent", "sign", "--certificate", certificate, "--key", key, "--bank", "BankA",
        "--invoice", SAMPLES / "invoice-1.ubl.xml", "--declaration", DECLARATION,
        "--line", "invoice=0,invoice_amount=60000.00", "--maximum", maximum, "--out", out,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return out


def walk(people: People, folder: Path) -> None:
    """From an empty ledger to a loan in yuan on an invoice in dollars that ends at zero."""
    open_the_registry(people)
    seen = people.say(
        "consent", "view", consent_file(people, folder, "500000.00 CNY"), org="BankA", user="officer1"
    )
    assert [each["available"] for each in seen["seen"]["views"][0]["declarations"]] == [9_000_000]
    view = seen["answer"]["view"]
    terms = people.do(
        "financing", "terms", "--product", "DISCOUNT", "--branch", "Lujiazui", "--currency", "CNY",
        "--amount", "400,000.00", "--rate", "4.15", "--maturity", "2027-02-28", org="BankA", user="officer1",
    )["terms"]  # fmt: skip
    told = people.say("financing", "terms-read", terms, org="BankA", user="auditor")["terms"]
    assert (told["amount"], told["rate"]) == (40_000_000, 415)
    locked = people.do(
        "financing", "lock", view, "--terms", terms, "--pledge", "rate=USD-CNY-fixing",
        org="BankA", user="officer1",
    )["mark"]  # fmt: skip
    settle(people, locked)


def settle(people: People, mark: str) -> None:
    """Approve in part, pay out, take back from two sources; every figure read by somebody else."""
    again = people.call("financing", "approve", mark, "--amount", "300000.001", org="BankA", user="approver1")
    assert (again.exit_code, "CNY has 2 decimals" in again.stderr) == (2, True)
    approve = ("financing", "approve", mark, "--amount", "300000.00 CNY")
    dry = people.say(*approve, "--dry-run", org="BankA", user="approver1")["dry_run"]
    assert [each["state"] for each in (dry["before"], dry["after"])] == ["LOCKED", "APPROVED"]
    assert people.say("financing", "read", mark, org="BankA", user="auditor")["state"] == "LOCKED"
    people.do(*approve, org="BankA", user="approver1")
    loan = people.act(
        "disburse", mark, "--amount", "300000", "--value-date", "today", "--reference", "LN-4711"
    )
    assert (loan["state"], loan["drawn"]) == ("DISBURSED", 30_000_000)
    loan = people.act(
        "repay", mark, "--principal", "100000", "--source", "own-funds", "--value-date", "today"
    )
    assert (loan["state"], loan["repaid"]) == ("PARTIALLY_REPAID", 10_000_000)
    loan = people.act(
        "repay", mark, "--principal", "200000.00", "--source", "EXPORT_PROCEEDS",
        "--received", "28,100.00 USD", "--value-date", "today",
    )  # fmt: skip
    assert (loan["state"], loan["repaid"]) == ("SETTLED", 30_000_000)
    whole = people.say("audit", "document", "--declaration", DECLARATION, user="auditor", org="Regulator")
    pool = whole["pool"]
    assert (pool["locked"], pool["outstanding"], pool["collected"]) == (0, 0, 2_810_000)
    assert pool["available"] == (10_000_000 - 2_810_000) * 9 // 10
    assert [each["financing"]["state"] for each in whole["financings"]] == ["SETTLED"]
