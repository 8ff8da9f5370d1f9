"""Signature policies: text, messages, evaluation.

Sources: common/policydsl/policyparser.go (text), common/cauthdsl/cauthdsl.go (evaluation),
core/common/privdata/util.go getMemberOrgs.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, TypeVar

from .errors import InvalidPolicy, MalformedMessage
from .messages import identities, msp_principal, policies
from .wire import decode

Envelope: TypeAlias = policies.SignaturePolicyEnvelope
Principal: TypeAlias = msp_principal.MSPPrincipal
IdentityT = TypeVar("IdentityT")

ROLES = {
    "admin": msp_principal.MSPRole.ADMIN,
    "member": msp_principal.MSPRole.MEMBER,
    "client": msp_principal.MSPRole.CLIENT,
    "peer": msp_principal.MSPRole.PEER,
    "orderer": msp_principal.MSPRole.ORDERER,
}
"""Roles by the word a policy's text uses."""

_ROLE_WORDS = {number: word for word, number in ROLES.items()}
_TOKEN = re.compile(r"""\s*(?:(\w+)|'([^'\\\n]*)'|"([^"\\\n]*)"|([(),]))""")
_PRINCIPAL = re.compile(rf"([A-Za-z0-9.\-]+)\.({'|'.join(ROLES)})")
_GATES = {
    **dict.fromkeys(("And", "and", "AND"), "and"),
    **dict.fromkeys(("Or", "or", "OR"), "or"),
    **dict.fromkeys(("OutOf", "outof", "OUTOF"), "outof"),
}
_NESTING_MAX = 64


def parse_policy(text: str) -> Envelope:
    """Read a policy's text, such as ``AND('A.peer', OutOf(1, 'B.peer', 'C.admin'))``.

    The envelope is Fabric's to the byte: principals are numbered as they come, those of inner gates first,
    and are not shared.

    Raises:
        InvalidPolicy: the text is no policy.
    """
    parser = _Parser(text)
    gate = parser.gate()
    parser.end()
    envelope = policies.SignaturePolicyEnvelope(version=0)
    _build(gate, envelope.rule, envelope)
    return envelope


def format_policy(envelope: Envelope) -> str:
    """A text that ``parse_policy`` reads to the same meaning, and to the same bytes if it came from there.

    Raises:
        InvalidPolicy: the policy has no text: a principal that is no role, or a gate without rules.
    """
    compile_policy(envelope)
    text = _format(envelope.rule, envelope)
    # The text has no way to write one signature without a gate.
    return text if envelope.rule.WhichOneof("Type") == "n_out_of" else f"OR({text})"


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A checked policy, ready for repeated evaluation."""

    rule: policies.SignaturePolicy
    principals: tuple[Principal, ...]

    def evaluate(
        self, signers: Sequence[IdentityT], satisfies: Callable[[IdentityT, Principal], bool]
    ) -> bool:
        """Whether the signers, each counted once at most, satisfy the policy.

        Exactly as cauthdsl: rules are tried in order, each takes the first unused signer that fits, nothing
        is taken back; so the order of rules can matter, and a satisfiable policy can fail.

        Args:
            signers: distinct identities with valid signatures, in the order they were given.
            satisfies: whether an identity is what a principal asks for.
        """
        return self._evaluate(self.rule, signers, satisfies, [False] * len(signers))

    def _evaluate(
        self,
        rule: policies.SignaturePolicy,
        signers: Sequence[IdentityT],
        satisfies: Callable[[IdentityT, Principal], bool],
        used: list[bool],
    ) -> bool:
        if rule.WhichOneof("Type") == "signed_by":
            principal = self.principals[rule.signed_by]
            for place, signer in enumerate(signers):
                if not used[place] and satisfies(signer, principal):
                    used[place] = True
                    return True
            return False
        verified = 0
        for inner in rule.n_out_of.rules:
            tried = used.copy()
            if self._evaluate(inner, signers, satisfies, tried):
                verified += 1
                used[:] = tried
        return verified >= rule.n_out_of.n


def compile_policy(envelope: Envelope) -> CompiledPolicy:
    """Check a policy as cauthdsl compiles it.

    Raises:
        InvalidPolicy: unknown version, empty rule, or a principal out of range.
    """
    if envelope.version != 0:
        raise InvalidPolicy(
            f"This evaluator only understands messages of version 0, but version was {envelope.version}"
        )
    if not envelope.HasField("rule"):
        raise InvalidPolicy("Empty policy element")
    _check(envelope.rule, len(envelope.identities))
    return CompiledPolicy(envelope.rule, tuple(envelope.identities))


@lru_cache(maxsize=1024)
def compile_policy_bytes(data: bytes) -> CompiledPolicy:
    """``compile_policy`` of serialized bytes, remembered by them.

    Raises:
        MalformedMessage: no SignaturePolicyEnvelope.
        InvalidPolicy: as ``compile_policy``.
    """
    return compile_policy(decode(policies.SignaturePolicyEnvelope, data))


def evaluate(
    envelope: Envelope, signers: Sequence[IdentityT], satisfies: Callable[[IdentityT, Principal], bool]
) -> bool:
    """Compile and evaluate once; see ``CompiledPolicy.evaluate``.

    Raises:
        InvalidPolicy: as ``compile_policy``.
    """
    return compile_policy(envelope).evaluate(signers, satisfies)


def role_principal(msp_id: str, role: str) -> Principal:
    """The principal of one role, named as in a policy's text, in one MSP."""
    return msp_principal.MSPPrincipal(
        principal_classification=msp_principal.MSPPrincipal.ROLE,
        principal=msp_principal.MSPRole(msp_identifier=msp_id, role=ROLES[role]).SerializeToString(),
    )


