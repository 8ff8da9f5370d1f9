"""Whoever has the blocks and the contracts' source guesses private keys, and tries them against key hashes.

Request ids and pseudonyms stand in blocks, the rest of a key is the source's: its kind and its collection.
"""

import hashlib
from collections.abc import Iterable

from counterfoil_contracts.credit_authorization import records as credit
from counterfoil_contracts.export_invoice import records as export
from counterfoil_contracts.freight_payment import records as freight

BANKS = ("BankA", "BankB", "BankC")
OUTCOME, STAFF = "outcome", "staff"
KINDS = (
    *(export.MARK, export.ACT, export.TERMS, export.SLIP, export.VIEW, export.TRANSFER, export.CONSENT),
    *(freight.PAYMENT, freight.ACT, freight.SLIP, freight.VERIFICATION, freight.MANDATE),
    *(credit.ASK, credit.GRANT, credit.ENQUIRY, credit.RECEIPT, credit.REVOCATION, credit.STANDING),
    *(credit.OFFER, credit.DECLINE, credit.ANSWER, credit.BODY, credit.DISPUTE, credit.PROPOSAL),
    *("limit", "limitproposal", "staffproposal", "inquiry", "work", "proposal", OUTCOME, STAFF),
)
"""Kinds of records that are kept by an id or a person. Two are known to be found: every write has an outcome,
whatever it does, and an entry of a bank's register of staff is kept by the pseudonym, which the bank and the
regulator both know and share no secret to hide."""
COLLECTIONS = (
    *("authority", "supervision"),
    *(f"{kind}_{bank}" for kind in ("terms", "marks", "credit", "notices") for bank in BANKS),
)


def guesses(request_ids: Iterable[str], people: Iterable[str]) -> dict[str, str]:
    """Names of records by the SHA-256, in hex, of the keys that they would have."""
    found = {}
    for kind in sorted(set(KINDS) - {OUTCOME, STAFF}):
        for public in {*request_ids, *people}:
            for key in (f"{kind}/{public}", *(f"{kind}/{each}/{public}" for each in COLLECTIONS)):
                found[hashlib.sha256(key.encode()).hexdigest()] = key
    return found
