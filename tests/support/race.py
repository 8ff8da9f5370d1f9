"""Two banks race for the last 3,000,000 minor units of declaration after declaration.

`run_race` is the same on both engines; how many rounds is the test's business.
"""

import json
import random
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import racing_bank
from counterfoil.trade import Journal, TradeClient
from counterfoil_contracts.consent import operations as consent
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from counterfoil_network.identities import enterprise_roots, issue_enterprise
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from racing_bank import PRICE
from running_network import RunningNetwork

A_PUT = 100
"""Declarations in one transaction, and in one view."""
BANKS = ("BankA", "BankB")
SELLER = "91440300MA5GF2614U"
TODAY = datetime.now(UTC).date().isoformat()
DAY = 24 * 3600
PAUSE_MAX = 0.1
"""Seconds; about what a commit takes."""
SEED = 20261121


@dataclass(frozen=True, slots=True)
class Race:
    """What the rounds came to: how each ended for both banks, sorted."""

    rounds: int
    endings: Counter[tuple[str, ...]]

    @property
    def endorsed_by_both(self) -> int:
        """Rounds in which both held an endorsed lock, so that validation alone could tell them apart."""
        return sum(
            count for ended, count in self.endings.items() if {"VALID", "MVCC_READ_CONFLICT"} <= set(ended)
        )

    def __str__(self) -> str:
        """For people."""
        counted = (f"{' and '.join(ended)}: {count}" for ended, count in self.endings.items())
        return f"{self.rounds} rounds: {'; '.join(counted)}"


def invoice(place: int, bank: int) -> trade.Invoice:
    return trade.Invoice(SELLER, "US-Race & Sons LLC", f"R{place}-{bank}", TODAY, "USD", 2 * PRICE)


def declaration(place: int) -> trade.Declaration:
    """Half of it may be financed: what one bank asks for. Each bank has an invoice of its own on it."""
    lines = tuple(trade.StatedLine(invoice(place, bank), PRICE, PRICE) for bank in range(2))
    return trade.Declaration(
        number(place), TODAY, "CLEARED", SELLER, "Race & Sons LLC", "0110", "USD", 2 * PRICE, lines
    )


def number(place: int) -> str:
    return f"2248{TODAY[:4]}0{place:09}"


@contextmanager
def person(network: RunningNetwork, journals: Path, organisation: str, user: str) -> Iterator[TradeClient]:
    journal_path = journals / f"{organisation}-{user}"
    with network.gateway(organisation, user) as gateway, Journal(journal_path) as journal:
        yield TradeClient(gateway.network("trade"), journal)


def open_registry(network: RunningNetwork, journals: Path, rounds: int) -> None:
    """Secret, tables with a ceiling of one half, the seller, and all declarations."""
    ceiling = {"ceiling_basis_points": 5000}
    entries = registry.TableEntries(
        parameters=tuple(
            msgspec.structs.replace(each, value=ceiling.get(each.name, each.value))
            for each in registry.standard_parameters(f"{TODAY[:4]}-01-01")
        ),
        trust=tuple(
            registry.Root(certificate=pem.decode(), effective_from=f"{TODAY[:4]}-01-01")
            for pem in enterprise_roots(network.folder.crypto)
        ),
    )
    seller = registry.Enterprise(uscc=SELLER, name="Race Exports", enterprise_class="A", region="Shenzhen")
    with (
        person(network, journals, "Regulator", "officer1") as first,
        person(network, journals, "Regulator", "officer2") as second,
        person(network, journals, "Port", "customs") as customs,
    ):
        first.submit(registry.SECRET_CONTRIBUTE, registry.ContributeSecret(secrets.token_hex(32)))
        second.submit(registry.SECRET_COMPLETE, registry.CompleteSecret(secrets.token_hex(32)))
        tables = first.submit(registry.TABLE_PROPOSE, registry.ProposeTables(entries=entries)).answer
        second.submit(registry.TABLE_CONFIRM, registry.Confirm(proposal=tables.proposal))
        proposed = first.submit(registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises((seller,))).answer
        second.submit(registry.ENTERPRISE_CONFIRM, registry.Confirm(proposal=proposed.proposal))
        for start in range(0, rounds, A_PUT):
            put = trade.PutDeclarations(tuple(declaration(place) for place in places(start, rounds)))
            customs.submit(trade.DECLARATION_PUT, put)


def places(start: int, rounds: int) -> range:
    return range(start, min(start + A_PUT, rounds))


def consents(network: RunningNetwork, rounds: int) -> dict[str, list[str]]:
    """What the enterprise signs for each bank: its own invoice on every declaration."""
    enterprise = issue_enterprise(network.folder.crypto, SELLER, "Race Exports")
    certificate = x509.load_pem_x509_certificate(enterprise.chain[0])
    signer = private_key_signer(enterprise.identity.key)
    now = int(time.time())
    return {
        bank: [
            consent.sign(claims(bank, place_of_bank, places(start, rounds), now), [certificate], signer)
            for start in range(0, rounds, A_PUT)
        ]
        for place_of_bank, bank in enumerate(BANKS)
    }


