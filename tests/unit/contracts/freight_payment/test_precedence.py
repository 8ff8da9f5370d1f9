"""The order of reasons, on one payment that breaks every rule: each is told once the earlier are mended."""

from typing import TYPE_CHECKING, Any

import pytest
from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.core.codes import PRECEDENCE, RefusalCode
from counterfoil_contracts.freight_payment import operations as ops
from counterfoil_contracts.registry import operations as registry
from freight_ledger import AGENT, PAYEE, PAYER, RATE, FreightLedger

if TYPE_CHECKING:
    from collections.abc import Callable

FACTS = {
    "NOT_VERIFIED": 7_001,
    "PARTY_MISMATCH": 7_000,
    "NO_RATE": 7_000,
    "STALE_RATE": 7_000,
    "REVERSED": 7_000,
    "OVER_TOLERANCE": 7_000,
    "OVER_USE": 7_000,
}
ORDER = (
    "BAD_INPUT", "NOT_FOUND", "VIEW_EXPIRED", "NOT_VERIFIED", "PARTY_MISMATCH", "SCENARIO_NOT_OPEN", "FROZEN",
    "NO_RATE", "STALE_RATE", "REVERSED", "OVER_TOLERANCE", "OVER_USE",
)  # fmt: skip


class Broken:
    """A payment of BankA with one use for each reason that an invoice can give."""

    def __init__(self) -> None:
        self.trade = FreightLedger()
        self.asked = [
            self.trade.facts(at, amount, **({"buyer": AGENT} if code == "PARTY_MISMATCH" else {}))
            for at, (code, amount) in enumerate(FACTS.items())
        ]
        self.trade.put_invoices(self.trade.facts(0, 7_000), *self.asked[1:])
        self.uses = {code: ops.StatedUse(at, 1_000, 7_000, RATE) for at, code in enumerate(FACTS)}
        self.uses["NO_RATE"] = ops.StatedUse(2, 1_000, 7_000)
        self.uses["STALE_RATE"] = ops.StatedUse(3, 1_000, 7_000, "old")
        self.uses["OVER_TOLERANCE"] = ops.StatedUse(5, 1_021, 7_000, RATE)
        self.uses["OVER_USE"] = ops.StatedUse(6, 1_001, 7_001, RATE)
        old = registry.Rate("old", "USD", "CNY", 7, 0, "2026-02-02")
        self.trade.put_tables(registry.TableEntries(rates=(old,)))
        self.trade.reverse(4, 7_000)
        self.look = self.trade.verify("BankA", *self.asked)
        self.slip = "f" * 32
        self.too_much = 1

    def answer(self) -> str:
        uses = tuple(self.uses.values())
        amount = sum(use.amount for use in uses) + self.too_much
        given: dict[str, Any] = {"slip": self.slip, "uses": uses, "amount": amount}
        with pytest.raises(Refused) as caught:
            self.trade.mark("BankA", self.look, **given)
        assert caught.value.is_final
        assert not any(secret in str(caught.value) for secret in (PAYER, PAYEE, "7000", "1021"))
        return caught.value.code

    def mend(self, code: str) -> None:
        mends: dict[str, Callable[[], object]] = {
            "BAD_INPUT": lambda: setattr(self, "too_much", 0),
            "NOT_FOUND": lambda: setattr(self, "slip", self.trade.slip("BankA")),
            "VIEW_EXPIRED": self.look_again,
            "SCENARIO_NOT_OPEN": lambda: self.admit(1),
            "FROZEN": self.lift,
        }
        mends.get(code, lambda: self.uses.pop(code))()

    def lift(self) -> None:
        self.trade.freeze(registry.Freeze(frozen=False, enterprise=PAYER))

    def look_again(self) -> None:
        self.look = self.trade.verify("BankA", *self.asked)
        today = registry.Rate(RATE + "2", "USD", "CNY", 7, 0, self.trade.today)
        self.trade.put_tables(registry.TableEntries(rates=(today,)))
        for code, use in self.uses.items():
            if use.rate == RATE:
                self.uses[code] = ops.StatedUse(use.invoice, use.amount, use.use, today.id)

    def admit(self, value: int) -> None:
        entry = registry.Parameter("admission", "FREIGHT_PAYMENT", self.trade.today, value)
        self.trade.put_tables(registry.TableEntries(parameters=(entry,)))


def test_the_first_reason_is_told() -> None:
    found = Broken()
    found.trade.put_enterprise(PAYER, frozen=True)
    found.trade.ledger.clock.advance(days=31)
    found.admit(0)
    told = []
    while found.uses:
        code = found.answer()
        assert code not in told, "it was mended"
        told.append(code)
        found.mend(code)
    assert tuple(told) == ORDER
    assert told == sorted(told, key=lambda code: PRECEDENCE[RefusalCode(code)])
