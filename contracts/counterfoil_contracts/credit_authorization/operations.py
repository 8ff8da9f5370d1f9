"""What the contract `credit_authorization` can do: who may call it, who endorses, what is read and written.

Port learns nothing: no operation is endorsed or answered there, and of `authority` only the list of all that
is frozen is read, under a key that is the same for all. What ends a leave is endorsed by the regulator alone,
so that a bank can neither refuse nor delay it.
"""

from counterfoil_protocol.confidential import AUTHORITY, BANK, Operation

from counterfoil_contracts.core.roles import (
    BANK_OFFICER,
    BANK_STAFF,
    REGULATOR,
    REGULATOR_OFFICER,
    REGULATOR_ORACLE,
    REGULATOR_RELAY,
    SUPERVISORS,
)

from . import messages as m

CONTRACT = "credit_authorization"
SCENARIO = "CREDIT_AUTHORIZATION"
CREDIT = "credit_{bank}"
NOTICES = "notices_{bank}"
SUPERVISION = "supervision"
_BOTH = (CREDIT, NOTICES)
_WITH_BANK = (REGULATOR, BANK)
_ALONE = (REGULATOR,)

ASK = Operation(
    CONTRACT, "ask", m.Ask, m.Asked, roles=(BANK_OFFICER,),
    endorsers=_WITH_BANK, outcome=CREDIT, writes=(CREDIT,),
    summary="Ask an enterprise for leave to read its credit record.",
)  # fmt: skip
OFFER = Operation(
    CONTRACT, "offer", m.Statement, m.Stated, roles=(REGULATOR_RELAY,),
    endorsers=_ALONE, outcome=SUPERVISION, reads=(NOTICES,), writes=(NOTICES,), client_salt=True,
    summary="Bring a bank the grant that an enterprise gives of its own accord.",
)  # fmt: skip
GRANT = Operation(
    CONTRACT, "grant", m.Statement, m.Granted, roles=(BANK_OFFICER,),
    endorsers=_WITH_BANK, outcome=CREDIT, reads=(*_BOTH, AUTHORITY), writes=(CREDIT,),
    summary="Put on record the leave that an enterprise has signed.",
)  # fmt: skip
DECLINE = Operation(
    CONTRACT, "decline", m.Statement, m.Stated, roles=(BANK_OFFICER, REGULATOR_RELAY),
    endorsers=_ALONE, outcome=NOTICES, relayed_outcome=SUPERVISION, reads=_BOTH, writes=(NOTICES,),
    client_salt=True, summary="Put on record that an enterprise says no to a bank's request.",
)  # fmt: skip
REVOKE = Operation(
    CONTRACT, "revoke", m.Statement, m.Stated, roles=(BANK_OFFICER, REGULATOR_RELAY),
    endorsers=_ALONE, outcome=NOTICES, relayed_outcome=SUPERVISION, reads=(NOTICES,), writes=(NOTICES,),
    client_salt=True, summary="End a grant: nothing is asked for or delivered under it from now on.",
)  # fmt: skip
ENQUIRE = Operation(
    CONTRACT, "enquire", m.Enquire, m.Enquired, roles=(BANK_OFFICER,),
    endorsers=_WITH_BANK, outcome=CREDIT, reads=_BOTH, writes=(CREDIT,),
    summary="Ask for a report under a grant; a refused attempt is put on record too.",
)  # fmt: skip
DELIVER = Operation(
    CONTRACT, "deliver", m.Deliver, m.Delivered, roles=(REGULATOR_ORACLE,),
    endorsers=_ALONE, outcome=SUPERVISION, reads=_BOTH, writes=(NOTICES,), client_salt=True,
    summary="Deliver the report that an enquiry asks for, or correct a delivered one.",
)  # fmt: skip
REFUSE = Operation(
    CONTRACT, "refuse", m.Refuse, m.Refused, roles=(REGULATOR_ORACLE,),
    endorsers=_ALONE, outcome=SUPERVISION, reads=_BOTH, writes=(NOTICES,), client_salt=True,
    summary="Say why an enquiry gets no report; its count is given back.",
)  # fmt: skip
ACKNOWLEDGE = Operation(
    CONTRACT, "acknowledge", m.Acknowledge, m.Acknowledged, roles=(BANK_OFFICER,),
    endorsers=_WITH_BANK, outcome=CREDIT, reads=_BOTH, writes=(CREDIT,),
    summary="Put on record that the bank has the report.",
)  # fmt: skip
DISPUTE = Operation(
    CONTRACT, "dispute", m.Statement, m.Stated, roles=(BANK_OFFICER, REGULATOR_RELAY),
    endorsers=_ALONE, outcome=NOTICES, relayed_outcome=SUPERVISION, reads=(NOTICES,), writes=(NOTICES,),
    client_salt=True, summary="Put on record that an enterprise says a delivered report is wrong.",
)  # fmt: skip
PURGE = Operation(
    CONTRACT, "purge", m.Purge, m.Purged, roles=(REGULATOR_ORACLE,),
    endorsers=_ALONE, outcome=SUPERVISION, reads=(NOTICES,), writes=(NOTICES,), client_salt=True,
    summary="Remove a report's body at the end of its retention; its record stays.",
)  # fmt: skip
ACT_PROPOSE = Operation(
    CONTRACT, "act.propose", m.ProposeAct, m.Proposed, roles=(REGULATOR_OFFICER,),
    endorsers=_ALONE, outcome=SUPERVISION, reads=_BOTH, writes=(SUPERVISION,), client_salt=True,
    summary="Propose to suspend or resume a grant, to hold or let go a report, to decide a dispute.",
)  # fmt: skip
ACT_READ = Operation(
    CONTRACT, "act.read", m.ReadProposal, m.ProposalAnswer, roles=SUPERVISORS,
    evaluate_at=_ALONE, reads=(SUPERVISION,),
    summary="Read a proposed act before confirming it.",
)  # fmt: skip
ACT_CONFIRM = Operation(
    CONTRACT, "act.confirm", m.ConfirmAct, m.Confirmed, roles=(REGULATOR_OFFICER,),
    endorsers=_ALONE, outcome=SUPERVISION, reads=(*_BOTH, SUPERVISION), writes=(NOTICES, SUPERVISION),
    client_salt=True, summary="Confirm another officer's act; it takes effect.",
)  # fmt: skip
GRANT_READ = Operation(
    CONTRACT, "grant.read", m.ReadGrant, m.GrantAnswer, roles=BANK_STAFF,
    evaluate_at=_ALONE, reads=_BOTH,
    summary="Learn whether a grant stands; only the regulator's peer surely knows.",
)  # fmt: skip
GRANTS = Operation(
    CONTRACT, "grants", m.ReadRecords, m.Grants, roles=BANK_STAFF,
    evaluate_at=_ALONE, reads=_BOTH,
    summary="List one's own bank's grants.",
)  # fmt: skip
ASKS = Operation(
    CONTRACT, "asks", m.ReadRecords, m.Asks, roles=BANK_STAFF,
    evaluate_at=_ALONE, reads=_BOTH,
    summary="List one's own bank's requests for leave.",
)  # fmt: skip
OFFERS = Operation(
    CONTRACT, "offers", m.ReadRecords, m.Offers, roles=BANK_STAFF,
    evaluate_at=_WITH_BANK, reads=(NOTICES,),
    summary="List the grants that enterprises have brought one's own bank by way of the regulator.",
)  # fmt: skip
ENQUIRIES = Operation(
    CONTRACT, "enquiries", m.ReadRecords, m.Enquiries, roles=BANK_STAFF,
    evaluate_at=_ALONE, reads=_BOTH,
    summary="List one's own bank's enquiries, refused ones too.",
)  # fmt: skip
REPORT_READ = Operation(
    CONTRACT, "report.read", m.ReadReport, m.ReportAnswer, roles=BANK_STAFF,
    evaluate_at=_WITH_BANK, reads=(NOTICES,),
    summary="Read a report that one's own bank was given.",
)  # fmt: skip
OWN_GRANTS = Operation(
    CONTRACT, "own.grants", m.ReadOwnLog, m.Grants, roles=(REGULATOR_RELAY,),
    evaluate_at=_ALONE, reads=_BOTH,
    summary="For the enterprise that has signed the request: its grants at a bank.",
)  # fmt: skip
OWN_ASKS = Operation(
    CONTRACT, "own.asks", m.ReadOwnLog, m.Asks, roles=(REGULATOR_RELAY,),
    evaluate_at=_ALONE, reads=_BOTH,
    summary="For the enterprise that has signed the request: what a bank asks leave for.",
)  # fmt: skip
OWN_ENQUIRIES = Operation(
    CONTRACT, "own.enquiries", m.ReadOwnLog, m.Enquiries, roles=(REGULATOR_RELAY,),
    evaluate_at=_ALONE, reads=_BOTH,
    summary="For the enterprise that has signed the request: who of a bank looked, refused ones too.",
)  # fmt: skip
OWN_REPORT = Operation(
    CONTRACT, "own.report", m.ReadOwnReport, m.ReportAnswer, roles=(REGULATOR_RELAY,),
    evaluate_at=_ALONE, reads=(NOTICES,),
    summary="For the enterprise that has signed the request: the report that a bank was given.",
)  # fmt: skip
SUPERVISE_GRANTS = Operation(
    CONTRACT, "supervise.grants", m.Supervise, m.Grants, roles=SUPERVISORS,
    evaluate_at=_ALONE, reads=_BOTH,
    summary="The regulator lists a bank's grants, of all enterprises or of one.",
)  # fmt: skip
SUPERVISE_ENQUIRIES = Operation(
    CONTRACT, "supervise.enquiries", m.Supervise, m.Enquiries,
    roles=(*SUPERVISORS, REGULATOR_ORACLE), evaluate_at=_ALONE, reads=_BOTH,
    summary="The regulator lists a bank's enquiries, of all enterprises or of one.",
)  # fmt: skip
SUPERVISE_REPORT = Operation(
    CONTRACT, "supervise.report", m.SuperviseReport, m.ReportAnswer, roles=(*SUPERVISORS, REGULATOR_ORACLE),
    evaluate_at=_ALONE, reads=(NOTICES,),
    summary="The regulator reads a report that a bank was given.",
)  # fmt: skip

OPERATIONS = (
    ASK, OFFER, GRANT, DECLINE, REVOKE, ENQUIRE, DELIVER, REFUSE, ACKNOWLEDGE, DISPUTE, PURGE, ACT_PROPOSE,
    ACT_READ, ACT_CONFIRM, GRANT_READ, GRANTS, ASKS, OFFERS, ENQUIRIES, REPORT_READ, OWN_GRANTS, OWN_ASKS,
    OWN_ENQUIRIES, OWN_REPORT, SUPERVISE_GRANTS, SUPERVISE_ENQUIRIES, SUPERVISE_REPORT,
)  # fmt: skip
