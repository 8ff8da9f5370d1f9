"""A look-up in a crowded bucket of the directory reads one enterprise's records, not everybody's."""

import msgspec
import pytest
from counterfoil_contracts.registry import directory
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import TradeLedger, social_credit_code

CROWD = 40


def test_everybody_in_a_crowded_bucket_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "BUCKETS", 1)
    trade = TradeLedger()
    codes = [social_credit_code(number) for number in range(CROWD)]
    first, second = trade.regulators
    for enterprise_class in ("A", "C"):
        records = tuple(registry.Enterprise(code, f"Enterprise {code}", enterprise_class) for code in codes)
        proposed = trade.submit(first, registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises(records))
        trade.submit(second, registry.ENTERPRISE_CONFIRM, registry.Confirm(proposed.proposal))
    decoded: list[bytes] = []
    decode = msgspec.json.decode

    def counted(data: bytes, **options: object) -> object:
        decoded.append(bytes(data))
        return decode(data, **options)  # type: ignore[call-overload]  # passed on as it came

    monkeypatch.setattr(msgspec.json, "decode", counted)
    for code in codes:
        found = trade.ask(first, registry.ENTERPRISE_READ, registry.ReadEnterprise(code))
        assert [(each.uscc, each.enterprise_class) for each in found.records] == [(code, "A"), (code, "C")]
        assert len(found.since) == 2
    others = [each for each in decoded if sum(code.encode() in each for code in codes) > 1]
    assert others == []
