"""The typed trade client on a running engine with the trade contracts."""

import os
import secrets
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from counterfoil import CommitUnknown, ContractRefusal, Deadlines, Gateway
from counterfoil.trade import Journal, State, TradeClient
from counterfoil_cli.trade_chaincode import trade_chaincode
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from counterfoil_protocol.envelope import parse_transaction
from counterfoil_protocol.messages import common, common_ledger, transaction
from running_network import RunningNetwork, running_network

MSP_IDS = ("RegulatorMSP", "PortMSP", "BankAMSP", "BankBMSP")
TERMS = trade.PutTerms(
    product="DISCOUNT",
    branch="branch-0017",
    currency="USD",
    amount=7234567,
    rate=415,
    maturity="2027-03-01",
    payer="Nordwind Handel GmbH",
    reference="LN-2026-0001",
)


@pytest.fixture(scope="module")
def trade_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNetwork]:
    with running_network(tmp_path_factory.mktemp("trade"), trade_chaincode(MSP_IDS)) as running:
        give_secret(running, tmp_path_factory.mktemp("journals"))
        yield running


def give_secret(network: RunningNetwork, journals: Path) -> None:
    first = registry.ContributeSecret(secrets.token_hex(32))
    second = registry.CompleteSecret(secrets.token_hex(32))
    with client_of(network, journals / "first", "Regulator", "officer1") as client:
        assert client.submit(registry.SECRET_CONTRIBUTE, first).answer.number == 1
    with client_of(network, journals / "second", "Regulator", "officer2") as client:
        assert client.submit(registry.SECRET_COMPLETE, second).answer.number == 1


@contextmanager
def client_of(
    network: RunningNetwork, journal_path: Path, organisation: str = "BankA", user: str = "officer1"
) -> Iterator[TradeClient]:
    with network.gateway(organisation, user) as gateway, Journal(journal_path) as journal:
        yield TradeClient(gateway.network("trade"), journal)


@pytest.fixture
def officer(trade_network: RunningNetwork, tmp_path: Path) -> Iterator[TradeClient]:
    with client_of(trade_network, tmp_path / "officer.journal") as client:
        yield client


def valid_requests(network: RunningNetwork) -> Counter[str]:
    """Request ids of the valid transactions, as the Regulator reads them in the blocks."""
    found: Counter[str] = Counter()
    with network.gateway("Regulator") as gateway:
        channel = gateway.network("trade")
        height = last_block(gateway)
        for event in channel.block_events(start_block=0, stop_block=height):
            flags = event.proto.metadata.metadata[common.TRANSACTIONS_FILTER]
            for envelope, flag in zip(event.proto.data.data, flags, strict=True):
                parsed = parse_transaction(envelope)
                if flag == transaction.VALID and parsed.actions:
                    arguments = parsed.actions[0].arguments()
                    if arguments[0].endswith(b":transact"):
                        found[arguments[1].decode()] += 1
    return found


def last_block(gateway: Gateway) -> int:
    answer = gateway.network("trade").contract("qscc").evaluate("GetChainInfo", "trade")
    return common_ledger.BlockchainInfo.FromString(answer).height - 1


def test_terms_are_put_and_read_back(
    officer: TradeClient, trade_network: RunningNetwork, tmp_path: Path
) -> None:
    outcome = officer.submit(trade.TERMS_PUT, TERMS)
    assert outcome.shown_at == ("RegulatorMSP", "BankAMSP")
    with client_of(trade_network, tmp_path / "auditor.journal", user="auditor") as auditor:
        for peer in ("RegulatorMSP", "BankAMSP"):
            answer = auditor.inquire(trade.TERMS_READ, trade.ReadTerms(terms=outcome.answer.terms), at=peer)
            assert answer.terms == TERMS


def test_a_refusal_is_the_contracts_code_and_nothing_is_left_open(
    officer: TradeClient, tmp_path: Path, trade_network: RunningNetwork
) -> None:
    with (
        client_of(trade_network, tmp_path / "a.journal", user="approver1") as approver,
        pytest.raises(ContractRefusal) as caught,
    ):
        approver.submit(trade.TERMS_PUT, TERMS)
    assert caught.value.code == "NOT_AUTHORIZED"
    with Journal(tmp_path / "a.journal") as journal:
        (entry,) = journal.entries
    assert (entry.state, entry.reason) == (State.CLOSED, "NOT_AUTHORIZED")
    with pytest.raises(ContractRefusal, match="NOT_FOUND"):
        officer.inquire(trade.TERMS_READ, trade.ReadTerms(terms="0" * 32))


def test_a_bank_cannot_read_anothers_terms(
    officer: TradeClient, tmp_path: Path, trade_network: RunningNetwork
) -> None:
    terms = officer.submit(trade.TERMS_PUT, TERMS).answer.terms
    with (
        client_of(trade_network, tmp_path / "b.journal", "BankB") as other,
        pytest.raises(ContractRefusal, match="NOT_FOUND"),
    ):
        other.inquire(trade.TERMS_READ, trade.ReadTerms(terms=terms))


