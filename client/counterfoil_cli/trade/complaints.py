"""What is said where a command does not do it: code, field, value, way out, and the exit code."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import typer
from counterfoil import (
    CommitError,
    CommitUnknown,
    ContractRefusal,
    CounterfoilError,
    EvaluateError,
    GatewayError,
)
from counterfoil_contracts.core.codes import RefusalCode

from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.output import complain

from .person import NobodyKnown
from .values import BadEntry

WAYS_OUT = {
    RefusalCode.BAD_REQUEST: "Client and chaincode are of different versions: bring both to the same.",
    RefusalCode.WRONG_PEER: "The peer is not the one it says it is: `counterfoil network verify` tells more.",
    RefusalCode.NOT_AUTHORIZED: "Let a person act whose certificate has the role: --org, --user.",
    RefusalCode.CLOCK_SKEW: "Set this machine's clock.",
    RefusalCode.BAD_INPUT: "Correct the entry that is named.",
    RefusalCode.IDEMPOTENCY_CONFLICT: "The step stands for another request: give another --step.",
    RefusalCode.NOT_CONFIGURED: "The regulator gives secret and tables first: `counterfoil parameter`.",
    RefusalCode.NOT_FOUND: "Look whether the id is right, and whether this organisation may name it.",
    RefusalCode.ALREADY_EXISTS: "Read what is there; a declaration is amended, not put again.",
    RefusalCode.STALE_VERSION: "Read it again and decide anew.",
    RefusalCode.CONSENT_INVALID: "Ask the enterprise for a consent to this bank, signed by its own key.",
    RefusalCode.CONSENT_EXPIRED: "Ask the enterprise for a new consent.",
    RefusalCode.CONSENT_WITHDRAWN: "Ask the enterprise for a new consent.",
    RefusalCode.CONSENT_REPLAYED: "Ask the enterprise for a consent with a number of its own.",
    RefusalCode.VIEW_EXPIRED: "Look again: `counterfoil consent view`.",
    RefusalCode.BAD_STATE: "Read where it stands; another step may be due first.",
    RefusalCode.EXPIRED: "The first person prepares it again.",
    RefusalCode.SAME_PERSON: "Let another person do the second step: --user.",
    RefusalCode.LIMIT_EXCEEDED: "Let an approver with a higher limit decide, or approve less.",
    RefusalCode.CONSENT_EXCEEDED: "Ask for less, or for a consent to more.",
    RefusalCode.GRANT_REVOKED: "Refuse the enquiry; the bank asks the enterprise for a new grant.",
    RefusalCode.GRANT_SUSPENDED: "Refuse the enquiry, or wait until the regulator resumes the grant.",
    RefusalCode.GRANT_EXPIRED: "Ask the enterprise for a new grant.",
    RefusalCode.PURPOSE_MISMATCH: "Ask the enterprise for a grant for this purpose.",
    RefusalCode.SCOPE_EXCEEDED: "Leave out what was not granted or asked for.",
    RefusalCode.GRANT_EXHAUSTED: "Ask the enterprise for a new grant.",
    RefusalCode.PARTY_MISMATCH: "The documents are of several enterprises: leave the others' out.",
    RefusalCode.SCENARIO_NOT_OPEN: "The regulator opens the business here: `counterfoil parameter`.",
    RefusalCode.CLASS_RESTRICTED: "Class B needs --review; class C is lent nothing.",
    RefusalCode.FROZEN: "Wait until the regulator lifts it.",
    RefusalCode.NOT_FINANCEABLE: "Look at the declaration: `counterfoil consent view-read`.",
    RefusalCode.STATEMENT_CONFLICT: "The document was stated otherwise: let seller and customs set it right.",
    RefusalCode.CURRENCY_MISMATCH: "State a line with both amounts in the consent.",
    RefusalCode.NO_RATE: "Name a rate of the public table: `counterfoil parameter read`.",
    RefusalCode.STALE_RATE: "Name a newer rate: `counterfoil parameter read`.",
    RefusalCode.LOAN_ABOVE_PLEDGE: "Pledge more, or lend less.",
    RefusalCode.ALREADY_COLLECTED: "Take another invoice: the buyer has paid this one.",
    RefusalCode.DUPLICATE: "Take another invoice: this one is financed.",
    RefusalCode.NEAR_DUPLICATE: "Let the approver give a reason: --accept-near-duplicates, then --reason.",
    RefusalCode.OVER_FINANCING: "Ask for no more than is available: `counterfoil consent view-read`.",
    RefusalCode.NOT_VERIFIED: "Compare every field with the invoice in hand: `counterfoil freight verify`.",
    RefusalCode.REVERSED: "Take another invoice: the tax authority has taken this one back.",
    RefusalCode.DOCUMENTS_REQUIRED: "Verify an invoice or a transport document for the payment.",
    RefusalCode.OVER_TOLERANCE: "Pay less, or use more of the invoices.",
    RefusalCode.OVER_USE: "Use no more than is left: `counterfoil freight verify-read`.",
    RefusalCode.OVER_AMOUNT: "Ask for no more than the financing has left: `counterfoil financing read`.",
}
"""What to do about a refusal."""


def way_out_of(code: str) -> str:
    """What to do about a refusal; of one that has no line above, where its meaning stands."""
    known = {each.value: text for each, text in WAYS_OUT.items()}
    return known.get(code, "What it means stands in docs/contracts.md.")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What did not work out. `code` is stable; `field` and `value` are what was typed wrongly."""

    code: str
    text: str
    exit_code: ExitCode
    way_out: str = ""
    field: str = ""
    value: str = ""

    @property
    def told(self) -> str:
        """In words."""
        where = f"{self.field}: " if self.field else ""
        value = f"{self.value!r}: " if self.value else ""
        said = f"{self.code}: {where}{value}{self.text}"
        return f"{said.removesuffix('.')}. {self.way_out}" if self.way_out else said

    def as_json(self) -> str:
        """For machines."""
        said = {"code": self.code, "text": self.text, "exit_code": int(self.exit_code)}
        more = {"field": self.field, "value": self.value, "way_out": self.way_out}
        return json.dumps(
            {"error": said | {name: text for name, text in more.items() if text}}, ensure_ascii=False
        )