def signed_by_any(role: str, msp_ids: Sequence[str]) -> Envelope:
    """One signature of the role in any of the MSPs, in order of ID (policydsl signedByAnyOfGivenRole)."""
    ordered = sorted(msp_ids)
    rules = [policies.SignaturePolicy(signed_by=place) for place in range(len(ordered))]
    return policies.SignaturePolicyEnvelope(
        version=0,
        rule=policies.SignaturePolicy(n_out_of=policies.SignaturePolicy.NOutOf(n=1, rules=rules)),
        identities=[role_principal(msp_id, role) for msp_id in ordered],
    )


def principal_msp_id(principal: Principal) -> str | None:
    """The MSP a principal speaks of; None for anonymity, combinations and unreadable principals."""
    kind = principal.principal_classification
    try:
        if kind == msp_principal.MSPPrincipal.ROLE:
            return decode(msp_principal.MSPRole, principal.principal).msp_identifier
        if kind == msp_principal.MSPPrincipal.ORGANIZATION_UNIT:
            return decode(msp_principal.OrganizationUnit, principal.principal).msp_identifier
        if kind == msp_principal.MSPPrincipal.IDENTITY:
            return decode(identities.SerializedIdentity, principal.principal).mspid
    except MalformedMessage:
        return None
    return None


def organizations(envelope: Envelope) -> tuple[str, ...]:
    """MSP IDs a policy names, each once, in order (privdata getMemberOrgs)."""
    named = (principal_msp_id(principal) for principal in envelope.identities)
    return tuple(dict.fromkeys(msp_id for msp_id in named if msp_id is not None))


@dataclass(frozen=True, slots=True)
class _Gate:
    threshold: int
    parts: "tuple[_Gate | tuple[str, str], ...]"


