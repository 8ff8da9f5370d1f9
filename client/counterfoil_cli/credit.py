"""`counterfoil credit`: what an enterprise signs, what the regulator computes, the contract's commands."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from counterfoil_audit import ExportError
from counterfoil_contracts.consent.operations import ClaimsT, new_nonce
from counterfoil_contracts.credit_authorization import statements as s
from counterfoil_contracts.credit_authorization.deliveries import digest_of
from counterfoil_history import NotProved, compute_report, read_ledger
from counterfoil_protocol.confidential import bank_of

from counterfoil_cli.consent import Certificate, Days, Key, Out
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.output import Output, complain
from counterfoil_cli.trade import values
from counterfoil_cli.trade.complaints import told
from counterfoil_cli.trade.consent_paper import (
    CLOCK_SECONDS,
    DAY_SECONDS,
    READING_SECONDS,
    Signatory,
    claims_of,
    write_paper,
)
from counterfoil_cli.trade.groups import add_commands

Bank = Annotated[str, typer.Option(help="The one bank it is for, as BankA.")]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def credit() -> None:
    """Leave to read an enterprise's credit record: granted, used, revoked, disputed."""


@app.command("sign-grant")
def sign_grant(  # noqa: PLR0913 - the options of the command
    *,
    certificate: Certificate,
    key: Key,
    bank: Bank,
    scope: Annotated[list[str], typer.Option(help="BASIC, TRADE or REGULATORY; again for each.")],
    purpose: Annotated[str, typer.Option(help="credit-review, post-loan-monitor or account-opening.")],
    data_from: Annotated[str, typer.Option(help="The first day that reports may be of.")],
    out: Out,
    data_until: Annotated[str, typer.Option(help="The last such day.", show_default="the report's own")] = "",
    maximum: Annotated[int, typer.Option(min=1, max=1000, help="How many reports.")] = 1,
    ask: Annotated[str, typer.Option(help="The id of the bank's request that this answers.")] = "",
    days: Days = 90,
) -> None:
    """Sign a grant: one bank may ask for so many reports, about this, for this purpose, until then.

    This is the enterprise's own act, with its own key, on its own machine; no network is needed.

    Example:

        counterfoil credit sign-grant --certificate own.pem --key own-key.pem --bank BankA --scope BASIC
        --scope TRADE --purpose credit-review --data-from 2025-01-01 --maximum 3 --out grant.jws

    Exit codes: 0 written; 2 something stated is wrong; 5 certificate or key cannot be used.
    """
    with told():
        given: dict[str, Any] = {
            "type": s.CREDIT_GRANT,
            "scope": sorted(group.upper() for group in scope),
            "purpose": purpose.upper().replace("-", "_"),
            "data_from": values.day(data_from),
            "data_until": values.day(data_until) if data_until else "",
            "maximum": maximum,
            "ask": ask,
            "nonce": new_nonce(),
        }
        claims = _Pen(certificate, key, out).sign(s.CreditGrant, bank, days, given)
        Output().line(f"{out}: grant {claims.nonce} for {claims.audience}, valid for {days} days.")


@app.command("sign-revocation")
def sign_revocation(
    grant: Annotated[str, typer.Argument(metavar="FILE", help="The signed grant, a file.")],
    *,
    certificate: Certificate,
    key: Key,
    out: Out,
    days: Days = 7,
) -> None:
    """Sign the end of a grant; the regulator's relay or the bank carries it: `counterfoil credit revoke`.

    Example:

        counterfoil credit sign-revocation grant.jws --certificate own.pem --key own-key.pem
        --out revocation.jws

    Exit codes: 0 written; 2 no signed grant; 5 certificate or key cannot be used.
    """
    with told():
        said = claims_of(values.file_text(grant))
        given = {"type": s.CREDIT_REVOCATION, "nonce": str(said.get("nonce", ""))}
        bank = str(said.get("audience", ""))
        claims = _Pen(certificate, key, out).sign(s.CreditRevocation, bank, days, given)
        Output().line(f"{out}: revocation of grant {claims.nonce}.")


