"""The trade operations by commands alone, on the embedded engine; `tests/fabric` walks the same on Fabric."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands_walk import DECLARATION, SAMPLES, SELLER, People, consent_file, walk
from counterfoil_cli.trade_chaincode import trade_chaincode
from running_network import running_network
from trade_ready import MSP_IDS

TERMS = (
    "financing", "terms", "--product", "DISCOUNT", "--branch", "Lujiazui", "--currency", "USD",
    "--amount", "1000", "--rate", "4", "--maturity", "2027-02-28",
)  # fmt: skip
PATIENCE_SECONDS = 60
OFFICER = {"org": "BankA", "user": "officer1"}
APPROVER = {"org": "BankA", "user": "approver1"}

KILLED = """
import os, signal, sys
from counterfoil import _drivers
from counterfoil.trade import Journal
instant = sys.argv.pop(1)
unary, append = _drivers._unary, Journal._append

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def appended(journal, entry):
    append(journal, entry)
    if instant == entry.state.value:
        die()

def call(channel, step):
    def sent(request, timeout):
        reply = unary(channel, step)(request, timeout=timeout)
        if instant == "submitted" and step.request.__name__ == "SubmitRequest":
            die()
        return reply
    return sent

_drivers._unary, Journal._append = call, appended
from counterfoil_cli.main import main
main()
"""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """On a ledger on which one loan was settled already, by commands alone."""
    folder = tmp_path_factory.mktemp("network")
    with running_network(folder, trade_chaincode(MSP_IDS)):
        found = People(folder)
        walk(found, tmp_path_factory.mktemp("papers"))
        yield found


@pytest.fixture
def view(people: People, tmp_path: Path) -> str:
    seen = people.say("consent", "view", consent_file(people, tmp_path, "2000.00 USD"), **OFFICER)
    return str(seen["answer"]["view"])


def killed(people: People, instant: str, *arguments: str) -> None:
    """A command killed when its journal says so, or when its transaction was submitted."""
    environment = os.environ | {"COUNTERFOIL_DIR": str(people.folder)}
    command = [sys.executable, "-c", KILLED, instant, *arguments, "--org", "BankA", "--user", "officer1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_a_killed_command_is_resumed_and_nothing_is_doubled(people: People) -> None:
    """`tests/engine/test_sdk_trade.py` kills the client beneath at every instant."""
    killed(people, "prepared", *TERMS)
    told = people.say("resume")["resumed"]
    assert [(each["person"], each["operation"]) for each in told] == [
        ("BankA officer1", "export_invoice:terms.put")
    ]
    assert told[0]["ending"].startswith("done")
    assert people.say("resume") == {"resumed": []}


def test_the_same_command_again_settles_what_a_killed_one_left_open(people: People) -> None:
    killed(people, "submitted", *TERMS, "--reference", "again")
    journal = people.folder / "journals" / "BankA-officer1.journal"
    request = json.loads(journal.read_text().splitlines()[-1])["request_id"]
    done = people.say(*TERMS, "--reference", "again", **OFFICER)
    assert done["request_id"] == request
    read = people.say("financing", "terms-read", done["answer"]["terms"], **OFFICER)
    assert read["terms"]["reference"] == "again"
    assert people.say("resume") == {"resumed": []}
    step = ("--step", "loan-7/terms")
    assert people.do(*TERMS, *step, **OFFICER) == people.do(*TERMS, *step, **OFFICER)
    refused = people.call(*TERMS, "--payer", "another", *step, **OFFICER)
    assert refused.exit_code == 5
    assert "another request under this step" in refused.stderr


def first_inquiry(people: People) -> dict[str, str]:
    """What BankA is asked, once its peer has it: the regulator's command waits for the regulator's alone."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (found := people.say("bank", "inquiries", **OFFICER)["inquiries"]):
        assert time.monotonic() < until, "the inquiry never came"
    return dict(found[0])


