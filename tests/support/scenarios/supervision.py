"""What the regulator decides counts for what is new, and leaves what is there."""

from datetime import date, timedelta
from typing import Any

from counterfoil_contracts.export_invoice import messages
from counterfoil_contracts.export_invoice import operations as ops
from counterfoil_contracts.registry import operations as registry
from counterfoil_contracts.testing import TradePeople

from .exporter import Exporter, refused

_WHOLE = [(0, 0, 1_000_000, 1_000_000)]
_LOCK_DAYS = 5


def _is_worked(day: date) -> bool:
    return day.weekday() < 5


def a_lock_over_a_long_holiday(trade: TradePeople[Any]) -> None:
    """Counted in hours, a lock made before the holiday ends while nobody is at work to approve it."""
    exporter = Exporter.entered(trade)
    today = date.fromisoformat(trade.today)
    holiday = [today + timedelta(days=each) for each in range(1, 9)]
    after = [today + timedelta(days=each) for each in range(9, 40)]
    made_up = next(day for day in after if not _is_worked(day))
    kept = [(day, False) for day in holiday] + [(made_up, True)]
    _declare_days(trade, kept)
    try:
        invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
        view = exporter.view("BankA", [invoice], [number], _WHOLE)
        mark = trade.lock("BankA", view, [(0, number, 900_000)])
        found = trade.ask(trade.person("BankA"), ops.FINANCING_READ, ops.ReadFinancing(mark))
    finally:
        _declare_days(trade, [(day, _is_worked(day)) for day, _ in kept])
    worked = [day for day in after if _is_worked(day) or day == made_up]
    # The last second of a day in UTC+8.
    last = worked[_LOCK_DAYS - 1] + timedelta(days=1)
    assert found.expires == (last - date(1970, 1, 1)).days * 86_400 - 8 * 3600


def _declare_days(trade: TradePeople[Any], days: list[tuple[date, bool]]) -> None:
    entries = tuple(registry.CalendarDay(day.isoformat(), worked) for day, worked in days)
    trade.put_tables(registry.TableEntries(calendar=entries))


def class_c_between_lock_and_disbursement(trade: TradePeople[Any]) -> None:
    """A promise that the bank has given is kept; a rule that reached back would make it break its word."""
    exporter = Exporter.entered(trade)
    invoices = [exporter.invoice("I1", 1_000_000), exporter.invoice("I2", 1_000_000)]
    number = exporter.declare(4_000_000)
    lines = [(0, 0, 1_000_000, 1_000_000), (1, 0, 1_000_000, 1_000_000)]
    view = exporter.view("BankA", invoices, [number], lines)
    mark = trade.lock("BankA", view, [(0, number, 900_000)])
    trade.put_enterprise(exporter.uscc, "C")
    with refused("CLASS_RESTRICTED"):
        trade.lock("BankA", view, [(1, number, 900_000)])
    trade.approve("BankA", mark, 900_000)
    trade.act("BankA", messages.Disburse(mark, 900_000, trade.today))
    done = trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 900_000, trade.today))
    assert done is not None
    assert done.state == "SETTLED"


def not_open_in_this_province(trade: TradePeople[Any]) -> None:
    """A pilot of ten provinces and some banks: without it the eleventh takes part, and nobody has decided."""
    exporter = Exporter.entered(trade, region=f"P{trade.nonce()[-8:]}")
    region = _region(trade, exporter)
    _admit(trade, f"EXPORT_INVOICE/{region}", 0)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    views = {bank: exporter.view(bank, [invoice], [number], _WHOLE) for bank in ("BankA", "BankB")}
    with refused("SCENARIO_NOT_OPEN"):
        trade.lock("BankA", views["BankA"], [(0, number, 1)])
    _admit(trade, f"EXPORT_INVOICE/{region}/BankAMSP", 1)
    mark = trade.lock("BankA", views["BankA"], [(0, number, 1)])
    trade.act("BankA", messages.Cancel(mark))
    with refused("SCENARIO_NOT_OPEN"):
        trade.lock("BankB", views["BankB"], [(0, number, 1)])


def _region(trade: TradePeople[Any], exporter: Exporter) -> str:
    asked = registry.ReadEnterprise(exporter.uscc)
    return trade.ask(trade.regulators[0], registry.ENTERPRISE_READ, asked).records[-1].region


def _admit(trade: TradePeople[Any], key: str, value: int) -> None:
    entry = registry.Parameter("admission", key, trade.today, value)
    trade.put_tables(registry.TableEntries(parameters=(entry,)))


def frozen(trade: TradePeople[Any]) -> None:
    """A suspicion: until it is cleared nobody lends on the goods; who has lent gets the money back."""
    exporter = Exporter.entered(trade)
    invoices = [exporter.invoice("I1", 1_000_000), exporter.invoice("I2", 1_000_000)]
    number = exporter.declare(4_000_000)
    lines = [(0, 0, 1_000_000, 1_000_000), (1, 0, 1_000_000, 1_000_000)]
    view = exporter.view("BankA", invoices, [number], lines)
    mark = trade.finance("BankA", view, [(0, number, 900_000)])
    for freeze in (
        registry.Freeze(frozen=True, declaration=number),
        registry.Freeze(frozen=True, enterprise=exporter.uscc),
    ):
        trade.freeze(freeze)
        with refused("FROZEN"):
            trade.lock("BankA", view, [(1, number, 1)])
        trade.act("BankA", messages.Repay(mark, "OWN_FUNDS", 100_000, trade.today))
        trade.freeze(
            registry.Freeze(frozen=False, declaration=freeze.declaration, enterprise=freeze.enterprise)
        )
    assert exporter.held(number) == 700_000
    trade.lock("BankA", view, [(1, number, 1)])


def a_flag_is_looked_at(trade: TradePeople[Any]) -> None:
    """A flag on which nobody must act is a note: the bank is asked, answers, and the matter is closed."""
    exporter = Exporter.entered(trade)
    invoice, number = exporter.invoice("I1", 1_000_000), exporter.declare(1_000_000)
    trade.finance("BankA", exporter.view("BankA", [invoice], [number], _WHOLE), [(0, number, 900_000)])
    trade.submit(trade.customs, ops.DECLARATION_AMEND, messages.AmendDeclaration(number, 1, 900_000))
    first, second = trade.regulators
    matter = _matter(trade, number).matter
    asked = registry.InquireMatter(matter, "BankAMSP", "what secures the rest?", trade.today)
    trade.submit(first, registry.WORKLIST_INQUIRE, asked)
    assert _matter(trade, number).must_act == "BankAMSP"
    waiting = trade.ask(trade.person("BankA"), registry.INQUIRY_READ, registry.ReadInquiries()).inquiries
    (inquiry,) = (each for each in waiting if each.document == matter.document)
    answer = registry.AnswerInquiry(inquiry.inquiry, "a guarantee of the parent company")
    trade.submit(trade.person("BankA"), registry.INQUIRY_ANSWER, answer)
    assert _matter(trade, number).status == "EXPLAINED"
    trade.submit(second, registry.WORKLIST_CLOSE, registry.CloseMatter(matter, "secured"))
    assert _matter(trade, number).must_act == ""


def _matter(trade: TradePeople[Any], number: str) -> registry.Work:
    """The matter of a declaration; there may be more pages than one."""
    after, more = "", True
    found: list[registry.Work] = []
    while more:
        asked = registry.ReadWorklist(after, ended=True)
        page = trade.ask(trade.regulators[0], registry.WORKLIST_READ, asked)
        found += [each for each in page.matters if each.label == number]
        after, more = page.next, bool(page.next)
    (matter,) = found
    return matter
