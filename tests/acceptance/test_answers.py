"""What Fabric was measured to answer, row by row, held against the record: the two were made apart.

The codes and texts below were written down by people; the record was written by a program. Every engine is
compared with the record by `test_cases`, so what stands here holds for both.
"""

import json
from typing import Any

import pytest

from tests.acceptance import records

FIRST_FAILED = "failed to endorse transaction, see attached details for more info"
COLLECT_FAILED = "failed to collect enough transaction endorsements, see attached details for more info"
EVALUATED = "evaluate call to endorser returned error: "
NO_COMBINATION = "no combination of peers can be derived which satisfy the endorsement policy: "
DENIED = "error validating proposal: access denied: channel [trade] creator org [BankAMSP]"
MALFORMED = (
    "error validating proposal: access denied: channel [trade] creator org unknown, creator is malformed"
)
WRITERS = (
    "received unsuccessful response from orderer: status=FORBIDDEN, info=implicit policy evaluation failed - "
    "0 sub-policies were satisfied, but this policy requires 1 of the 'Writers' sub-policies to be "
    "satisfied: permission denied"
)
READERS = (
    "Failed evaluating policy on signed data during check policy on channel [trade] with policy "
    "[/Channel/Application/Readers]: [implicit policy evaluation failed - 0 sub-policies were satisfied, but "
    "this policy requires 1 of the 'Readers' sub-policies to be satisfied]"
)

# case, place in its transcript, gRPC code, message, detail (None: there is none)
ROWS: list[tuple[str, int, str, str, str | None]] = [
    ("answers/the chaincode says 500", 1, "ABORTED", FIRST_FAILED, "chaincode response 500, boom"),
    ("answers/the chaincode says 500", 0, "ABORTED", COLLECT_FAILED, "chaincode response 500, boom"),
    ("answers/the chaincode says 500", 3, "UNKNOWN", EVALUATED + "chaincode response 500, boom",
     "chaincode response 500, boom"),
    ("answers/the chaincode says 404", 1, "UNKNOWN", EVALUATED + "chaincode response 404, there is none",
     "chaincode response 404, there is none"),
    ("answers/unknown chaincode", 0, "FAILED_PRECONDITION",
     NO_COMBINATION + "No metadata was found for chaincode nothing in channel trade", None),
    ("answers/unknown chaincode", 2, "FAILED_PRECONDITION",
     "no peers available to evaluate chaincode nothing in channel trade", None),
    ("answers/unknown channel", 0, "FAILED_PRECONDITION",
     NO_COMBINATION + "No metadata was found for chaincode probe in channel nowhere", None),
    ("answers/unknown organisations are named", 0, "UNAVAILABLE",
     "failed to find any endorsing peers for org(s): NobodyMSP", None),
    ("answers/the results of the endorsers differ", 0, "ABORTED", COLLECT_FAILED,
     "ProposalResponsePayloads do not match"),
    ("identities/a certificate of an unknown authority", 0, "ABORTED", COLLECT_FAILED, MALFORMED),
    ("identities/an unknown MSP", 0, "ABORTED", COLLECT_FAILED, MALFORMED),
    ("identities/another MSP's certificate", 0, "ABORTED", COLLECT_FAILED, MALFORMED),
    ("identities/a garbage certificate", 0, "ABORTED", COLLECT_FAILED, MALFORMED),
    ("identities/a bad signature", 0, "ABORTED", COLLECT_FAILED, DENIED),
    ("identities/a bad signature", 1, "FAILED_PRECONDITION", EVALUATED + DENIED, DENIED),
    ("identities/an empty signature", 0, "ABORTED", COLLECT_FAILED,
     "error validating proposal: empty signature bytes"),
    ("identities/wrong key on the envelope", 1, "ABORTED", WRITERS, None),
    ("identities/wrong key on the commit status request", 2, "PERMISSION_DENIED", READERS, None),
    ("answers/empty requests", 0, "INVALID_ARGUMENT",
     "the proposed transaction must contain a signed proposal", None),
    ("answers/empty requests", 1, "INVALID_ARGUMENT",
     "failed to unpack transaction proposal: a signed proposal is required", None),
    ("answers/empty requests", 2, "INVALID_ARGUMENT", "a prepared transaction is required", None),
    ("answers/empty requests", 3, "INVALID_ARGUMENT", "a commit status request is required", None),
    ("faults/the chaincode process dies", 0, "ABORTED",
     "failed to evaluate transaction, see attached details for more info",
     "error in simulation: failed to execute transaction <tx1>: error sending: chaincode stream terminated"),
    ("faults/the chaincode takes more than half a minute", 0, "ABORTED", COLLECT_FAILED,
     "error in simulation: failed to execute transaction <tx1>: error sending: timeout expired while "
     "executing transaction"),
]  # fmt: skip

# case, what must be told somewhere in it
TEXTS = [
    ("answers/a transaction id is used again", "duplicate transaction found [<tx1>]. Creator [<creator>]"),
    ("answers/unknown channel", "could not get last config for channel nowhere"),
    ("private/a client outside the collection",
     "tx creator does not have write access permission on privatedata in chaincodeName:probe collectionName: "
     "members"),
    ("private/a client outside the collection", "tx creator does not have read access permission"),
    ("private/a peer outside the collection", "private data matching public hash version is not available"),
    ("private/too few members to give it to",
     "could not build private data dissemination plan for chaincode probe and collection lonely: required to "
     "disseminate to at least 1 peers, but know of only 0 eligible peers"),
    ("lifecycle/definitions that are refused", "collection member 'NobodyMSP' is not part of the channel"),
    ("lifecycle/a collection cannot be dropped",
     "existing collection [open] missing in the proposed collection configuration"),
    ("events/blocks and private data, each organisation at each peer", "FORBIDDEN"),
]  # fmt: skip

# case, codes that the ledger gives in it
CODES = [
    ("validation/a read key was written", ["VALID", "MVCC_READ_CONFLICT"]),
    ("validation/too few endorsements", ["ENDORSEMENT_POLICY_FAILURE"]),
    ("validation/a key's policy changes in the block",
     ["VALID", "ENDORSEMENT_POLICY_FAILURE", "ENDORSEMENT_POLICY_FAILURE"]),
    ("validation/phantoms in a range", ["PHANTOM_READ_CONFLICT"]),
    ("lifecycle/an upgrade between endorsement and commit", ["MVCC_READ_CONFLICT"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def recorded_cases() -> dict[str, records.Transcript]:
    return records.transcripts()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_measured_answer_is_recorded(
    row: tuple[str, int, str, str, str | None], recorded_cases: dict[str, Any]
) -> None:
    case, place, code, message, detail = row
    error = recorded_cases[case][place]["saw"]["error"]
    assert (error["code"], error["message"]) == (code, message)
    told = {text for _, _, text in error.get("details", ())}
    assert told == ({detail} if detail is not None else set())


@pytest.mark.parametrize(("case", "text"), TEXTS, ids=lambda value: value[:40])
def test_a_measured_text_is_recorded(case: str, text: str, recorded_cases: dict[str, Any]) -> None:
    assert text in json.dumps(recorded_cases[case])


@pytest.mark.parametrize(("case", "codes"), CODES, ids=lambda value: str(value)[:40])
def test_measured_codes_are_recorded(case: str, codes: list[str], recorded_cases: dict[str, Any]) -> None:
    assert codes in [entry["saw"] for entry in recorded_cases[case] if isinstance(entry["saw"], list)] or any(
        entry["saw"][: len(codes)] == codes
        for entry in recorded_cases[case]
        if entry["did"] in ("commit", "one block")
    )
