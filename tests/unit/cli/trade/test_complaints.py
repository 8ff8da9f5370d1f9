"""What is said where a command does not do it: a stable code, what was typed, the way out, the exit code."""

import json

import grpc
import pytest
import typer
from counterfoil import CommitError, CommitUnknown, ContractRefusal, EndorseError
from counterfoil_cli.exit_codes import ExitCode
from counterfoil_cli.trade.complaints import complaint_of, told
from counterfoil_cli.trade.person import NobodyKnown
from counterfoil_cli.trade.values import BadEntry

ERRORS = [
    (BadEntry("1.2.3", "write an amount", "--amount"), "BAD_ENTRY", ExitCode.USAGE, "--amount: '1.2.3'"),
    (NobodyKnown("who acts?"), "WHO_ACTS", ExitCode.USAGE, "who acts?"),
    (ContractRefusal("DUPLICATE", "financed"), "DUPLICATE", ExitCode.REFUSED, "Take another invoice"),
    (ContractRefusal("NEW_ONE", "no"), "NEW_ONE", ExitCode.REFUSED, "docs/contracts.md"),
    (CommitUnknown("ab", b"", "lost"), "OUTCOME_UNKNOWN", ExitCode.UNKNOWN, "counterfoil resume"),
    (CommitError("ab", 11, "MVCC_READ_CONFLICT", 7), "MVCC_READ_CONFLICT", ExitCode.FAILED, "try again"),
    (
        EndorseError(grpc.StatusCode.UNAVAILABLE, "away"),
        "UNAVAILABLE",
        ExitCode.UNREACHABLE,
        "network up",
    ),
    (ValueError("no such user"), "CONFIGURATION", ExitCode.CONFIGURATION, "no such user"),
]


@pytest.mark.parametrize(("error", "code", "exit_code", "part"), ERRORS, ids=[each[1] for each in ERRORS])
def test_each_error_has_its_code_and_way_out(
    capsys: pytest.CaptureFixture[str], error: Exception, code: str, exit_code: ExitCode, part: str
) -> None:
    with pytest.raises(typer.Exit) as caught, told(as_json=True):
        raise error
    assert caught.value.exit_code == exit_code
    printed = capsys.readouterr()
    assert printed.err.startswith(f"counterfoil: {code}: ")
    assert part in printed.err
    machine = json.loads(printed.out)["error"]
    assert (machine["code"], machine["exit_code"]) == (code, int(exit_code))
    if isinstance(error, BadEntry):
        assert (machine["field"], machine["value"]) == ("--amount", "1.2.3")


def test_a_bug_stays_a_bug() -> None:
    assert complaint_of(AssertionError("unthinkable")) is None
    with pytest.raises(AssertionError), told():
        raise AssertionError("unthinkable")
