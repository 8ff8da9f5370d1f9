"""Leave: asked for, granted, declined, taken back. Without these a bank would read whom it likes."""

from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_contracts.credit_authorization import messages as m
from counterfoil_contracts.credit_authorization import operations as ops
from counterfoil_contracts.testing import SELLER
from credit_life import DAY, OTHER, KitLife

Code = Callable[[Callable[[], object]], str]


def test_a_bank_asks_and_the_enterprise_grants(life: KitLife) -> None:
    ask = life.ask()
    assert asks(life)[ask] == "WAITING"
    grant = life.grant(ask=ask)
    assert asks(life)[ask] == "GRANTED"
    assert life.standing(grant).standing == "GRANTED"


def test_an_enterprise_declines_and_cannot_be_said_to_have_granted(life: KitLife, code: Code) -> None:
    ask = life.ask()
    life.decline(ask)
    assert asks(life)[ask] == "DECLINED"
    assert code(lambda: life.grant(ask=ask)) == "BAD_STATE"
    assert code(lambda: life.decline(ask)) == "BAD_STATE"


def test_a_request_that_nobody_answers_expires(life: KitLife) -> None:
    ask = life.ask()
    life.trade.ledger.clock.advance(seconds=30 * DAY)
    assert asks(life)[ask] == "EXPIRED"


def test_another_enterprise_answers_nothing(life: KitLife, code: Code) -> None:
    ask = life.ask()
    assert code(lambda: life.decline(ask, enterprise=OTHER)) == "NOT_FOUND"
    assert code(lambda: life.grant(ask=ask, enterprise=OTHER)) == "NOT_FOUND"
    assert code(lambda: life.grant(ask="f" * 32)) == "NOT_FOUND"


def test_a_grant_of_the_enterprises_own_accord_comes_by_the_relay(life: KitLife, code: Code) -> None:
    token = life.sign(life.claims("BankB"))
    life.trade.submit(life.relay, ops.OFFER, m.Statement(token))
    [offer] = life.trade.ask(life.trade.person("BankB"), ops.OFFERS, m.ReadRecords()).offers
    assert offer.enterprise == SELLER
    assert life.standing(life.take("BankB", offer.token), "BankB").standing == "GRANTED"
    assert life.trade.ask(life.trade.person("BankA"), ops.OFFERS, m.ReadRecords()).offers == ()
    assert code(lambda: life.trade.submit(life.relay, ops.OFFER, m.Statement(token))) == "ALREADY_EXISTS"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"audience": "BankBMSP"}, "CONSENT_INVALID"),
        ({"expiry": 4 * 10**9}, "CONSENT_INVALID"),
        ({"scope": ("TRADE", "BASIC")}, "BAD_INPUT"),
        ({"scope": ("BASIC", "BASIC")}, "BAD_INPUT"),
        ({"data_from": "2025-02-30"}, "BAD_INPUT"),
        ({"data_until": "2025-02-28"}, "BAD_INPUT"),
        ({"maximum": 0}, "CONSENT_INVALID"),
        ({"not_before": 4 * 10**9}, "CONSENT_EXPIRED"),
        ({"type": "counterfoil/trade-consent/1"}, "CONSENT_INVALID"),
    ],
)
def test_a_grant_that_does_not_hold(life: KitLife, facts: dict[str, Any], expected: str, code: Code) -> None:
    assert code(lambda: life.grant(**facts)) == expected


def test_only_the_enterprise_itself_can_grant_and_revoke(life: KitLife, code: Code) -> None:
    forged = life.forge(life.claims(), OTHER)
    assert code(lambda: life.take("BankA", forged)) == "CONSENT_INVALID"
    grant = life.grant()
    assert code(lambda: life.revoke(grant, signer=OTHER)) == "CONSENT_INVALID"
    assert life.standing(grant).standing == "GRANTED"


def test_one_nonce_is_one_grant(life: KitLife, code: Code) -> None:
    claims = life.claims()
    token = life.sign(claims)
    life.take("BankA", token)
    assert code(lambda: life.take("BankA", token)) == "ALREADY_EXISTS"
    wider = life.sign(life.claims(nonce=claims.nonce, maximum=100))
    assert code(lambda: life.take("BankA", wider)) == "CONSENT_REPLAYED"


@pytest.mark.parametrize("by_bank", [False, True])
def test_a_revocation_counts_from_then_on(life: KitLife, by_bank: bool, code: Code) -> None:
    grant = life.grant()
    life.revoke(grant, by_bank=by_bank)
    assert life.standing(grant).standing == "GRANT_REVOKED"
    assert code(lambda: life.revoke(grant)) == "ALREADY_EXISTS"


def test_what_was_revoked_before_it_was_shown_is_never_opened(life: KitLife, code: Code) -> None:
    claims = life.claims()
    life.revoke(claims.nonce)
    assert code(lambda: life.take("BankA", life.sign(claims))) == "CONSENT_WITHDRAWN"


def test_a_bank_carries_nothing_about_another(life: KitLife, code: Code) -> None:
    grant = life.grant("BankA")
    claims = life.claims("BankA", nonce=grant)
    assert code(lambda: life.take("BankB", life.sign(claims))) == "CONSENT_INVALID"


def asks(life: KitLife) -> dict[str, str]:
    found = life.trade.ask(life.trade.person("BankA"), ops.ASKS, m.ReadRecords()).asks
    return {each.ask: each.state for each in found}
