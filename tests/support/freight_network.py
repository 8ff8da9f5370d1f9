"""Freight payments on a running network."""

from typing import Any, TypeVar

from counterfoil.trade import Outcome, TradeClient, freight
from counterfoil_contracts.consent import operations as consents
from counterfoil_contracts.testing.enterprises import social_credit_code
from counterfoil_protocol.confidential import Operation
from freight_people import FreightPeople
from network_trade import NetworkTrade, Person

AnswerT = TypeVar("AnswerT")


class NetworkFreight(FreightPeople[Person], NetworkTrade):
    """A network made ready, with a rate of today."""

    tax, port, relay = ("Port", "tax"), ("Port", "port"), ("Regulator", "relay")

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.put_rate(f"USDCNY-{consents.new_nonce()[:16]}")

    def client(self, person: Person) -> TradeClient:
        """A person's typed client."""
        return self._client(person)


class Killed(Exception):  # noqa: N818 - what happens to a process
    """The process ends here."""


class Dying:
    """A typed client that is killed after so many calls, its last answer lost."""

    def __init__(self, client: TradeClient, lives: int) -> None:
        self._client = client
        self._lives = lives

    def submit(self, operation: Operation[Any, AnswerT], body: Any, *, step: str = "") -> Outcome[AnswerT]:
        found = self._client.submit(operation, body, step=step)
        self._live()
        return found

    def inquire(self, operation: Operation[Any, AnswerT], body: Any) -> AnswerT:
        self._live()
        return self._client.inquire(operation, body)

    def _live(self) -> None:
        self._lives -= 1
        if self._lives < 0:
            raise Killed


def batch_goes_on(trade: NetworkFreight) -> None:
    """A file of three payments, killed after each call and begun again on the journal that is there."""
    trade.payer, trade.payee = social_credit_code(600), social_credit_code(601)
    facts = [trade.facts(60_000 + at, 700_000) for at in range(4)]
    trade.put_invoices(*facts[:3])
    rows = [
        f"P-{1 + at // 2},{trade.payer},{trade.payee},USD,10.00,,{each.number},{each.issued_on}"
        f",,,,7000.00,70.00,{trade.rate},,Qianhai,R-{at},222014"
        for at, each in enumerate(facts)
    ]
    rows[0] = rows[0].replace("R-0", "R-1")
    rows[2] = rows[2].replace("P-2", "P-3")
    text = freight.template() + "\r\n".join(rows) + "\r\n"
    kills = 0
    while True:
        try:
            report = freight.Batch(text).mark(Dying(trade.client(trade.person("BankA")), kills + 1))
        except Killed:
            kills += 1
            trade.reconnect()
        else:
            break
    assert [row.status for row in report.rows] == ["MARKED", "MARKED", "MARKED", "NOT_VERIFIED"]
    assert kills >= 5
    assert [len(trade.pool(60_000 + at).marks) for at in range(3)] == [1, 1, 1]
    assert [trade.pool(60_000 + at).marked for at in range(3)] == [7_000] * 3
