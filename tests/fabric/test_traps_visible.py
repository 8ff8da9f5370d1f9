"""Traps of Fabric that show what should stay hidden: blocks, endorsements that end nowhere, wrong peers.

Each test is one row of the table in docs/fabric-compatibility.md.
"""

import pytest
from attacker import Attacker
from counterfoil_contracts.export_invoice import operations as trade
from counterfoil_demo.leak_search import search
from counterfoil_protocol.block import transactions_filter
from counterfoil_protocol.envelope import ParsedTransaction, parse_transaction
from counterfoil_protocol.identity import Identity, attributes
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.rwset import ReadWriteSet, key_hash
from financed_bank import Financed, refused
from scripted import Scripts, Step, fresh
from trade_ready import PURPOSE


@pytest.fixture(scope="module")
def attacker(financed: Financed) -> Attacker:
    return financed.attacker


@pytest.fixture(scope="module")
def scripts(attacker: Attacker) -> Scripts:
    return Scripts(attacker)


def seen_by_bank_b(attacker: Attacker, transaction_id: str) -> ParsedTransaction:
    """A transaction out of the blocks of BankB's own peer, read by its officer."""
    attacker.network.await_level_peers()
    blocks = attacker.chain(attacker.user("BankB", "officer1"), "BankB")
    parsed = (parse_transaction(envelope) for block in reversed(blocks) for envelope in block.data.data)
    return next(each for each in parsed if each.transaction_id == transaction_id)


def test_trap_1_arguments_responses_events_and_keys_are_in_the_block(
    attacker: Attacker, scripts: Scripts
) -> None:
    key, value, event, payload = fresh("key"), fresh("value"), fresh("event"), fresh("payload")
    secret, answer = fresh("transient"), fresh("answer")
    endorsed = scripts.endorse(
        ["put", key, value],
        ["put_transient", "open", key, "secret"],
        ["event", event, payload],
        ["respond", 200, "", answer],
        transient={"secret": secret.encode()},
    )
    assert scripts.commit(endorsed) == ["VALID"]
    seen = seen_by_bank_b(attacker, endorsed.transaction_id)
    [action] = seen.actions
    function, script = action.arguments()
    assert function == b"run"
    assert all(word.encode() in script for word in (key, value, event, payload))
    assert action.payload.response == answer.encode()
    assert event.encode() in action.payload.event
    assert payload.encode() in action.payload.event
    written = {
        write.key: write.value
        for entry in ReadWriteSet.parse(action.payload.results).namespaces
        for write in entry.writes
    }
    assert written[key] == value.encode()
    # What travels in the transient field, and only there, does not.
    blocks = attacker.chain(attacker.user("BankB", "officer1"), "BankB")
    assert secret.encode() not in b"".join(block.SerializeToString() for block in blocks)


def test_trap_6_a_refused_endorsement_leaves_no_trace_but_its_private_data(
    financed: Financed, scripts: Scripts
) -> None:
    """No block tells of it. But private data that was written before the refusal is at the members' peers.

    The endorser spreads it before it looks at the chaincode's status (SimulateProposal in
    core/endorser/endorser.go). The runtime of our contracts collects writes and sends none when it refuses.
    """
    attacker, key, secret, collected = financed.attacker, fresh(), fresh("secret"), fresh("collected")
    officer = attacker.user("BankB", "officer1")
    attacker.network.await_level_peers()
    before = len(attacker.chain(officer, "Regulator"))
    assert (
        refused(attacker, officer, "Regulator", trade.VIEW, trade.View("none", PURPOSE)) == "CONSENT_INVALID"
    )
    transient = {"secret": secret.encode(), "collected": collected.encode()}
    put: Step
    batch: Step
    put, batch = ["put_transient", "open", key, "secret"], ["put_transient", "open", key, "collected"]
    refusal: Step = ["respond", 400, "no"]
    for steps in ([["put", key, "1"], put, refusal], [["batch"], batch, refusal]):
        rejected = scripts.endorse(*steps, at=("BankA",), transient=transient)
        assert [answer.response.status for answer in rejected.responses] == [400]
        assert not any(answer.endorsement.signature or answer.payload for answer in rejected.responses)
    # The next block is whoever's comes next.
    assert scripts.submit(["put", fresh(), "1"]) == ["VALID"]
    attacker.network.await_level_peers()
    assert len(attacker.chain(officer, "Regulator")) == before + 1
    assert scripts.ask(["get", key], ["private_hash", "open", key], at="BankA") == [None, None]
    assert search({secret}, attacker.network.folder.peer("Regulator"))
    assert search({collected}, attacker.network.folder.peer("Regulator")) == []


