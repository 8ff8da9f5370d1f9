"""What the peers' texts mean, in the words that real Fabric uses."""

import grpc
import pytest
from counterfoil import EndorseError, ErrorDetail
from counterfoil.trade._refusals import Meaning, read_failure

ASKED = ("RegulatorMSP", "PortMSP")
ABORTED = grpc.StatusCode.ABORTED


def failure(code: grpc.StatusCode, message: str, **said: str) -> EndorseError:
    return EndorseError(
        code, message, [ErrorDetail("peer0:7051", msp_id, text) for msp_id, text in said.items()]
    )


DUPLICATE = "chaincode response 409, DUPLICATE: the invoice is in use"


@pytest.mark.parametrize(
    ("error", "meaning", "code"),
    [
        (failure(ABORTED, "f", RegulatorMSP=DUPLICATE, PortMSP=DUPLICATE), Meaning.REFUSED, "DUPLICATE"),
        (failure(ABORTED, "f", RegulatorMSP=DUPLICATE), Meaning.DIVIDED, "DUPLICATE"),
        (
            failure(ABORTED, "f", RegulatorMSP=DUPLICATE, PortMSP="chaincode response 404, NOT_FOUND"),
            Meaning.DIVIDED,
            "DUPLICATE",
        ),
        (
            failure(ABORTED, "f", RegulatorMSP=DUPLICATE, PortMSP="ProposalResponsePayloads do not match"),
            Meaning.DIVIDED,
            "DUPLICATE",
        ),
        (failure(ABORTED, "f", PortMSP="ProposalResponsePayloads do not match"), Meaning.PASSING, None),
        (
            failure(ABORTED, "f", PortMSP="error in simulation: chaincode stream terminated"),
            Meaning.PASSING,
            None,
        ),
        *(
            (failure(ABORTED, "f", PortMSP=text), Meaning.PASSING, None)
            for text in (
                "rpc error: code = Canceled desc = grpc: the client connection is closing",
                "rpc error: code = DeadlineExceeded desc = context deadline exceeded",
                "error in simulation: failed to execute transaction ab: could not launch chaincode "
                "trade_1:cd: connection to trade_1:cd failed: error cannot create connection: dial tcp "
                "127.0.0.1:9999: connect: connection refused",
                "error in simulation: failed to execute transaction ab: error sending: timeout expired while "
                "executing transaction",
            )
        ),
        (failure(ABORTED, "f", PortMSP="chaincode response 500, boom"), Meaning.FINAL, None),
        (failure(ABORTED, "f", PortMSP="duplicate transaction found [T]. Creator [ab]"), Meaning.FINAL, None),
        (failure(grpc.StatusCode.INVALID_ARGUMENT, "a signed proposal is required"), Meaning.FINAL, None),
        (failure(grpc.StatusCode.PERMISSION_DENIED, "f"), Meaning.FINAL, None),
        (failure(grpc.StatusCode.UNAVAILABLE, "failed to find any endorsing peers"), Meaning.PASSING, None),
        (
            failure(grpc.StatusCode.FAILED_PRECONDITION, "access denied: channel [trade] creator org [X]"),
            Meaning.FINAL,
            None,
        ),
    ],
)
def test_meaning_of_a_failure(error: EndorseError, meaning: Meaning, code: str | None) -> None:
    verdict = read_failure(error, ASKED)
    assert verdict.meaning is meaning
    assert (verdict.refusal.code if verdict.refusal else None) == code


def test_a_refusal_keeps_the_contracts_own_text() -> None:
    text = "chaincode response 409, OVER_FINANCING: 3000000 are left,\nof 9000000: ask for less"
    refusal = read_failure(failure(ABORTED, "f", RegulatorMSP=text, PortMSP=text), ASKED).refusal
    assert refusal is not None
    assert refusal.text == "3000000 are left,\nof 9000000: ask for less"


@pytest.mark.parametrize(
    "text", ["chaincode response 500, boom: no", "CODE: text", "chaincode response x, CODE"]
)
def test_other_texts_are_no_refusal(text: str) -> None:
    assert read_failure(failure(ABORTED, "f", RegulatorMSP=text, PortMSP=text), ASKED).refusal is None