def test_supervision_by_commands(people: People, view: str) -> None:
    """Freeze and lift, limits, an act undone, a flag with who must act, the enterprise's own reading."""
    terms = people.do(*TERMS, **OFFICER)["terms"]
    people.officers("declaration", "freeze", DECLARATION)
    assert people.refused("financing", "lock", view, "--terms", terms, **OFFICER) == "FROZEN"
    people.officers("declaration", "freeze", DECLARATION, "--lift")
    mark = people.do("financing", "lock", view, "--terms", terms, **OFFICER)["mark"]
    assert people.refused("financing", "approve", mark, "--amount", "1001", **APPROVER) == "OVER_AMOUNT"
    people.do("financing", "approve", mark, "--amount", "1000", **APPROVER)
    assert people.act("disburse", mark, "--amount", "1000", "--value-date", "today")["drawn"] == 100_000
    acts = people.say("financing", "read", mark, **APPROVER)["acts"]
    assert people.act("reverse", acts[0]["act"], "--reason", "booked twice")["state"] == "APPROVED"
    people.do("declaration", "amend", DECLARATION, "--total", "28,100.00")
    work = people.say("audit", "worklist", "--all", org="Regulator", user="auditor")["matters"]
    assert [(each["matter"]["code"], each["must_act"]) for each in work] == [("OVER_PLEDGED", "RegulatorMSP")]
    matter = "/".join(work[0]["matter"][name] for name in ("document", "code", "cause"))
    assert matter in people.call("audit", "worklist", org="Regulator", user="auditor").stdout
    ask = (
        "audit",
        "worklist-inquire",
        matter,
        "--bank",
        "BankA",
        "--question",
        "why?",
        "--due",
        "2099-12-31",
    )
    people.do(*ask, org="Regulator", user="officer1")
    asked = first_inquiry(people)
    (work,) = people.say("audit", "worklist", org="Regulator", user="auditor")["matters"]
    assert (asked["question"], work["must_act"]) == ("why?", "BankAMSP")
    people.do("bank", "inquiry-answer", asked["inquiry"], "--answer", "shipped in two lots", **OFFICER)
    flagged = people.say("audit", "flagged", org="Regulator", user="auditor")["pools"]
    assert [each["kind"] for each in flagged] == ["DECLARATION"]
    people.act("cancel", mark)
    assert people.say("audit", "flagged", org="Regulator", user="auditor")["pools"] == []
    people.do("audit", "worklist-close", matter, "--reason", "explained", org="Regulator", user="officer2")
    assert people.say("audit", "worklist", org="Regulator", user="auditor")["matters"] == []


def test_an_enterprise_withdraws_and_reads_its_own(people: People, view: str, tmp_path: Path) -> None:
    own = ("--certificate", tmp_path / "own.pem", "--key", tmp_path / "own.key", "--out")
    assert (
        people.call(
            "consent", "sign-withdrawal", tmp_path / "invoice-1.consent", *own, tmp_path / "w"
        ).exit_code
        == 0
    )
    people.do("consent", "withdraw", tmp_path / "w", **OFFICER)
    terms = people.do(*TERMS, **OFFICER)["terms"]
    assert people.refused("financing", "lock", view, "--terms", terms, **OFFICER) == "CONSENT_WITHDRAWN"
    assert people.call("consent", "sign-reading", *own, tmp_path / "r").exit_code == 0
    consents = people.say("consent", "list", tmp_path / "r", org="Port", user="relay")["consents"]
    assert [bool(each["withdrawn"]) for each in consents].count(True) == 1
    views = people.say("consent", "viewers", tmp_path / "r", org="Port", user="relay")["views"]
    assert {each["bank"] for each in views} == {"BankAMSP"}


def test_an_own_invoice_is_rehearsed_up_to_the_banks_look(people: People, tmp_path: Path) -> None:
    """Twice, because a second rehearsal must find what the first has stated."""
    own = tmp_path / "mine.xml"
    sample = (SAMPLES / "invoice-3.ubl.xml").read_text(encoding="utf-8")
    own.write_text(re.sub(r"EXP-2610-\d+", "MINE-1", sample), encoding="utf-8")
    for _ in range(2):
        done = people.call("invoice", "rehearse", own, "--bank", "BankB", "--out", tmp_path / "mine.consent")
        assert done.exit_code == 0, done.stderr
    seen = people.say("consent", "view", tmp_path / "mine.consent", org="BankB", user="officer1")["seen"]
    (invoice,) = seen["views"][0]["invoices"]
    assert (invoice["vouched"], invoice["available"]) == ("CUSTOMS", invoice["invoice"]["amount"] * 9 // 10)
    unfit = people.call("invoice", "rehearse", SAMPLES / "README.md")
    assert (unfit.exit_code, "take an export invoice" in unfit.stderr) == (2, True)


def test_people_read_tables_and_are_told_who_could_act(people: People) -> None:
    whole = people.call(
        "audit", "document", "--invoice", SAMPLES / "invoice-1.ubl.xml", user="auditor", org="Regulator"
    )
    assert whole.exit_code == 0, whole.stderr
    assert "70,000.00 USD" in whole.stdout
    assert "SETTLED" in whole.stdout
    loans = people.call("audit", "bank", "BankA", "--all", user="auditor", org="Regulator").stdout
    assert "300,000.00 CNY" in loans
    record = people.call("enterprise", "read", SELLER, user="auditor")
    assert "深圳" in record.stdout
    who = people.call("financing", "flags")
    assert who.exit_code == 2
    assert "--org BankA --user approver1" in who.stderr
    refused = people.call("declaration", "put", SAMPLES / "declaration-1.json")
    assert (refused.exit_code, refused.stderr.split()[1]) == (9, "ALREADY_EXISTS:")
    away = people.call("parameter", "read", "--dir", people.folder.parent, **OFFICER)
    assert (away.exit_code, "state --dir or --profile" in away.stderr) == (2, True)
