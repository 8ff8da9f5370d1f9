"""The worklist: flags of documents, who must act on each, and what banks were asked and have answered.

A flag lives in its document's pool, in no bank's collection. What the regulator does about it lies in
`supervision`, which nobody else holds; what it asks a bank lies in that bank's `notices`.
"""

from counterfoil_chaincode.confidential import Record
from counterfoil_protocol.confidential import AUTHORITY, bank_of, msp_of
from msgspec.structs import replace

from counterfoil_contracts.core import business_day, flags, pools
from counterfoil_contracts.core.codes import RefusalCode
from counterfoil_contracts.core.flags import Flag
from counterfoil_contracts.core.message import Message
from counterfoil_contracts.core.pools import Pool
from counterfoil_contracts.core.refusals import refusal
from counterfoil_contracts.core.roles import REGULATOR

from . import directory, offices
from . import operations as ops
from .desk import Desk, trade_operation
from .worklist_messages import Status, WorkStep

_WORK = "work"
_INQUIRY = "inquiry"


class Handling(Message, frozen=True):
    """What the regulator has done about a matter; `inquiry` is the last one, of `bank`, due on a day."""

    status: Status
    officer: str = ""
    office: str = ""
    bank: str = ""
    inquiry: str = ""
    due: str = ""
    steps: tuple[WorkStep, ...] = ()


class WorklistPart:
    """The part of the contract `registry` in which flags are looked at."""

    @trade_operation(ops.WORKLIST_ASSIGN)
    def assign_matter(self, desk: Desk, body: ops.AssignMatter) -> ops.MatterMoved:
        """Give the matter to an officer."""
        if body.office and body.office not in _tree(desk):
            raise refusal(RefusalCode.NOT_FOUND, "no such office")
        record = _open(desk, body.matter)
        before = record.value if record else Handling("OPEN")
        after = replace(before, status="ASSIGNED", officer=body.officer, office=body.office)
        return _moved(desk, body.matter, record, after, body.note)

    @trade_operation(ops.WORKLIST_INQUIRE)
    def inquire_matter(self, desk: Desk, body: ops.InquireMatter) -> ops.MatterMoved:
        """Ask a bank; until it answers, it is the one that must act."""
        _check_due(body.due, desk.today)
        record = _open(desk, body.matter)
        asked = ops.Inquiry(
            desk.context.hidden_id(_INQUIRY), body.matter.document, body.question, body.due, desk.now
        )
        bank = bank_of(body.bank)
        desk.context.store.write(*desk.own(ops.NOTICES, _INQUIRY, asked.inquiry, bank), asked)
        before = record.value if record else Handling("OPEN", officer=desk.staff)
        after = replace(before, status="INQUIRED", bank=bank or "", inquiry=asked.inquiry, due=body.due)
        return _moved(desk, body.matter, record, after, body.question)

    @trade_operation(ops.WORKLIST_CLOSE)
    def close_matter(self, desk: Desk, body: ops.CloseMatter) -> ops.MatterMoved:
        """Nobody must act any more, or the head office must."""
        record = _open(desk, body.matter)
        before = record.value if record else Handling("OPEN", officer=desk.staff)
        after = replace(before, status="ESCALATED" if body.escalated else "CLOSED")
        return _moved(desk, body.matter, record, after, body.reason)

    @trade_operation(ops.WORKLIST_READ)
    def read_worklist(self, desk: Desk, body: ops.ReadWorklist) -> ops.Worklist:
        """Flags with who must act on each."""
        found = desk.scan(pools.RECORD, body.after, body.limit, Pool)
        matters = [_work(desk, pool, flag) for _, pool in found for flag in pool.flags]
        shown = tuple(each for each in matters if body.ended or each.must_act)
        return ops.Worklist(shown, found[-1][0] if len(found) == body.limit else "")

    @trade_operation(ops.INQUIRY_READ)
    def read_inquiries(self, desk: Desk, body: ops.ReadInquiries) -> ops.Inquiries:
        """What the regulator wants to know of one's own bank."""
        collection = desk.context.collection(ops.NOTICES)
        found = desk.page(collection, _INQUIRY, body.after, body.limit, ops.Inquiry)
        return ops.Inquiries(tuple(found), found[-1].inquiry if len(found) == body.limit else "")

    @trade_operation(ops.INQUIRY_ANSWER)
    def answer_inquiry(self, desk: Desk, body: ops.AnswerInquiry) -> ops.InquiryAnswered:
        """Keep the bank's answer; late ones count too."""
        inquiry = desk.read_own(ops.NOTICES, _INQUIRY, body.inquiry, ops.Inquiry)
        if inquiry is None:
            raise refusal(RefusalCode.NOT_FOUND, "no such inquiry to this bank")
        if inquiry.answered_at:
            raise refusal(RefusalCode.BAD_STATE, "the inquiry was answered before")
        answered = replace(inquiry, answer=body.answer, answered_by=desk.staff, answered_at=desk.now)
        desk.context.store.write(*desk.own(ops.NOTICES, _INQUIRY, body.inquiry), answered)
        return ops.InquiryAnswered(desk.now)


