"""Layouts from policies, and the collecting of endorsements in them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pytest
from counterfoil_network.embedded.gateway.layouts import layouts
from counterfoil_network.embedded.gateway.plan import MISMATCH, EndorsementPlan
from counterfoil_protocol.messages import proposal_response


@dataclass(frozen=True)
class Peer:
    msp_id: str
    address: str = "127.0.0.1:1"


def peer(name: str) -> Any:
    return Peer(name)


def peers(*names: str) -> dict[str, Any]:
    return {name: Peer(name) for name in names}


def answer(payload: bytes, endorser: str) -> proposal_response.ProposalResponse:
    endorsement = proposal_response.Endorsement(endorser=endorser.encode())
    return proposal_response.ProposalResponse(payload=payload, endorsement=endorsement)


def two_of(members: Collection[str]) -> bool:
    return len(members) >= 2


@pytest.mark.parametrize(
    ("satisfied", "found"),
    [
        (two_of, ["AB", "AC", "BC"]),
        (lambda members: "C" in members, ["C"]),
        (lambda members: {"A", "B"} <= set(members) or "C" in members, ["C", "AB"]),
        (lambda members: False, []),
    ],
)
def test_layouts_are_minimal(satisfied: Any, found: list[str]) -> None:
    assert layouts("ABC", satisfied, preferred="") == [frozenset(names) for names in found]


def test_layouts_with_the_preferred_organisation_come_first() -> None:
    assert layouts("ABC", two_of, preferred="C")[0] == {"A", "C"}
    assert layouts("ABC", two_of, preferred="C")[-1] == {"A", "B"}


def test_the_first_completed_layout_wins() -> None:
    plan = EndorsementPlan(["AB", "AC"], peers("A", "B", "C"))
    assert [each.msp_id for each in plan.next_endorsers()] == ["A", "B"]
    assert plan.add_endorsement(peer("A"), answer(b"same", "A"))
    assert plan.completed is None
    assert plan.add_endorsement(peer("B"), answer(b"same", "B"))
    assert plan.completed is not None
    assert [each.endorser for each in plan.completed.endorsements] == [b"A", b"B"]


def test_what_was_endorsed_counts_in_the_next_layout() -> None:
    plan = EndorsementPlan(["AB", "AC"], peers("A", "B", "C"))
    plan.next_endorsers()
    plan.add_endorsement(peer("A"), answer(b"same", "A"))
    plan.add_error(peer("B"), "down")
    plan.abandon(["B"])
    assert [each.msp_id for each in plan.next_endorsers()] == ["C"]
    plan.add_endorsement(peer("C"), answer(b"same", "C"))
    assert plan.completed is not None
    assert [detail.message for detail in plan.details] == ["down"]


def test_another_payload_is_refused_and_told() -> None:
    plan = EndorsementPlan(["AB"], peers("A", "B"))
    plan.next_endorsers()
    assert plan.add_endorsement(peer("A"), answer(b"one", "A"))
    assert not plan.add_endorsement(peer("B"), answer(b"other", "B"))
    assert plan.completed is None
    [detail] = plan.details
    assert (detail.msp_id, detail.message) == ("B", MISMATCH)


def test_nobody_is_asked_twice() -> None:
    plan = EndorsementPlan(["A", "AB"], peers("A", "B"))
    plan.next_endorsers()
    plan.abandon([])
    assert plan.next_endorsers() == []
