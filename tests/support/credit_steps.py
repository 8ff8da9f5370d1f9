"""Random steps of credit authorizations, each compared with the reference."""

from collections.abc import Callable
from dataclasses import dataclass, field

from counterfoil_chaincode.testing import Refused
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from counterfoil_contracts.credit_authorization.deliveries import digest_of
from counterfoil_contracts.credit_authorization.report import ClassEntry, RegulatoryGroup
from counterfoil_contracts.testing import SELLER
from credit_life import DAY, OTHER, KitLife
from credit_reference import RETENTION_SECONDS, Attempt, CreditReference, Leave

BANKS = ("BankA", "BankB")
ENTERPRISES = (SELLER, OTHER)
SCOPES = (("BASIC",), ("BASIC", "TRADE"), ("BASIC", "REGULATORY", "TRADE"), ("REGULATORY",))
PURPOSES = ("CREDIT_REVIEW", "ACCOUNT_OPENING")
CLASSES = RegulatoryGroup((ClassEntry("A", 0),), frozen=False, flagged=0)
GROUPS = {"BASIC": "basic", "TRADE": "trade", "REGULATORY": "regulatory"}


@dataclass(slots=True)
class CreditSteps:
    """A ledger and what it should be; `at` and `kind` choose among what there is."""

    life: KitLife = field(default_factory=KitLife)
    reference: CreditReference = field(default_factory=CreditReference)
    enquiries: list[str] = field(default_factory=list)

    def grant(self, at: int, kind: int) -> None:
        bank, enterprise = BANKS[at % 2], ENTERPRISES[kind % 2]
        scope, days, most = SCOPES[kind % len(SCOPES)], 3 + kind % 20, 1 + at % 3
        first, last = self.life.now - 60, self.life.now + days * DAY
        grant = self.life.grant(
            bank, enterprise=enterprise, scope=scope, maximum=most, not_before=first, expiry=last
        )
        leave = Leave(bank, enterprise, frozenset(scope), "CREDIT_REVIEW", first, last, most)
        self.reference.leaves[grant] = leave

    def enquire(self, at: int, kind: int) -> None:
        name = self._leave(at)
        leave, scope = self.reference.leaves[name], SCOPES[kind % len(SCOPES)]
        purpose = PURPOSES[kind % 7 == 0]
        expected = self.reference.refusal(name, self.life.now, purpose, frozenset(scope))
        told = self.life.enquire(name, leave.bank, purpose=purpose, scope=scope)
        assert told.refused == expected, (told.refused, expected)
        self.reference.attempts[told.enquiry] = Attempt(name, self.life.now, told.refused)
        self.enquiries.append(told.enquiry)

    def deliver(self, at: int, kind: int) -> None:
        enquiry, attempt, leave = self._attempt(at)
        first = not attempt.answered
        groups = next(each.scope for each in self.life.enquiries(leave.bank) if each.enquiry == enquiry)
        facts = {name: None for group, name in GROUPS.items() if group not in groups}
        given = {"regulatory": CLASSES, "height": len(attempt.digests) + 1, **facts}
        report = self.life.report(enquiry, enterprise=leave.enterprise, **given)
        body = m.Deliver(f"{leave.bank}MSP", enquiry, report, "" if first else "anew")
        may = (
            self.reference.may_deliver(attempt, self.life.now)
            if first
            else attempt.answered == "DELIVERED" and not attempt.purged and attempt.dispute != "OPEN"
        )
        done = self._try(lambda: self.life.trade.submit(self.life.oracle, ops.DELIVER, body), may)
        if done:
            attempt.answered = "DELIVERED"
            attempt.digests.append(digest_of(report))
            attempt.delivered_at = attempt.delivered_at or self.life.now

    def refuse(self, at: int, kind: int) -> None:
        enquiry, attempt, leave = self._attempt(at)
        may = not attempt.answered and not attempt.refused
        if self._try(lambda: self.life.refuse(enquiry, "NO_DATA", leave.bank), may):
            attempt.answered = "REFUSED"

    def revoke(self, at: int, kind: int) -> None:
        name = self._leave(at)
        leave = self.reference.leaves[name]
        if leave.enterprise == SELLER and self._try(
            lambda: self.life.revoke(name, leave.bank, by_bank=kind % 2 == 0),
            name not in self.reference.revoked,
        ):
            self.reference.revoked.add(name)

    def suspend(self, at: int, kind: int) -> None:
        name = self._leave(at)
        bank, suspended = f"{self.reference.leaves[name].bank}MSP", self.reference.suspended
        act: m.Act = m.Suspend(bank, name, "x") if kind % 2 else m.Resume(bank, name, "x")
        if self._try(lambda: self.life.act(act), (name not in suspended) == bool(kind % 2)):
            suspended.symmetric_difference_update({name})

    def dispute(self, at: int, kind: int) -> None:
        enquiry, attempt, leave = self._attempt(at)
        bank = f"{leave.bank}MSP"
        if attempt.dispute == "OPEN":
            self.life.act(m.Resolve(bank, enquiry, upheld=bool(kind % 2), reason="x"))
            attempt.dispute = "UPHELD" if kind % 2 else "REJECTED"
        elif not attempt.dispute and self._try(
            lambda: self.life.dispute(enquiry, leave.bank, leave.enterprise), attempt.answered == "DELIVERED"
        ):
            attempt.dispute = "OPEN"

    def hold(self, at: int, kind: int) -> None:
        enquiry, attempt, leave = self._attempt(at)
        bank = f"{leave.bank}MSP"
        act: m.Act = m.Hold(bank, enquiry, "x") if kind % 2 else m.Lift(bank, enquiry, "x")
        there = attempt.answered == "DELIVERED" and not attempt.purged
        if self._try(lambda: self.life.act(act), there and attempt.held != bool(kind % 2)):
            attempt.held = not attempt.held

    def purge(self, at: int, kind: int) -> None:
        enquiry, attempt, leave = self._attempt(at)
        ripe = self.life.now >= attempt.delivered_at + RETENTION_SECONDS
        may = attempt.answered == "DELIVERED" and not attempt.purged and not attempt.held and ripe
        body = m.Purge(f"{leave.bank}MSP", enquiry)
        if self._try(lambda: self.life.trade.submit(self.life.oracle, ops.PURGE, body), may):
            attempt.purged = True

    def wait(self, at: int, kind: int) -> None:
        self.life.trade.ledger.clock.advance(seconds=(1, DAY, 5 * DAY - 1, 5 * DAY, 730 * DAY)[kind % 5])

    def audit(self) -> None:
        """Everything the ledger tells of every enquiry and grant is what the reference says."""
        now = self.life.now
        for bank in BANKS:
            seen = {each.enquiry: each for each in self.life.enquiries(bank)}
            own = {
                enquiry: attempt
                for enquiry, attempt in self.reference.attempts.items()
                if self.reference.leaves[attempt.leave].bank == bank
            }
            assert set(seen) == set(own)
            for enquiry, attempt in own.items():
                told = seen[enquiry]
                assert told.state == self.reference.state(attempt, now)
                assert told.digests == tuple(attempt.digests)
                assert (told.held, bool(told.purged_at)) == (attempt.held, attempt.purged)
                assert (told.dispute.state if told.dispute else "") == attempt.dispute
                if attempt.digests:
                    body = self.life.read(enquiry, bank).report
                    assert (body is None) == attempt.purged
                    assert body is None or digest_of(body) == attempt.digests[-1]
        for name, leave in self.reference.leaves.items():
            told_grant = self.life.standing(name, leave.bank)
            assert told_grant.delivered + told_grant.pending == self.reference.counted(name, now)
            assert told_grant.delivered <= leave.most
            expected = self.reference.refusal(name, now, leave.purpose, leave.scope)
            assert told_grant.standing == (expected or "GRANTED")

    def _leave(self, at: int) -> str:
        return list(self.reference.leaves)[at % len(self.reference.leaves)]

    def _attempt(self, at: int) -> tuple[str, Attempt, Leave]:
        enquiry = self.enquiries[at % len(self.enquiries)]
        attempt = self.reference.attempts[enquiry]
        return enquiry, attempt, self.reference.leaves[attempt.leave]

    @staticmethod
    def _try(call: Callable[[], object], may: bool) -> bool:
        """Do it; whether it was let through is as expected."""
        try:
            call()
        except Refused as refused:
            done, why = False, str(refused)
        else:
            done, why = True, "done, and should have been refused"
        assert done == may, why
        return done