def test_trap_8_who_acted_on_what_and_which_hashes_are_public(financed: Financed) -> None:
    """BankB reads BankA's lock: pseudonym, role, function, collections, key hashes, versions, endorsers."""
    attacker = financed.attacker
    blocks = attacker.chain(attacker.user("BankB", "officer1"), "BankB")
    parsed = (parse_transaction(envelope) for block in blocks[1:] for envelope in block.data.data)
    actions = {
        action.arguments()[1]: (each, action)
        for each in parsed
        for action in each.actions
        if action.payload.chaincode_name == "trade" and len(action.arguments()) == 2
    }
    seen, action = actions[financed.lock_request.encode()]
    creator = Identity.parse(seen.creator)
    assert creator.msp_id == "BankAMSP"
    assert attributes(creator.x509)["role"] == "bank.officer"
    assert len(attributes(creator.x509)["staff"]) == 32
    assert action.arguments()[0] == b"export_invoice:transact"
    assert {each.identity.msp_id for each in action.endorsements} == {"RegulatorMSP", "PortMSP"}
    [entry] = [
        each for each in ReadWriteSet.parse(action.payload.results).namespaces if each.namespace == "trade"
    ]
    collections = {each.name: each for each in entry.collections}
    assert {"authority", "marks_BankA", "terms_BankA"} <= set(collections)
    written = {write.key_hash for write in collections["marks_BankA"].writes}
    assert key_hash(f"mark/marks_BankA/{financed.mark}") in written
    versions = [read.version for read in collections["authority"].reads if read.version is not None]
    assert all(block < len(blocks) for block, _ in versions)
    assert versions
    whole = b"".join(block.SerializeToString() for block in blocks)
    assert [fact for fact in financed.facts if fact.encode() in whole] == []


def test_trap_10_absent_and_not_mine_look_alike_on_the_wrong_peer(
    financed: Financed, scripts: Scripts
) -> None:
    key, absent = fresh(), fresh("absent")
    assert scripts.submit(["private_put", "open", key, "1"], at=("BankA",)) == ["VALID"]
    own, other = "BankA", "BankB"
    nothing = [None]
    assert scripts.ask(["private_get", "open", absent], at=own) == nothing
    assert scripts.ask(["private_get", "open", absent], at=other) == nothing
    # A private range does not even say that there is something.
    both = ["private_range", "open", key, key + "~"]
    assert scripts.ask(both, at=own) == [[[key, "1"]]]
    assert scripts.ask(both, at=other) == [[]]
    assert "private data matching public hash version is not available" in scripts.ask(
        ["private_get", "open", key], at=other
    )
    officer = financed.attacker.user("BankA", "officer1")
    for record in (financed.mark, "0" * 32):
        found = refused(financed.attacker, officer, other, trade.FINANCING_READ, trade.ReadFinancing(record))
        assert found == "WRONG_PEER"


def test_trap_13_private_data_has_no_history(scripts: Scripts) -> None:
    key = fresh()
    steps = [["put", key, "{}"], ["private_put", "open", key, "{}"]]
    for value in ("1", "2"):
        written = [[*step[:-1], value] for step in steps]
        assert scripts.submit(*written) == ["VALID"]
    [history] = scripts.ask(["history", key], at="BankA")
    assert [value for _, value, _ in history] == ["2", "1"]
    private = fresh("private")
    for value in ("1", "2"):
        assert scripts.submit(["private_put", "open", private, value], at=("BankA",)) == ["VALID"]
    assert scripts.ask(["history", private], ["private_get", "open", private], at="BankA") == [[], "2"]


@pytest.mark.parametrize("is_evaluate", [False, True], ids=["endorse", "evaluate"])
def test_trap_16_a_dry_run_that_writes_spreads_its_private_data(
    financed: Financed, scripts: Scripts, is_evaluate: bool
) -> None:
    """Nothing was submitted, and the other member's files hold it."""
    network, key, secret = financed.ready.network, fresh(), fresh("secret")
    if is_evaluate:
        with network.contract("BankA", "officer1", "probe") as contract:
            contract.evaluate(
                "run",
                f'[["put_transient", "open", "{key}", "secret"]]',
                transient={"secret": secret.encode()},
                target_organizations=("BankAMSP",),
            )
    else:
        scripts.endorse(
            ["put_transient", "open", key, "secret"], at=("BankA",), transient={"secret": secret.encode()}
        )
    holders = [
        organisation
        for organisation in ("Regulator", "Port", "BankB")
        if search({secret}, network.folder.peer(organisation))
    ]
    assert holders == ["Regulator"]
    # An evaluate that writes nothing spreads nothing: what is asked of the contracts before an act is one.
    quiet = fresh("quiet")
    scripts.endorse(["transient", "secret"], at=("BankA",), transient={"secret": quiet.encode()})
    assert search({quiet}, network.folder.peer("Regulator")) == []


def test_trap_17_private_data_of_invalid_transactions_is_stored_and_delivered(
    attacker: Attacker, scripts: Scripts
) -> None:
    key, secret = fresh(), fresh("secret")
    endorsed = scripts.endorse(
        ["put_transient", "guarded", key, "secret"], at=("BankA",), transient={"secret": secret.encode()}
    )
    assert scripts.commit(endorsed) == ["ENDORSEMENT_POLICY_FAILURE"]
    person = attacker.user("Regulator", "auditor")
    delivered = attacker.blocks(person, "BankA", "DeliverWithPrivateData")[:-1]
    [(place, found)] = [
        (place, answer.block_and_private_data)
        for answer in delivered
        for place, data in answer.block_and_private_data.private_data_map.items()
        if secret.encode() in data.SerializeToString()
    ]
    assert transactions_filter(found.block)[place] == transaction.ENDORSEMENT_POLICY_FAILURE
    assert scripts.ask(["private_get", "guarded", key], at="BankA") == [None]
