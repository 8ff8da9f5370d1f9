"""The network is put to use: the ledger's secret, the public tables, the directory, the declarations."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Final

import msgspec
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_contracts.registry import operations as registry
from counterfoil_network.identities import enterprise_roots

from counterfoil_demo import reference
from counterfoil_demo.desk import RATE_USD_CNY
from counterfoil_demo.narration import Check
from counterfoil_demo.reference import Book
from counterfoil_demo.sample_files import declaration_file
from counterfoil_demo.stage import business_day

if TYPE_CHECKING:
    from counterfoil_demo.stage import Stage

_BASIS_POINTS_A_PERCENT: Final = 100
_SAMPLES_KEEP_DAYS: Final = 3650
"""The samples keep their dates, so the story's tables let declarations grow old."""


def open_registry(stage: Stage) -> None:
    """Two officers of the regulator give the secret, the public tables and the enterprise's record."""
    stage.narration.chapter("The regulator opens the registry", "every act of supervision takes two officers")
    stage.narration.remark("figures read back are compared with plain sums that know nothing of the program")
    _give_secret(stage)
    _give_tables(stage)
    _give_directory(stage)


def publish_declarations(stage: Stage) -> None:
    """Customs publishes the four declarations with their lines; the sums begin."""
    stage.narration.chapter("Customs publishes four declarations", "six invoices stand on them")
    customs = stage.cast("Port", "customs")
    declarations = tuple(
        msgspec.convert(
            json.loads((stage.sample_folder / declaration_file(sample.place)).read_bytes()), trade.Declaration
        )
        for sample in stage.samples.declarations
    )
    text = f"publishes {len(declarations)} declarations"
    with stage.narration.doing(text):
        done = customs.submit(trade.DECLARATION_PUT, trade.PutDeclarations(declarations=declarations))
    for sample in stage.samples.declarations:
        stage.declarations[sample.place] = Book(sample.total)
        for invoice in sample.invoices:
            stage.invoices[invoice.place] = Book(invoice.total)
    checks = [check for sample in stage.samples.declarations for check in stage.read_back(sample.place)]
    stage.narration.committed(customs.name, text, done.told, checks)


def _give_secret(stage: Stage) -> None:
    first, second = stage.cast("Regulator", "officer1"), stage.cast("Regulator", "officer2")
    text = "gives half of the ledger's secret"
    with stage.narration.doing(text):
        one = first.submit(registry.SECRET_CONTRIBUTE, registry.ContributeSecret(half=secrets.token_hex(32)))
    stage.narration.committed(first.name, text, one.told, stage.on_ledger(one.transaction_id))
    text = "gives the other half: neither knows it"
    with stage.narration.doing(text):
        two = second.submit(registry.SECRET_COMPLETE, registry.CompleteSecret(half=secrets.token_hex(32)))
    stage.narration.committed(second.name, text, two.told, stage.on_ledger(two.transaction_id))


def _give_tables(stage: Stage) -> None:
    today = business_day()
    entries = registry.TableEntries(
        # A declaration's trade mode is judged by the table of its own date.
        parameters=_parameters(f"{stage.declaration(1).declared_on.year}-01-01"),
        rates=(
            registry.Rate(
                id=RATE_USD_CNY,
                source="USD",
                target="CNY",
                mantissa=stage.samples.figures.own_funds.rate_mantissa,
                scale=reference.RATE_SCALE,
                value_date=today,
            ),
        ),
        trust=tuple(
            registry.Root(certificate=pem.decode(), effective_from=today)
            for pem in enterprise_roots(stage.folder.crypto)
        ),
    )
    first, second = stage.cast("Regulator", "officer1"), stage.cast("Regulator", "officer2")
    text = f"proposes the public tables: at most {reference.CEILING_PERCENT} % of a document"
    with stage.narration.doing(text):
        proposed = first.submit(registry.TABLE_PROPOSE, registry.ProposeTables(entries=entries))
    stage.narration.committed(first.name, text, proposed.told, stage.on_ledger(proposed.transaction_id))
    text = "confirms them"
    with stage.narration.doing(text):
        done = second.submit(registry.TABLE_CONFIRM, registry.Confirm(proposal=proposed.answer.proposal))
        reader = stage.cast("BankA", "auditor")
        tables = reader.ask(registry.TABLES_READ, registry.ReadTables())
        stage.knowledge.published(tables)
    checks = [Check(reader.name, "rates in the table", [rate.id for rate in tables.rates], [RATE_USD_CNY])]
    stage.narration.committed(second.name, text, done.told, checks)


def _parameters(effective_from: str) -> tuple[registry.Parameter, ...]:
    """The standard values, but for the ceiling, which the sums state, and the samples' age."""
    own = {
        "ceiling_basis_points": reference.CEILING_PERCENT * _BASIS_POINTS_A_PERCENT,
        "declaration_age_days": _SAMPLES_KEEP_DAYS,
    }
    return tuple(
        # A value under a key of its own, as that of a tax invoice, stands beside these.
        parameter
        if parameter.key
        else msgspec.structs.replace(parameter, value=own.get(parameter.name, parameter.value))
        for parameter in registry.standard_parameters(effective_from)
    )


def _give_directory(stage: Stage) -> None:
    seller = stage.samples.seller
    record = registry.Enterprise(uscc=seller.code, name=seller.name, enterprise_class="A", region=seller.city)
    first, second = stage.cast("Regulator", "officer1"), stage.cast("Regulator", "officer2")
    text = f"proposes {seller.name} as class A"
    with stage.narration.doing(text):
        proposed = first.submit(
            registry.ENTERPRISE_PROPOSE, registry.ProposeEnterprises(enterprises=(record,))
        )
    stage.narration.committed(first.name, text, proposed.told, stage.on_ledger(proposed.transaction_id))
    text = "confirms it"
    with stage.narration.doing(text):
        done = second.submit(registry.ENTERPRISE_CONFIRM, registry.Confirm(proposal=proposed.answer.proposal))
        auditor = stage.cast("Regulator", "auditor")
        history = auditor.ask(registry.ENTERPRISE_READ, registry.ReadEnterprise(uscc=seller.code))
    checks = [Check(auditor.name, "class", history.records[-1].enterprise_class, "A")]
    stage.narration.committed(second.name, text, done.told, checks)