def test_a_step_called_again_is_answered_from_the_ledger(
    officer: TradeClient, trade_network: RunningNetwork
) -> None:
    first = officer.submit(trade.TERMS_PUT, TERMS, step="loan-1/terms")
    assert officer.submit(trade.TERMS_PUT, TERMS, step="loan-1/terms") == first
    assert valid_requests(trade_network)[first.request_id] == 1


def test_one_request_id_stands_for_one_content(
    officer: TradeClient, tmp_path: Path, trade_network: RunningNetwork
) -> None:
    first = officer.submit(trade.TERMS_PUT, TERMS)
    other = trade.PutTerms(
        **{**{name: getattr(TERMS, name) for name in TERMS.__struct_fields__}, "amount": 1}
    )
    with client_of(trade_network, tmp_path / "second.journal") as again:
        assert again.submit(trade.TERMS_PUT, TERMS, request_id=first.request_id).answer == first.answer
    with (
        client_of(trade_network, tmp_path / "third.journal") as conflicting,
        pytest.raises(ContractRefusal, match="IDEMPOTENCY_CONFLICT"),
    ):
        conflicting.submit(trade.TERMS_PUT, other, request_id=first.request_id)


def test_threads_share_a_client(officer: TradeClient) -> None:
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda _: officer.submit(trade.TERMS_PUT, TERMS), range(12)))
    assert len({outcome.answer.terms for outcome in outcomes}) == 12


PROGRAM = """
import os, signal, sys
from counterfoil import Gateway, _drivers
from counterfoil.trade import Journal, TradeClient
from counterfoil_contracts.export_invoice import operations as trade

profile, journal_path, fatal = sys.argv[1], sys.argv[2], int(sys.argv[3])
instants = 0

def pass_by():
    global instants
    if instants == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    instants += 1

unary, append = _drivers._unary, Journal._append

def call(channel, step):
    def sent(request, timeout):
        pass_by()
        reply = unary(channel, step)(request, timeout=timeout)
        pass_by()
        return reply
    return sent

def appended(journal, entry):
    append(journal, entry)
    pass_by()

_drivers._unary, Journal._append = call, appended
with Gateway.from_profile(profile, "officer1") as gateway, Journal(journal_path) as journal:
    client = TradeClient(gateway.network("trade"), journal)
    client.resume(trade.OPERATIONS)
    for number in range(2):
        body = trade.PutTerms(product="DISCOUNT", branch="branch-0017", currency="USD", amount=1000 + number,
                              rate=415, maturity="2027-03-01", payer="P", reference=f"LN-{number}")
        print(client.submit(trade.TERMS_PUT, body, step=f"loan-{number}/terms").answer.terms)
print("instants", instants)
"""


def run_program(network: RunningNetwork, journal: Path, fatal: int) -> subprocess.CompletedProcess[str]:
    profile = network.folder.connection_profile("BankA")
    command = [sys.executable, "-c", PROGRAM, str(profile), str(journal), str(fatal)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_client_killed_at_any_instant_resumes_and_nothing_is_done_twice(
    trade_network: RunningNetwork, tmp_path: Path
) -> None:
    whole = run_program(trade_network, tmp_path / "whole.journal", -1)
    instants = int(whole.stdout.split()[-1])
    assert instants > 20
    kills = 0
    for fatal in range(0, instants, 4):
        journal_path = tmp_path / f"killed-{fatal}.journal"
        killed = run_program(trade_network, journal_path, fatal)
        # The whole run may have asked a peer that lagged more often: then this one ends before its instant.
        assert killed.returncode in (-signal.SIGKILL, 0), killed.stderr
        kills += killed.returncode != 0
        finished = run_program(trade_network, journal_path, -1)
        assert finished.returncode == 0, finished.stderr
        assert len(set(finished.stdout.split()[:2])) == 2
        with Journal(journal_path) as journal:
            requests = [entry.request_id for entry in journal.entries]
            assert all(entry.state is State.COMMITTED for entry in journal.entries)
        assert len(requests) == 2
        done = valid_requests(trade_network)
        assert [done[request_id] for request_id in requests] == [1, 1], fatal
    assert kills > 5


def test_a_client_whose_engine_dies_does_not_know_and_keeps_the_envelope(tmp_path: Path) -> None:
    with running_network(tmp_path / "network", trade_chaincode(MSP_IDS)) as network:
        deadlines = Deadlines(evaluate=3, submit=3, commit_status=3)
        profile = network.folder.connection_profile("BankA")
        with (
            Gateway.from_profile(profile, "officer1", deadlines=deadlines) as gateway,
            Journal(tmp_path / "officer.journal") as journal,
        ):
            client = TradeClient(gateway.network("trade"), journal)
            with killed_before_submit(network.pid), pytest.raises(CommitUnknown):
                client.submit(trade.TERMS_PUT, TERMS, step="loan-1/terms")
            (entry,) = journal.open_entries
    assert entry.state is State.PREPARED
    assert entry.envelope


@contextmanager
def killed_before_submit(pid: int) -> Iterator[None]:
    append = Journal._append

    def appended(journal: Journal, entry: Any) -> None:
        append(journal, entry)
        if entry.state is State.PREPARED:
            os.kill(pid, signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "_append", appended)
        yield
