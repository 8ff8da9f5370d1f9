"""One way to call a contract, on the testing kit and on a network alike, so that one test runs on all."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from counterfoil import CounterfoilError
from counterfoil_chaincode.testing import Ledger, Refused, make_caller
from running_network import RunningNetwork

_REFUSAL = re.compile(r"chaincode response \d+, (?P<code>[A-Z][A-Z0-9_]*)(?:: |\b)")


class SaidNo(Exception):  # noqa: N818 - the contract's answer
    """The contract refused; the code."""


class ContractClient(Protocol):
    """Calls by the administrator of an organisation (BankA); `at` are organisations whose peers endorse."""

    def submit(
        self,
        organisation: str,
        function: str,
        *args: str,
        at: Sequence[str],
        transient: Mapping[str, bytes] | None = None,
    ) -> bytes:
        """Endorse, commit and wait until every peer shows it; raises SaidNo."""
        ...

    def evaluate(self, organisation: str, function: str, *args: str, at: str) -> bytes:
        """Ask one organisation's peer; raises SaidNo."""
        ...


class KitClient:
    """On the testing kit."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def submit(
        self,
        organisation: str,
        function: str,
        *args: str,
        at: Sequence[str],
        transient: Mapping[str, bytes] | None = None,
    ) -> bytes:
        caller = make_caller(f"{organisation}MSP")
        peers = [f"{each}MSP" for each in at]
        try:
            return self._ledger.submit(caller, function, *args, at=peers, transient=transient).payload
        except Refused as error:
            raise SaidNo(error.code) from error

    def evaluate(self, organisation: str, function: str, *args: str, at: str) -> bytes:
        caller = make_caller(f"{organisation}MSP")
        try:
            return self._ledger.evaluate(caller, function, *args, at=f"{at}MSP")
        except Refused as error:
            raise SaidNo(error.code) from error


class NetworkClient:
    """On a running network, whichever engine runs it."""

    def __init__(self, network: RunningNetwork) -> None:
        self._network = network

    def submit(
        self,
        organisation: str,
        function: str,
        *args: str,
        at: Sequence[str],
        transient: Mapping[str, bytes] | None = None,
    ) -> bytes:
        peers = [f"{each}MSP" for each in at]
        with self._network.contract(organisation) as contract:
            try:
                payload = contract.submit(function, *args, transient=transient, endorsing_organizations=peers)
            except CounterfoilError as error:
                raise _said_no(error) from error
        self._network.await_level_peers()
        return payload

    def evaluate(self, organisation: str, function: str, *args: str, at: str) -> bytes:
        with self._network.contract(organisation) as contract:
            try:
                return contract.evaluate(function, *args, target_organizations=[f"{at}MSP"])
            except CounterfoilError as error:
                raise _said_no(error) from error


def _said_no(error: CounterfoilError) -> Exception:
    found = _REFUSAL.search(str(error))
    return SaidNo(found["code"]) if found else error