def _check_due(due: str, today: str) -> None:
    try:
        business_day.day(due)
    except ValueError:
        raise refusal(RefusalCode.BAD_INPUT, "a day that does not exist") from None
    if due < today:
        raise refusal(RefusalCode.BAD_INPUT, "an inquiry is due today or later")


def _number(matter: ops.Matter) -> str:
    return f"{matter.document}|{matter.code}|{matter.cause}"


def _open(desk: Desk, matter: ops.Matter) -> Record[Handling] | None:
    """The handling so far of a matter that is not closed.

    Raises:
        Refusal: `NOT_FOUND`, `BAD_STATE`.
    """
    pool = desk.context.store.find(AUTHORITY, pools.RECORD, matter.document, Pool)
    known = pool.value.flags if pool is not None else ()
    if all((flag.code, flag.cause) != (matter.code, matter.cause) for flag in known):
        raise refusal(RefusalCode.NOT_FOUND, "no document has this flag")
    record = desk.context.store.find(ops.SUPERVISION, _WORK, _number(matter), Handling)
    if record is not None and record.value.status == "CLOSED":
        raise refusal(RefusalCode.BAD_STATE, "the matter is closed")
    return record


def _moved(
    desk: Desk, matter: ops.Matter, record: Record[Handling] | None, after: Handling, text: str
) -> ops.MatterMoved:
    step = WorkStep(desk.now, desk.staff, after.status, text)
    kept = replace(after, steps=(*after.steps, step))
    desk.context.store.save(ops.SUPERVISION, _WORK, _number(matter), kept, record)
    return ops.MatterMoved(after.status)


def _work(desk: Desk, pool: Pool, flag: Flag) -> ops.Work:
    matter = ops.Matter(pool.document, flag.code, flag.cause)
    record = desk.context.store.find(ops.SUPERVISION, _WORK, _number(matter), Handling)
    handling = record.value if record else Handling("CLOSED" if flag.ended else "OPEN")
    asked = None
    if handling.inquiry:
        asked = desk.read_own(ops.NOTICES, _INQUIRY, handling.inquiry, ops.Inquiry, handling.bank)
    status = handling.status
    if status == "INQUIRED" and asked is not None and asked.answered_at:
        status = "EXPLAINED"
    waits = status == "INQUIRED"
    must_act = {"CLOSED": "", "INQUIRED": msp_of(handling.bank)}.get(status, REGULATOR)
    return ops.Work(
        matter=matter,
        since=flag.since,
        kind=pool.kind,
        status=status,
        must_act=must_act,
        blocks=flags.RULES[flag.code].blocks,
        ends=flags.RULES[flag.code].ends,
        label=pool.label,
        invoice=pool.invoice,
        officer=handling.officer,
        office=_office(desk, pool, handling, escalated=status == "ESCALATED"),
        due=handling.due,
        overdue=waits and handling.due < desk.today,
        answer=asked.answer if asked is not None else "",
        steps=handling.steps,
    )


def _tree(desk: Desk) -> dict[str, ops.Office]:
    record = desk.context.store.find(AUTHORITY, offices.RECORD, offices.RECORD, offices.Offices)
    return dict(offices.at(record.value, desk.now)) if record is not None else {}


def _office(desk: Desk, pool: Pool, handling: Handling, *, escalated: bool) -> str:
    """The office that was named, else that of the enterprise's region, else the head office."""
    tree = _tree(desk)
    head = next((code for code in sorted(tree) if not tree[code].parent), "")
    if escalated:
        return head
    region = _region(desk, pool)
    return handling.office or (region if region in tree else head)


def _region(desk: Desk, pool: Pool) -> str:
    """The region of the enterprise; a declaration is the one's whose invoice it carries."""
    invoice = pool.invoice
    if invoice is None and pool.lines:
        joined = desk.context.store.find(AUTHORITY, pools.RECORD, pool.lines[0].document, Pool)
        invoice = joined.value.invoice if joined is not None else None
    records = directory.find(desk.context, invoice.seller).records if invoice is not None else ()
    return records[-1].region if records else ""
