"""Waiting for a peer that is behind."""

from typing import Any

import grpc
import pytest
from counterfoil import EvaluateError, Gateway
from counterfoil.heights import await_height, height
from counterfoil_protocol.messages import common_ledger, gateway, proposal_response


def told(blocks: int) -> gateway.EvaluateResponse:
    payload = common_ledger.BlockchainInfo(height=blocks).SerializeToString()
    return gateway.EvaluateResponse(result=proposal_response.Response(status=200, payload=payload))


def test_a_peer_is_asked_itself(connected: Gateway, peer: Any) -> None:
    peer.scripts["Evaluate"] = [told(7)]
    assert height(connected.network("trade"), "PortMSP") == 7
    (request,) = peer.calls("Evaluate")
    assert list(request.target_organizations) == ["PortMSP"]


def test_it_is_waited_for(connected: Gateway, peer: Any) -> None:
    peer.scripts["Evaluate"] = [told(5), told(6), told(7)]
    assert await_height(connected.network("trade"), "PortMSP", 7, seconds=60)
    assert len(peer.calls("Evaluate")) == 3


def test_not_for_longer_than_said(connected: Gateway, peer: Any) -> None:
    peer.scripts["Evaluate"] = [told(5)] * 9
    assert not await_height(connected.network("trade"), "PortMSP", 7, seconds=0)
    assert len(peer.calls("Evaluate")) == 1


def test_not_for_one_that_does_not_answer(connected: Gateway, peer: Any, failing: Any) -> None:
    peer.scripts["Evaluate"] = [failing(grpc.StatusCode.UNAVAILABLE, "gone")] * 9
    assert not await_height(connected.network("trade"), "PortMSP", 7, seconds=60)
    with pytest.raises(EvaluateError, match="gone"):
        height(connected.network("trade"), "PortMSP")
    assert len(peer.calls("Evaluate")) == 2