@app.command("sign-decline")
def sign_decline(  # noqa: PLR0913 - the options of the command
    ask: Annotated[str, typer.Argument(help="The id of the bank's request.")],
    *,
    certificate: Certificate,
    key: Key,
    bank: Bank,
    out: Out,
    days: Days = 7,
) -> None:
    """Sign a no to a bank's request; the regulator's relay carries it: `counterfoil credit decline`.

    Example:

        counterfoil credit sign-decline 00000000000000000000000000000001 --bank BankA
        --certificate own.pem --key own-key.pem --out no.jws

    Exit codes: 0 written; 2 something stated is wrong; 5 certificate or key cannot be used.
    """
    with told():
        given = {"type": s.CREDIT_DECLINE, "ask": ask}
        claims = _Pen(certificate, key, out).sign(s.CreditDecline, bank, days, given)
        Output().line(f"{out}: no to request {claims.ask}.")


@app.command("sign-dispute")
def sign_dispute(  # noqa: PLR0913 - the options of the command
    enquiry: Annotated[str, typer.Argument(help="The id of the enquiry whose report is wrong.")],
    *,
    certificate: Certificate,
    key: Key,
    bank: Bank,
    statement: Annotated[str, typer.Option(help="What is wrong, for that bank and the regulator alone.")],
    out: Out,
    days: Days = 7,
) -> None:
    """Sign that a report is wrong; the regulator's relay carries it: `counterfoil credit dispute`.

    Example:

        counterfoil credit sign-dispute 00000000000000000000000000000001 --bank BankA --statement
        'a declaration is counted twice' --certificate own.pem --key own-key.pem --out dispute.jws

    Exit codes: 0 written; 2 something stated is wrong; 5 certificate or key cannot be used.
    """
    with told():
        given = {"type": s.CREDIT_DISPUTE, "enquiry": enquiry, "statement": statement}
        claims = _Pen(certificate, key, out).sign(s.CreditDispute, bank, days, given)
        Output().line(f"{out}: dispute of the report to enquiry {claims.enquiry}.")


@app.command("sign-reading")
def sign_reading(*, certificate: Certificate, key: Key, out: Out) -> None:
    """Sign a request to read one's own log; the regulator's relay carries it within five minutes.

    Example:

        counterfoil credit sign-reading --certificate own.pem --key own-key.pem --out reading.jws

    Exit codes: 0 written; 5 certificate or key cannot be used.
    """
    with told():
        signatory, now = Signatory.read(certificate, key), int(time.time())
        half = READING_SECONDS // 2
        claims = s.CreditReading(s.CREDIT_READING, signatory.uscc, new_nonce(), now - half, now + half)
        write_paper(out, signatory.sign(claims))
        Output().line(f"{out}: for `counterfoil credit own-grants`, `own-asks` and `own-enquiries`.")


@app.command("report")
def report(
    export: Annotated[Path, typer.Argument(help="A folder made by `counterfoil audit export`.")],
    *,
    bank: Bank,
    enquiry: Annotated[str, typer.Option(help="The id of the enquiry that it answers.")],
    out: Out,
    height: Annotated[
        int, typer.Option(min=0, help="How many blocks count.", show_default="all in the export")
    ] = 0,
) -> None:
    """Compute a credit report from what the ledger held at a height, after the export has been proved.

    The same export and height give the same bytes, whoever computes: so a delivered report can be checked.

    Example:

        counterfoil credit report audit-2026-11 --bank BankA --enquiry 00000000000000000000000000000001
        --out report.json

    Exit codes: 0 written; 1 the export does not pass the audit; 2 no such enquiry or height.
    """
    with told():
        name = bank_of(values.bank(bank)) or bank
    try:
        ledger = read_ledger(export, height)
        found = compute_report(ledger, name, enquiry)
    except NotProved as error:
        raise typer.Exit(complain(str(error), ExitCode.FAILED)) from error
    except (ExportError, LookupError) as error:
        raise typer.Exit(complain(str(error), ExitCode.USAGE)) from error
    out.write_text(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2) + "\n", "utf-8")
    Output().line(f"{out}: report at height {found.height}, digest {digest_of(found)}.")


@dataclass(frozen=True, slots=True)
class _Pen:
    """Whose key signs, and the file that is written."""

    certificate: Path
    key: Path
    out: Path

    def sign(self, of: type[ClaimsT], bank: str, days: int, given: dict[str, Any]) -> ClaimsT:
        """Sign claims that begin now, write them to the file and give them."""
        signatory, first = Signatory.read(self.certificate, self.key), int(time.time()) - CLOCK_SECONDS
        stated = {
            "enterprise": signatory.uscc,
            "audience": values.bank(bank),
            "not_before": first,
            "expiry": first + days * DAY_SECONDS,
            **given,
        }
        claims: ClaimsT = values.converted(stated, of)
        write_paper(self.out, signatory.sign(claims))
        return claims


add_commands(app, "credit")