class _Parser:
    """Recursive descent over the policy's tokens."""

    def __init__(self, text: str) -> None:
        self._tokens: Iterator[tuple[str, str]] = _tokens(text)
        self._kind, self._value = next(self._tokens)

    def gate(self, depth: int = 0) -> _Gate:
        gate = _GATES.get(self._value) if self._kind == "word" else None
        if gate is None:
            raise InvalidPolicy(f"unrecognized token '{self._value}' in policy string")
        if depth >= _NESTING_MAX:
            raise InvalidPolicy("policy string nested too deeply")
        self._advance()
        self._expect("(")
        threshold = self._number() if gate == "outof" else None
        parts = [self._part(depth)]
        while self._value == "," and self._kind == "mark":
            self._advance()
            parts.append(self._part(depth))
        self._expect(")")
        if threshold is None:
            threshold = len(parts) if gate == "and" else 1
        # One more than there are rules is let through, as Fabric does: a policy nobody can satisfy.
        if not 0 <= threshold <= len(parts) + 1:
            raise InvalidPolicy(f"invalid t-out-of-n predicate, t {threshold}, n {len(parts)}")
        return _Gate(threshold, tuple(parts))

    def end(self) -> None:
        if self._kind != "end":
            raise InvalidPolicy(f"unrecognized token '{self._value}' in policy string")

    def _part(self, depth: int) -> "_Gate | tuple[str, str]":
        if self._kind != "text":
            return self.gate(depth + 1)
        found = _PRINCIPAL.fullmatch(self._value)
        if found is None:
            raise InvalidPolicy(f"error parsing principal {self._value}")
        self._advance()
        return found[1], found[2]

    def _number(self) -> int:
        if self._kind not in ("word", "text") or not re.fullmatch("[0-9]{1,9}", self._value):
            raise InvalidPolicy(f"unrecognized type, expected a number, got '{self._value}'")
        number = int(self._value)
        self._advance()
        self._expect(",")
        return number

    def _expect(self, mark: str) -> None:
        if (self._kind, self._value) != ("mark", mark):
            raise InvalidPolicy(f"expected '{mark}' but found '{self._value}' in policy string")
        self._advance()

    def _advance(self) -> None:
        self._kind, self._value = next(self._tokens)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    text = text.rstrip()
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise InvalidPolicy(f"unrecognized token '{text[place:].strip()[:20]}' in policy string")
        place = found.end()
        word, single, double, mark = found.groups()
        if word is not None:
            yield "word", word
        elif mark is not None:
            yield "mark", mark
        else:
            yield "text", single if single is not None else double
    while True:
        yield "end", ""


def _build(gate: _Gate, rule: policies.SignaturePolicy, envelope: Envelope) -> None:
    rule.n_out_of.SetInParent()
    rule.n_out_of.n = gate.threshold
    for part in gate.parts:
        added = rule.n_out_of.rules.add()
        if isinstance(part, _Gate):
            _build(part, added, envelope)
    # Principals after the inner gates: Fabric evaluates arguments before the call that numbers them.
    for added, part in zip(rule.n_out_of.rules, gate.parts, strict=True):
        if not isinstance(part, _Gate):
            added.signed_by = len(envelope.identities)
            envelope.identities.append(role_principal(*part))


def _format(rule: policies.SignaturePolicy, envelope: Envelope) -> str:
    if rule.WhichOneof("Type") == "signed_by":
        return f"'{_principal_text(envelope.identities[rule.signed_by])}'"
    inner = [_format(part, envelope) for part in rule.n_out_of.rules]
    if not inner:
        raise InvalidPolicy("a gate without rules has no text")
    threshold = rule.n_out_of.n
    if not 0 <= threshold <= len(inner) + 1:
        raise InvalidPolicy(f"invalid t-out-of-n predicate, t {threshold}, n {len(inner)}")
    if threshold == 1:
        return f"OR({', '.join(inner)})"
    return (
        f"AND({', '.join(inner)})" if threshold == len(inner) else f"OutOf({threshold}, {', '.join(inner)})"
    )


def _principal_text(principal: Principal) -> str:
    if principal.principal_classification == msp_principal.MSPPrincipal.ROLE:
        role = decode(msp_principal.MSPRole, principal.principal)
        text = f"{role.msp_identifier}.{_ROLE_WORDS.get(role.role, '')}"
        if _PRINCIPAL.fullmatch(text):
            return text
    raise InvalidPolicy("the principal has no text: it is no role, or its MSP ID has other characters")


def _check(rule: policies.SignaturePolicy, principals: int) -> None:
    kind = rule.WhichOneof("Type")
    if kind == "signed_by":
        if not 0 <= rule.signed_by < principals:
            raise InvalidPolicy(
                f"identity index out of range, requested {rule.signed_by}, "
                f"but identities length is {principals}"
            )
    elif kind == "n_out_of":
        for inner in rule.n_out_of.rules:
            _check(inner, principals)
    else:
        raise InvalidPolicy("Unknown type of policy element")
