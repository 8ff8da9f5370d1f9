"""What people do, on a running network: each with a connection and a journal of their own."""

import threading
import time
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Self, TypeVar

from counterfoil.trade import Journal, Patience, TradeClient
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.core.roles import REGULATOR
from counterfoil_contracts.testing import OFFICER, TradePeople
from counterfoil_network.identities import Enterprise, issue_enterprise
from counterfoil_protocol.confidential import Operation
from counterfoil_protocol.signing import private_key_signer
from cryptography import x509
from running_network import RunningNetwork
from trade_ready import SELLER, make_ready

AnswerT = TypeVar("AnswerT")
Person = tuple[str, str]
"""Organisation and user, as the connection profiles name them."""
_BEIJING = timezone(timedelta(hours=8))


class NetworkTrade(TradePeople[Person]):
    """A network made ready, here or before; threads may share it."""

    def __init__(self, network: RunningNetwork, journals: Path, enterprise: Enterprise | None = None) -> None:
        super().__init__(
            customs=("Port", "customs"),
            regulators=(("Regulator", "officer1"), ("Regulator", "officer2")),
            begun=datetime.now(_BEIJING).date(),
        )
        self.network = network
        self.patience = Patience()
        self._journals = journals
        self._clients: dict[Person, TradeClient] = {}
        self._lock = threading.RLock()
        self._stack = ExitStack()
        journals.mkdir(parents=True, exist_ok=True)
        self._enterprises: dict[str, Enterprise] = {
            SELLER: enterprise or make_ready(network, journals).enterprise
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def person(self, bank: str, role: str = OFFICER) -> Person:
        """The first person of that role."""
        return bank, f"{role}1"

    def submit(self, caller: Person, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        """As the typed client does it."""
        return self._client(caller).submit(operation, body).answer

    def ask(self, caller: Person, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        """Ask the regulator's peer where that may be: it endorses everything, and a submit waits for it."""
        at = REGULATOR if REGULATOR in operation.evaluate_at else None
        return self._client(caller).inquire(operation, body, at=at)

    def now(self) -> int:
        """The time of this machine."""
        return int(time.time())

    def nonce(self) -> str:
        """Drawn, because the ledger may have seen others' too."""
        return consents.new_nonce()

    def sign(self, claims: consents.Claims) -> str:
        """Sign with a certificate of the network's own authority."""
        with self._lock:
            enterprise = self._enterprises.get(claims.enterprise)
            if enterprise is None:
                crypto = self.network.folder.crypto
                enterprise = issue_enterprise(crypto, claims.enterprise, f"Enterprise {claims.enterprise}")
                self._enterprises[claims.enterprise] = enterprise
        own = x509.load_pem_x509_certificate(enterprise.chain[0])
        return consents.sign(claims, [own], private_key_signer(enterprise.identity.key))

    def reconnect(self) -> None:
        """Let go of every connection; the next call makes a new one, of the patience that is set then."""
        with self._lock:
            self._stack.close()
            self._clients.clear()

    def _client(self, person: Person) -> TradeClient:
        with self._lock:
            if person not in self._clients:
                organisation, user = person
                gateway = self._stack.enter_context(self.network.gateway(organisation, user))
                path = self._journals / f"{organisation}-{user}.journal"
                journal = self._stack.enter_context(Journal(path))
                channel = gateway.network(self.network.state.channel)
                self._clients[person] = TradeClient(channel, journal, patience=self.patience)
            return self._clients[person]