def claims(bank: str, place_of_bank: int, shown: range, now: int) -> consent.TradeConsent:
    return consent.TradeConsent(
        type="counterfoil/trade-consent/1",
        enterprise=SELLER,
        audience=f"{bank}MSP",
        purpose="export invoice finance",
        declarations=tuple(number(place) for place in shown),
        invoices=tuple(invoice(place, place_of_bank) for place in shown),
        lines=tuple(consent.ConsentLine(at, number(place), PRICE, PRICE) for at, place in enumerate(shown)),
        maximum=PRICE * A_PUT,
        currency="USD",
        nonce=consent.new_nonce(),
        not_before=now - 120,
        expiry=now + DAY,
    )


class Process:
    """One bank's process."""

    def __init__(self, network: RunningNetwork, bank: str) -> None:
        command = [sys.executable, racing_bank.__file__, str(network.folder.root), bank]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def tell(self, **command: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer = json.loads(self._process.stdout.readline())
        assert isinstance(answer, dict)
        return answer

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


def both(banks: list[Process], commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let both do something at the same time."""
    for bank, command in zip(banks, commands, strict=True):
        bank.tell(**command)
    return [bank.hear() for bank in banks]


def race(banks: list[Process], locks: list[dict[str, Any]], pause: float | None) -> list[str]:
    """One round: how it ended for each bank.

    Without a pause both are endorsed before either is submitted. With one, the second bank begins so many
    seconds after the first has submitted.
    """
    if pause is None:
        answers = both(banks, [{"do": "endorse", "lock": each} for each in locks])
        for bank, answer in zip(banks, answers, strict=True):
            submit(bank, answer)
    else:
        answers = []
        for bank, each in zip(banks, locks, strict=True):
            bank.tell(do="endorse", lock=each)
            answers.append(submit(bank, bank.hear()))
            time.sleep(pause)
    return [
        bank.hear()["outcome"] if answer["endorsed"] else answer["why"]
        for bank, answer in zip(banks, answers, strict=True)
    ]


def pause(place: int, draw: random.Random) -> float | None:
    """None in most rounds; in every third what a commit takes or less."""
    return draw.uniform(0, PAUSE_MAX) if place % 3 == 0 else None


def submit(bank: Process, answer: dict[str, Any]) -> dict[str, Any]:
    if answer["endorsed"]:
        bank.tell(do="submit")
    return answer


def run_race(network: RunningNetwork, journals: Path, rounds: int) -> Race:
    """All rounds on a network with nothing but the chaincode `trade`, each won by one; pools are read back.

    Raises:
        AssertionError: a round has no winner or two, or a pool holds something else than the winner's lock.
    """
    open_registry(network, journals, rounds)
    banks = [Process(network, bank) for bank in BANKS]
    try:
        endings = _run_rounds(network, banks, rounds)
    finally:
        for bank in banks:
            bank.end()
    network.await_level_peers()
    with person(network, journals, "Regulator", "auditor") as auditor:
        for place in range(rounds):
            pool = auditor.inquire(trade.SUPERVISE, trade.Supervise(declaration=number(place))).pool
            assert (pool.locked + pool.outstanding, pool.available) == (PRICE, 0), place
    return Race(rounds, endings)


def _run_rounds(network: RunningNetwork, banks: list[Process], rounds: int) -> Counter[tuple[str, ...]]:
    signed = consents(network, rounds)
    views = both(banks, [{"do": "view", "consents": signed[bank]} for bank in BANKS])
    terms = both(banks, [{"do": "terms", "count": rounds}] * 2)
    # What was committed so far is asked of other peers than those that said so.
    network.await_level_peers()
    endings: Counter[tuple[str, ...]] = Counter()
    draw = random.Random(SEED)
    for place in range(rounds):
        order = (0, 1) if place % 2 else (1, 0)
        locks = [
            lock(place, views[bank]["views"][place // A_PUT], terms[bank]["terms"][place]) for bank in order
        ]
        racing = [banks[bank] for bank in order]
        ended = race(racing, locks, pause(place, draw))
        while "VALID" not in ended:
            # A peer was a block behind, and both have lost to that: they try again, as clients do.
            assert set(ended) <= {"MISMATCH", "MVCC_READ_CONFLICT"}, (place, ended)
            endings[tuple(sorted(ended))] += 1
            network.await_level_peers()
            ended = race(racing, locks, None)
        assert ended.count("VALID") == 1, (place, ended)
        endings[tuple(sorted(ended))] += 1
    return endings


def lock(place: int, view: str, terms: str) -> dict[str, Any]:
    pledge = {
        "invoice": place % A_PUT,
        "declaration": number(place),
        "invoice_amount": PRICE,
        "declaration_amount": PRICE,
        "loan_amount": PRICE,
    }
    return {"view": view, "terms": terms, "currency": "USD", "amount": PRICE, "pledges": [pledge]}
