"""Policies: what Fabric's parser and evaluator made of them, and the round trip of text."""

from collections.abc import Callable
from typing import Any

import pytest
from counterfoil_protocol.errors import InvalidPolicy
from counterfoil_protocol.messages import identities, msp_principal, policies
from counterfoil_protocol.signature_policy import (
    ROLES,
    compile_policy_bytes,
    evaluate,
    format_policy,
    organizations,
    parse_policy,
    principal_msp_id,
    role_principal,
    signed_by_any,
)
from hypothesis import given
from hypothesis import strategies as st

# Fabric's parser is an expression language, so it takes these too; here they are refused.
FABRIC_ALONE = {
    "OutOf(1.0, 'A.member')",
    "OutOf(1.9, 'A.member')",
    "OutOf(0x1, 'A.member')",
    "OutOf(1+1,'A.peer','B.peer')",
    "AND('A.member',)",
    "AND(`A.member`)",
    "AND('A.member') // comment",
    "AND('A.\\u006dember')",
    "AND('A.member'+'')",
    "AND('outof(1, \\'A.member\\')')",
    "AND(('A.member'))",
}

Recorded = Callable[[str], Any]


def test_texts_as_fabric_reads_them(recorded: Recorded) -> None:
    compared = refused = 0
    for case in recorded("policies.json")["policies"]:
        text, expected = case["text"], case["policy"]
        if expected is None or text in FABRIC_ALONE:
            with pytest.raises(InvalidPolicy):
                parse_policy(text)
            refused += 1
        else:
            assert parse_policy(text).SerializeToString().hex() == expected, text
            compared += 1
    assert (compared, refused) == (24, 35)


def test_evaluation_as_fabric_does_it(recorded: Recorded) -> None:
    cases = recorded("policies.json")["evaluations"]
    assert len(cases) == 156
    for case in cases:
        policy = parse_policy(case["policy"])
        assert evaluate(policy, case["signers"], _satisfies) is case["satisfied"], case


def _satisfies(signer: list[str], principal: msp_principal.MSPPrincipal) -> bool:
    role = msp_principal.MSPRole.FromString(principal.principal)
    return f"{role.msp_identifier}.{msp_principal.MSPRole.MSPRoleType.Name(role.role).lower()}" in signer


def test_a_signer_counts_once() -> None:
    policy = parse_policy("AND('A.member','A.member')")
    assert not evaluate(policy, [["A.member"]], _satisfies)
    assert evaluate(policy, [["A.member"], ["A.member"]], _satisfies)


def test_nothing_is_taken_back() -> None:
    # The first rule takes the only signer the second could have had, although another would have done for it.
    signers = [["A.member", "B.member"], ["A.member"]]
    assert not evaluate(parse_policy("AND('A.member','B.member')"), signers, _satisfies)
    assert evaluate(parse_policy("AND('B.member','A.member')"), signers, _satisfies)


@st.composite
def texts(draw: st.DrawFn, depth: int = 0) -> str:
    count = draw(st.integers(1, 4))
    principals = st.builds(
        "'{}.{}'".format,
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,6}", fullmatch=True),
        st.sampled_from(sorted(ROLES)),
    )
    part = principals if depth == 3 else st.one_of(principals, texts(depth=depth + 1))
    parts = ", ".join(draw(part) for _ in range(count))
    gate = draw(st.sampled_from(("AND", "OR", "OutOf")))
    return f"OutOf({draw(st.integers(0, count + 1))}, {parts})" if gate == "OutOf" else f"{gate}({parts})"


@given(texts())
def test_format_reads_back_to_the_same_bytes(text: str) -> None:
    policy = parse_policy(text)
    assert parse_policy(format_policy(policy)) == policy


@given(st.text(alphabet="ANDORutof(),'\" 012.amember", max_size=40))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    try:
        policy = parse_policy(text)
    except InvalidPolicy:
        return
    compile_policy_bytes(policy.SerializeToString())


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(InvalidPolicy, match="deeply"):
        parse_policy("OR(" * 5000 + "'A.peer'" + ")" * 5000)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (policies.SignaturePolicyEnvelope(version=1), "only understands messages of version 0"),
        (policies.SignaturePolicyEnvelope(), "Empty policy element"),
        (policies.SignaturePolicyEnvelope(rule=policies.SignaturePolicy()), "Unknown type"),
        (
            policies.SignaturePolicyEnvelope(
                rule=policies.SignaturePolicy(signed_by=1), identities=[role_principal("A", "peer")]
            ),
            "identity index out of range, requested 1, but identities length is 1",
        ),
        (
            policies.SignaturePolicyEnvelope(
                rule=policies.SignaturePolicy(signed_by=-1), identities=[role_principal("A", "peer")]
            ),
            "out of range",
        ),
    ],
)
def test_policies_that_cannot_be_evaluated(policy: policies.SignaturePolicyEnvelope, message: str) -> None:
    with pytest.raises(InvalidPolicy, match=message):
        compile_policy_bytes(policy.SerializeToString())


def test_a_policy_without_text() -> None:
    reject_all = policies.SignaturePolicyEnvelope(
        rule=policies.SignaturePolicy(n_out_of=policies.SignaturePolicy.NOutOf(n=1))
    )
    with pytest.raises(InvalidPolicy, match="no text"):
        format_policy(reject_all)
    of_identity = policies.SignaturePolicyEnvelope(
        rule=policies.SignaturePolicy(signed_by=0),
        identities=[msp_principal.MSPPrincipal(principal_classification=msp_principal.MSPPrincipal.IDENTITY)],
    )
    with pytest.raises(InvalidPolicy, match="no text"):
        format_policy(of_identity)
    one = policies.SignaturePolicyEnvelope(
        rule=policies.SignaturePolicy(signed_by=0), identities=[role_principal("A", "peer")]
    )
    assert format_policy(one) == "OR('A.peer')"


def test_organizations_named() -> None:
    policy = parse_policy("OR('B.member', AND('A.peer', 'B.admin'))")
    assert organizations(policy) == ("A", "B")
    assert format_policy(signed_by_any("member", ["B", "A"])) == "OR('A.member', 'B.member')"
    identity = identities.SerializedIdentity(mspid="C", id_bytes=b"x").SerializeToString()
    kinds = msp_principal.MSPPrincipal
    assert principal_msp_id(kinds(principal_classification=kinds.IDENTITY, principal=identity)) == "C"
    assert principal_msp_id(kinds(principal_classification=kinds.ROLE, principal=b"\xff")) is None
    assert principal_msp_id(kinds(principal_classification=kinds.COMBINED)) is None
