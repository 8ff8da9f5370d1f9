"""`counterfoil consent`: what an enterprise signs, without any network, and what a bank does with it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from counterfoil_cli.output import Output
from counterfoil_cli.trade import values
from counterfoil_cli.trade.complaints import told
from counterfoil_cli.trade.consent_paper import (
    Papers,
    Signatory,
    claims_of,
    consent_of,
    reading_of,
    withdrawal_of,
    write_paper,
)
from counterfoil_cli.trade.groups import add_commands
from counterfoil_cli.trade.values import Money

Certificate = Annotated[
    Path,
    typer.Option(
        "--certificate", dir_okay=False, help="The enterprise's certificate chain without root, PEM."
    ),
]
Key = Annotated[Path, typer.Option("--key", dir_okay=False, help="The enterprise's private key, P-256, PEM.")]
Days = Annotated[int, typer.Option("--days", min=1, max=365, help="For how many days it is valid.")]
Out = Annotated[Path, typer.Option("--out", dir_okay=False, help="The file that is written.")]
Token = Annotated[str, typer.Argument(metavar="FILE", help="A signed consent, a file.", show_default=False)]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def consent() -> None:
    """What an enterprise signs, and what a bank sees with it."""


@app.command()
def sign(  # noqa: PLR0913 - the options of the command
    *,
    certificate: Certificate,
    key: Key,
    bank: Annotated[str, typer.Option(help="The one bank it is for, as BankA.")],
    invoice: Annotated[list[str], typer.Option(help="An invoice: UBL, CII or JSON; again for each.")],
    declaration: Annotated[list[str], typer.Option(help="A declaration's number; again for each.")],
    maximum: Annotated[str, typer.Option(help="The most that may be lent, as '60000.00 USD'.")],
    out: Out,
    line: Annotated[
        list[str] | None,
        typer.Option(
            help="What of an invoice is what of a declaration: invoice=0,declaration=…,invoice_amount=…,"
            "declaration_amount=…; again for each.",
            show_default="the whole invoice, where there is one of each",
        ),
    ] = None,
    purpose: Annotated[str, typer.Option(help="What for.")] = "export invoice finance",
    days: Days = 7,
) -> None:
    """Sign a consent: one bank may look at documents and lock them for loans up to a maximum.

    This is the enterprise's own act, with its own key, on its own machine; no network is needed.

    Example:

        counterfoil consent sign --certificate own.pem --key own-key.pem --bank BankA
        --invoice invoice-1.ubl.xml --declaration 224820260027322286 --maximum '60000.00 USD'
        --out invoice-1.consent

    Exit codes: 0 written; 2 something stated is wrong; 5 certificate or key cannot be used.
    """
    with told():
        signatory = Signatory.read(certificate, key)
        papers = Papers(tuple(map(values.invoice, invoice)), tuple(declaration))
        claims = consent_of(
            signatory.uscc,
            values.bank(bank),
            papers,
            line or (),
            Money(maximum),
            purpose=purpose,
            days=days,
        )
        write_paper(out, signatory.sign(claims))
        Output().line(f"{out}: consent {claims.nonce} for {claims.audience}, valid for {days} days.")


@app.command("sign-withdrawal")
def sign_withdrawal(
    file: Token,
    *,
    certificate: Certificate,
    key: Key,
    out: Out,
    days: Days = 7,
) -> None:
    """Sign the withdrawal of a consent; any bank or relay carries it: `counterfoil consent withdraw`.

    Example:

        counterfoil consent sign-withdrawal invoice-1.consent --certificate own.pem --key own-key.pem
        --out withdrawal.jws

    Exit codes: 0 written; 2 something stated is wrong; 5 certificate or key cannot be used.
    """
    with told():
        signatory = Signatory.read(certificate, key)
        claims = withdrawal_of(signatory.uscc, values.file_text(file), days=days)
        write_paper(out, signatory.sign(claims))
        Output().line(f"{out}: withdrawal of consent {claims.nonce}.")


@app.command("sign-reading")
def sign_reading(*, certificate: Certificate, key: Key, out: Out) -> None:
    """Sign a request to read one's own consents and who looked; a relay carries it within five minutes.

    Example:

        counterfoil consent sign-reading --certificate own.pem --key own-key.pem --out reading.jws

    Exit codes: 0 written; 5 certificate or key cannot be used.
    """
    with told():
        signatory = Signatory.read(certificate, key)
        write_paper(out, signatory.sign(reading_of(signatory.uscc)))
        Output().line(f"{out}: for `counterfoil consent list` and `counterfoil consent viewers`.")


@app.command()
def show(file: Token) -> None:
    """Print what a consent says, as JSON; whether its signature holds is the contract's to judge.

    Example:

        counterfoil consent show invoice-1.consent

    Exit codes: 0 printed; 2 no compact JWS.
    """
    with told():
        Output().line(json.dumps(claims_of(values.file_text(file)), ensure_ascii=False, indent=2))


add_commands(app, "consent")
