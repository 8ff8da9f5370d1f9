"""Who may call: certificates, signatures, roles, at every step."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from counterfoil import Gateway, Identity
from counterfoil_protocol.identity import Identity as Serialized
from counterfoil_protocol.messages import gateway as messages
from counterfoil_protocol.messages import proposal_response
from counterfoil_protocol.proposal import build_proposal, sign_proposal

from tests.acceptance.registry import case
from tests.acceptance.stage import Stage
from tests.acceptance.strangers import (
    connected,
    expired,
    msp_certificate,
    msp_signer,
    new_signer,
    older,
    self_made,
)


@contextmanager
def admin_with_wrong_key(stage: Stage) -> Iterator[Gateway]:
    """BankA's administrator's certificate and a key that is not its own."""
    certificate = msp_certificate(stage.surroundings.user_msp("BankA"))
    with connected(stage.surroundings, "BankA", Identity("BankAMSP", certificate), new_signer()) as gateway:
        yield gateway


def try_both(stage: Stage, gateway: Gateway) -> None:
    stage.endorse(["put", stage.key("a"), "1"], by=gateway, endorsers=["BankAMSP"])
    stage.evaluate(["get", stage.key("a")], by=gateway)


@case("identities/a bad signature")
def bad_signature(stage: Stage) -> None:
    with admin_with_wrong_key(stage) as gateway:
        try_both(stage, gateway)
        stage.endorse(["put", stage.key("a"), "1"], by=gateway, endorsers=["BankAMSP", "PortMSP"])
        stage.evaluate(["get", stage.key("a")], by=gateway, at=["PortMSP"])


@case("identities/an empty signature")
def empty_signature(stage: Stage) -> None:
    certificate = msp_certificate(stage.surroundings.user_msp("BankA"))
    with connected(stage.surroundings, "BankA", Identity("BankAMSP", certificate), lambda _: b"") as gateway:
        try_both(stage, gateway)


@case("identities/a certificate of an unknown authority")
def unknown_authority(stage: Stage) -> None:
    certificate, signer = self_made()
    with connected(stage.surroundings, "BankA", Identity("BankAMSP", certificate), signer) as gateway:
        try_both(stage, gateway)


@case("identities/an unknown MSP")
def unknown_msp(stage: Stage) -> None:
    msp = stage.surroundings.user_msp("BankA")
    identity = Identity("NobodyMSP", msp_certificate(msp))
    with connected(stage.surroundings, "BankA", identity, msp_signer(msp)) as gateway:
        try_both(stage, gateway)


@case("identities/another MSP's certificate")
def another_msp(stage: Stage) -> None:
    msp = stage.surroundings.user_msp("BankB")
    identity = Identity("BankAMSP", msp_certificate(msp))
    with connected(stage.surroundings, "BankA", identity, msp_signer(msp)) as gateway:
        try_both(stage, gateway)


@case("identities/a garbage certificate")
def garbage(stage: Stage) -> None:
    identity = Identity("BankAMSP", b"garbage")
    with connected(stage.surroundings, "BankA", identity, new_signer()) as gateway:
        try_both(stage, gateway)


@case("identities/an expired certificate")
def expired_certificate(stage: Stage) -> None:
    certificate, signer = expired(stage.surroundings, "BankA")
    with connected(stage.surroundings, "BankA", Identity("BankAMSP", certificate), signer) as gateway:
        try_both(stage, gateway)


@case("identities/a certificate older than its authority")
def older_than_its_authority(stage: Stage) -> None:
    certificate, signer = older(stage.surroundings, "BankA")
    with connected(stage.surroundings, "BankA", Identity("BankAMSP", certificate), signer) as gateway:
        try_both(stage, gateway)


@case("identities/a peer is no client")
def peer_as_client(stage: Stage) -> None:
    node = stage.surroundings.state.node("BankA")
    msp = stage.surroundings.folder.root / node.crypto / "msp"
    identity = Identity("BankAMSP", msp_certificate(msp))
    with connected(stage.surroundings, "BankA", identity, msp_signer(msp)) as gateway:
        try_both(stage, gateway)


@case("identities/an orderer is no member")
def orderer_as_client(stage: Stage) -> None:
    node = stage.surroundings.state.orderers[0]
    msp = stage.surroundings.folder.root / node.crypto / "msp"
    identity = Identity("OrdererMSP", msp_certificate(msp))
    with connected(stage.surroundings, "BankA", identity, msp_signer(msp)) as gateway:
        try_both(stage, gateway)


@case("identities/a client of another organisation's peer")
def another_peer(stage: Stage) -> None:
    msp = stage.surroundings.user_msp("BankB")
    identity = Identity("BankBMSP", msp_certificate(msp))
    with connected(stage.surroundings, "BankA", identity, msp_signer(msp)) as gateway:
        stage.evaluate(["creator"], ["peer"], by=gateway)
        stage.submit(["put", stage.key("a"), "1"], by=gateway, endorsers=["BankAMSP", "PortMSP"])


@case("identities/wrong key on the envelope")
def wrong_key_on_envelope(stage: Stage) -> None:
    endorsed = stage.endorse(["put", stage.key("a"), "1"])
    assert endorsed is not None
    gateway = stage.surroundings.gateway("BankA")
    forged = gateway.transaction_from_bytes(endorsed.serialize(), new_signer()(endorsed.to_sign))
    stage.attempt("submit", forged.submit)


@case("identities/wrong key on the commit status request")
def wrong_key_on_status(stage: Stage) -> None:
    endorsed = stage.submit(["put", stage.key("a"), "1"])
    assert endorsed is not None
    certificate = msp_certificate(stage.surroundings.user_msp("BankA"))
    request = messages.CommitStatusRequest(
        transaction_id=endorsed.transaction_id,
        channel_id=stage.surroundings.channel,
        identity=Serialized("BankAMSP", certificate).serialize(),
    ).SerializeToString()
    stub = stage.surroundings.gateway_stub("BankA")
    signed = messages.SignedCommitStatusRequest(request=request, signature=new_signer()(request))
    stage.attempt("commit status", lambda: stub.CommitStatus(signed, timeout=5))
    signer = msp_signer(stage.surroundings.user_msp("BankA"))
    signed = messages.SignedCommitStatusRequest(request=request, signature=signer(request))
    stage.attempt("with the right one", lambda: stub.CommitStatus(signed, timeout=5).result)
    elsewhere = messages.CommitStatusRequest.FromString(request)
    elsewhere.channel_id = "nowhere"
    content = elsewhere.SerializeToString()
    signed = messages.SignedCommitStatusRequest(request=content, signature=signer(content))
    stage.attempt("on another channel", lambda: stub.CommitStatus(signed, timeout=5))


@case("identities/wrong key on an event request")
def wrong_key_on_events(stage: Stage) -> None:
    with admin_with_wrong_key(stage) as gateway:
        network = gateway.network(stage.surroundings.channel)
        for name, stream in (
            ("chaincode events", network.chaincode_events("probe", start_block=0, timeout=5)),
            ("filtered blocks", network.filtered_block_events(start_block=0, stop_block=0, timeout=5)),
            ("blocks", network.block_events(start_block=0, stop_block=0, timeout=5)),
        ):
            stage.attempt(name, lambda: len([next(stream)]))  # noqa: B023 - called at once


@case("identities/asked of the peer itself")
def endorser_service(stage: Stage) -> None:
    stub = stage.surroundings.endorser_stub("BankA")
    msp = stage.surroundings.user_msp("BankA")
    creator = Serialized("BankAMSP", msp_certificate(msp)).serialize()
    now = divmod(time.time_ns(), 1_000_000_000)

    def ask(*, channel: str = "", chaincode: str = "probe", seconds: int = 0) -> list[object]:
        built = build_proposal(
            channel or stage.surroundings.channel,
            chaincode,
            [b"run", b'[["peer"]]'],
            creator,
            timestamp=(now[0] + seconds, now[1]),
        )
        stage.names.transaction(built.transaction_id)
        signed = sign_proposal(built, msp_signer(msp))
        reply: proposal_response.ProposalResponse = stub.ProcessProposal(signed, timeout=5)
        return [reply.response.status, reply.response.message, reply.response.payload.decode()]

    stage.attempt("as it should be", ask)
    stage.attempt("channel nowhere", lambda: ask(channel="nowhere"))
    stage.attempt("chaincode nothing", lambda: ask(chaincode="nothing"))
    stage.attempt("four minutes late", lambda: ask(seconds=-240))
    stage.attempt("six minutes late", lambda: ask(seconds=-360))
    stage.attempt("six minutes early", lambda: ask(seconds=360))
