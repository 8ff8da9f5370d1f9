"""Programs that turn against their peer: they flood, lie, leave. BankB runs one in its contract's place.

Whatever it does, its peer answers its callers with an error, starts it again for the next, and nobody else
notices. That one which loops is killed after its time is tried on the peer's parts alone
(tests/unit/network/embedded/test_chaincode_support.py), because its time is 30 s.
"""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacker import Attacker
from counterfoil import EndorseError
from counterfoil_network.deployment import FABRIC
from counterfoil_protocol.chaincode_package import build_package
from counterfoil_protocol.messages import common, proposal_response, transaction
from running_network import RunningNetwork, asset_chaincode, running_network

HOSTILE = Path(__file__).parent / "chaincodes" / "hostile" / "hostile_chaincode.py"
MEGABYTE = 1024 * 1024
GROWTH_MAX = 250 * MEGABYTE
SLOWEST_SECONDS = 15.0


def hostile_package() -> bytes:
    entry_point = json.dumps({"entry_point": "hostile_chaincode:CHAINCODE"}).encode()
    files = {"chaincode.json": entry_point, "src/hostile_chaincode.py": HOSTILE.read_bytes()}
    return build_package("asset_1", "python", files)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNetwork]:
    chaincode = asset_chaincode(own_packages={"BankB": hostile_package()})
    with running_network(tmp_path_factory.mktemp("hostile"), chaincode) as running:
        yield running


@pytest.fixture(autouse=True)
def others_go_on(network: RunningNetwork) -> Iterator[None]:
    """While each attack runs, others' calls are answered; after it BankB's own are again."""
    ended, failures, slowest = threading.Event(), [], [0.0]

    def work() -> None:
        with network.contract("BankA") as contract:
            while not ended.is_set():
                began = time.monotonic()
                try:
                    contract.evaluate("asset:who", target_organizations=["RegulatorMSP"])
                except Exception as error:
                    failures.append(error)
                slowest[0] = max(slowest[0], time.monotonic() - began)
                ended.wait(0.02)

    other = threading.Thread(target=work)
    other.start()
    yield
    ended.set()
    other.join(20)
    assert not failures
    assert slowest[0] < SLOWEST_SECONDS, "somebody else waited for the attack to end"
    until_served(network)
    with network.contract("BankA") as contract:
        contract.submit("asset:create", secrets.token_hex(8), "tom", "5")


def until_served(network: RunningNetwork) -> None:
    """BankB's program answers again: on Fabric it is a service that has to be there before it is asked."""
    deadline = time.monotonic() + 60
    while call(network, b"ping").response.payload != b"pong":
        assert time.monotonic() < deadline
        time.sleep(0.1)


def call(network: RunningNetwork, *args: bytes) -> proposal_response.ProposalResponse:
    """What BankB's peer says."""
    attacker = Attacker(network)
    endorsed = attacker.endorse(attacker.user("BankB"), args, ("BankB",))
    return endorsed.responses[0]


def memory(pid: int) -> int:
    """Bytes that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


@pytest.mark.parametrize("attack", ["endless frame", "garbage", "leave"])
def test_a_broken_stream_is_an_error_and_a_new_start(network: RunningNetwork, attack: str) -> None:
    if attack == "endless frame" and network.state.engine == FABRIC:
        pytest.skip("gRPC has frames of its own")
    answer = call(network, attack.encode())
    assert answer.response.status == 500
    assert answer.response.message.endswith("chaincode stream terminated")
    assert not answer.endorsement.signature


def test_what_it_endorses_does_not_match_the_others(network: RunningNetwork) -> None:
    """An organisation whose program does what it likes has nothing valid without the others."""
    with network.contract("BankB") as contract, pytest.raises(EndorseError) as refused:
        contract.submit(
            "asset:create", secrets.token_hex(8), "tom", "5", endorsing_organizations=["PortMSP", "BankBMSP"]
        )
    assert [detail.message for detail in refused.value.details] == ["ProposalResponsePayloads do not match"]
    attacker = Attacker(network)
    alone = attacker.endorse(attacker.user("BankB"), [b"asset:create"], ("BankB",))
    assert attacker.broadcast(alone.envelope()).status == common.SUCCESS
    assert attacker.code(alone.transaction_id) == transaction.ENDORSEMENT_POLICY_FAILURE


@pytest.mark.parametrize("attack", ["of others", "twice"])
def test_messages_for_other_transactions_reach_nobody(network: RunningNetwork, attack: str) -> None:
    assert call(network, attack.encode()).response.payload == b"pong"


def test_an_answer_that_is_none_is_an_error(network: RunningNetwork) -> None:
    answer = call(network, b"strange completion")
    assert answer.response.status == 500
    assert "failed to unmarshal response" in answer.response.message


@pytest.mark.parametrize("seed", range(4))
def test_random_requests_are_answered_or_end_the_stream(network: RunningNetwork, seed: int) -> None:
    answer = call(network, b"random requests", str(seed).encode())
    assert answer.response.status in {200, 500}
    log = (network.folder.root / "engine.log").read_text()
    assert "Traceback" not in log, log


def test_a_chaincode_that_reads_no_answers_does_not_fill_the_peers_memory(network: RunningNetwork) -> None:
    """A thousand answers of a megabyte each; the loop would once have queued them all."""
    asset = secrets.token_hex(8)
    with network.contract("BankA") as contract:
        contract.submit(
            "asset:create", asset, "o" * MEGABYTE, "5", endorsing_organizations=["PortMSP", "BankAMSP"]
        )
    before, most, ended = memory(network.pid), [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            most[0] = max(most[0], memory(network.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    answer = call(network, b"flood", asset.encode(), b"1000")
    ended.set()
    watcher.join()
    assert answer.response.message.endswith("chaincode stream terminated")
    assert most[0] - before < GROWTH_MAX
