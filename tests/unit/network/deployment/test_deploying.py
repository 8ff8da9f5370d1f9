"""What becomes of the processes that were started for a chaincode, however deploying it ends."""

from collections.abc import Mapping

import pytest
from counterfoil import lifecycle
from counterfoil_network.deployment import (
    ChaincodeRefused,
    EngineFailed,
    NetworkFolder,
    NetworkSettings,
    NetworkState,
    OutcomeUnknown,
)
from counterfoil_network.deployment import chaincode as deploying
from counterfoil_network.deployment.chaincode import Chaincode, Deployed, deploy_with

CHAINCODE = Chaincode("asset", "1.0", b"package")
STATE = NetworkState("trade", "fabric", ())


class Recording:
    """A runner that notes what it is asked; `failure` is what it waits in vain for."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._failure = failure

    def own_form(self, package: bytes) -> bytes:
        return package

    def serve(self, packages: Mapping[str, bytes]) -> None:
        self.asked.append("serve")

    def wait_until_served(self, packages: Mapping[str, bytes]) -> None:
        if self._failure is not None:
            raise self._failure

    def retire(self, packages: Mapping[str, bytes]) -> None:
        self.asked.append("retire")

    def withdraw(self, packages: Mapping[str, bytes]) -> None:
        self.asked.append("withdraw")


@pytest.mark.parametrize(
    ("failure", "asked"),
    [
        (None, ["serve", "retire"]),
        (ChaincodeRefused("BankA: no"), ["serve", "withdraw"]),
        (ValueError("policy"), ["serve", "withdraw"]),
        # A peer may call it any moment.
        (OutcomeUnknown("BankA: perhaps"), ["serve"]),
    ],
)
def test_what_was_started_ends_unless_it_is_or_may_be_in_force(
    settings: NetworkSettings,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception | None,
    asked: list[str],
) -> None:
    def deploy(*_arguments: object) -> Deployed:
        if failure is not None:
            raise failure
        return Deployed(lifecycle.ChaincodeDefinition("asset", "1.0", 1), is_new=True)

    monkeypatch.setattr(deploying, "deploy", deploy)
    runner = Recording()
    if failure is None:
        assert deploy_with(runner, settings.folder, STATE, CHAINCODE).is_new
    else:
        with pytest.raises(type(failure)) as raised:
            deploy_with(runner, settings.folder, STATE, CHAINCODE)
        assert raised.value is failure
    assert runner.asked == asked


def test_what_did_not_start_is_ended_too(settings: NetworkSettings) -> None:
    runner = Recording(EngineFailed("it ends by itself"))
    with pytest.raises(EngineFailed):
        deploy_with(runner, NetworkFolder(settings.folder.root), STATE, CHAINCODE)
    assert runner.asked == ["serve", "withdraw"]
