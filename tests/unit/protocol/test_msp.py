"""Membership: the answers of Fabric's own MSP on the same certificates, and what Fabric leaves to callers."""

import base64
import contextlib
import datetime
import functools
from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_protocol.errors import InvalidIdentity, MalformedMessage
from counterfoil_protocol.identity import Identity, attributes, client_id, parse_certificate
from counterfoil_protocol.messages import msp_config, msp_principal
from counterfoil_protocol.msp import Msp, MspManager
from counterfoil_protocol.signed_data import SignedData
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

Recorded = Callable[[str], Any]
# Fabric evaluates name constraints; a CA that has them is refused here.
STRICTER = {"name constraints"}


def setup(case: dict[str, Any]) -> Msp:
    config = msp_config.FabricMSPConfig.FromString(bytes.fromhex(case["config"]))
    return Msp.from_config(config, supports_ed25519=case["version"] == "v3")


@pytest.fixture(scope="module")
def cases(recorded: Recorded) -> dict[str, dict[str, Any]]:
    return {case["title"]: case for case in recorded("msp.json")}


def test_setup_as_fabric_does_it(cases: dict[str, dict[str, Any]]) -> None:
    assert len(cases) == 34
    for title, case in cases.items():
        if case["setup_refusal"] is not None or title in STRICTER:
            with pytest.raises(MalformedMessage, match="MSP OrgMSP"):
                setup(case)
        else:
            assert setup(case).msp_id == "OrgMSP"


def test_identities_as_fabric_judges_them(cases: dict[str, dict[str, Any]]) -> None:
    judged = 0
    for title, case in cases.items():
        if case["setup_refusal"] is not None or title in STRICTER:
            continue
        msp = setup(case)
        for name, answer in case["answers"].items():
            identity = Identity("OrgMSP", case["identities"][name].encode())
            _compare(msp, identity, answer, case["principals"], f"{title}: {name}")
            judged += 1
    assert judged == 95


def _compare(
    msp: Msp, identity: Identity, answer: dict[str, Any], principals: dict[str, str], where: str
) -> None:
    if answer["malformed"] is not None:
        with pytest.raises(MalformedMessage):
            msp.deserialize(identity)
        assert not msp.is_valid(identity), where
        return
    msp.deserialize(identity)
    assert msp.identifier(identity).hex() == answer["identifier"], where
    assert msp.is_valid(identity) is (answer["refusal"] is None), where
    satisfied = [
        name
        for name, principal in principals.items()
        if msp.satisfies(identity, msp_principal.MSPPrincipal.FromString(bytes.fromhex(principal)))
    ]
    assert sorted(satisfied) == answer["satisfies"], where


def test_the_two_forms_of_a_certificate_are_one_identity(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["node OUs"]
    low, high = (
        Identity("OrgMSP", case["identities"][name].encode()) for name in ("client", "client high S")
    )
    assert low.certificate != high.certificate
    manager = MspManager([setup(case)], verifier=lambda *_: True)
    signed = [SignedData(b"", identity.serialize(), b"") for identity in (low, high)]
    assert manager.valid_signers(signed) == [low]


def test_signers_with_bad_signatures_are_left_out(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["node OUs"]
    client, peer = (Identity("OrgMSP", case["identities"][name].encode()) for name in ("client", "peer"))
    stranger = Identity("NobodyMSP", client.certificate)
    manager = MspManager([setup(case)], verifier=lambda _, message, signature: message == signature)
    signed = [
        SignedData(b"x", client.serialize(), b"y"),
        SignedData(b"x", b"garbage", b"x"),
        SignedData(b"x", stranger.serialize(), b"x"),
        SignedData(b"x", peer.serialize(), b"x"),
        SignedData(b"x", client.serialize(), b"x"),
    ]
    assert manager.valid_signers(signed) == [peer, client]


def test_time_is_checked_only_when_given(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["node OUs"]
    msp = setup(case)
    expired = Identity("OrgMSP", case["identities"]["expired"].encode())
    msp.validate(expired)
    msp.validate(expired, datetime.datetime(2024, 1, 11, 12, tzinfo=datetime.UTC))
    with pytest.raises(InvalidIdentity, match="expired"):
        msp.validate(expired, datetime.datetime(2024, 2, 1, tzinfo=datetime.UTC))
    with pytest.raises(InvalidIdentity, match="not valid yet"):
        msp.validate(expired, datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC))


def test_unknown_and_foreign_msps(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["node OUs"]
    msp = setup(case)
    manager = MspManager([msp])
    foreign = Identity("OtherMSP", case["identities"]["client"].encode())
    with pytest.raises(InvalidIdentity, match="expected MSP ID OrgMSP, received OtherMSP"):
        msp.validate(foreign)
    with pytest.raises(InvalidIdentity, match="MSP OtherMSP is not defined on channel"):
        manager.deserialize(foreign.serialize())
    member = msp_principal.MSPPrincipal.FromString(bytes.fromhex(case["principals"]["member"]))
    assert not manager.satisfies(foreign, member)
    assert not msp.satisfies(foreign, member)


def test_role_by_number(cases: dict[str, dict[str, Any]]) -> None:
    case = cases["node OUs"]
    msp = setup(case)
    peer = Identity("OrgMSP", case["identities"]["peer"].encode())
    assert msp.has_role(peer, msp_principal.MSPRole.PEER)
    assert not msp.has_role(peer, msp_principal.MSPRole.CLIENT)


def test_garbage_certificate(cases: dict[str, dict[str, Any]]) -> None:
    msp = setup(cases["node OUs"])
    garbage = Identity("OrgMSP", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(MalformedMessage):
        msp.deserialize(garbage)
    with pytest.raises(MalformedMessage):
        msp.validate(garbage)
    assert not msp.is_valid(garbage)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_altered_certificates(cases: dict[str, dict[str, Any]], data: st.DataObject) -> None:
    """Whatever a certificate's bytes are, the MSP answers or says MalformedMessage or InvalidIdentity."""
    case = cases["node OUs"]
    original = parse_certificate(case["identities"]["client"].encode())
    encoded = bytearray(original.public_bytes(Encoding.DER))
    for _ in range(data.draw(st.integers(1, 3))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    body = base64.encodebytes(bytes(encoded))
    identity = Identity("OrgMSP", b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n")
    manager = MspManager([setup_once(case["config"])])
    for check in (
        manager.msp("OrgMSP").deserialize,
        manager.validate,
        lambda i: (client_id(i.x509), attributes(i.x509)),
    ):
        with contextlib.suppress(MalformedMessage, InvalidIdentity):
            check(identity)
    for principal in case["principals"].values():
        manager.satisfies(identity, msp_principal.MSPPrincipal.FromString(bytes.fromhex(principal)))
    manager.valid_signers([SignedData(b"", identity.serialize(), b"")])


@functools.cache
def setup_once(config: str) -> Msp:
    return Msp.from_config(msp_config.FabricMSPConfig.FromString(bytes.fromhex(config)))


def test_unreadable_revocation_lists(cases: dict[str, dict[str, Any]]) -> None:
    config = msp_config.FabricMSPConfig.FromString(bytes.fromhex(cases["revocation"]["config"]))
    del config.revocation_list[:]
    for garbage in (b"", b"x", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"):
        config.revocation_list[:] = [garbage]
        with pytest.raises(MalformedMessage, match="could not parse RevocationList"):
            Msp.from_config(config)