def complaint_of(error: Exception) -> Complaint | None:
    """What is said of an error, None where it is none that is expected."""
    if isinstance(error, BadEntry):
        return Complaint("BAD_ENTRY", error.way_out, ExitCode.USAGE, field=error.field, value=error.value)
    if isinstance(error, NobodyKnown):
        return Complaint("WHO_ACTS", str(error), ExitCode.USAGE)
    if isinstance(error, ContractRefusal):
        return Complaint(error.code, error.text, ExitCode.REFUSED, way_out_of(error.code))
    if isinstance(error, CommitUnknown):
        way_out = "Nothing is lost or doubled: `counterfoil resume` finds out."
        return Complaint("OUTCOME_UNKNOWN", str(error), ExitCode.UNKNOWN, way_out)
    if isinstance(error, CommitError):
        return Complaint(error.name, str(error), ExitCode.FAILED, "Nothing was written: try again.")
    if isinstance(error, GatewayError):
        return _unreachable(error)
    if isinstance(error, CounterfoilError):
        return Complaint(type(error).__name__, str(error), ExitCode.FAILED)
    if isinstance(error, OSError | ValueError | TypeError):
        return Complaint("CONFIGURATION", str(error), ExitCode.CONFIGURATION)
    return None


def _unreachable(error: GatewayError) -> Complaint:
    asked = isinstance(error, EvaluateError)
    way_out = "Nothing was written: is the network up, `counterfoil network status`?"
    return Complaint(error.code.name, str(error), ExitCode.UNREACHABLE, "" if asked else way_out)


@contextmanager
def told(*, as_json: bool = False) -> Iterator[None]:
    """Turn every expected failure into its complaint and exit code; `as_json`, on standard output too."""
    try:
        yield
    except Exception as error:
        complaint = complaint_of(error)
        if complaint is None:
            raise
        if as_json:
            typer.echo(complaint.as_json())
        raise typer.Exit(complain(complaint.told, complaint.exit_code)) from error
