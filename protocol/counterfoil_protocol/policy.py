"""The policies of a channel's configuration: a tree of groups, each with named policies.

Sources: common/policies/policy.go (lookup, signatures), implicitmeta.go (ANY, ALL, MAJORITY of sub-groups),
implicitmetaparser.go (text), convert.go (as one signature policy).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from .errors import InvalidPolicy, PolicyFailure
from .identity import Identity
from .messages import configtx, policies
from .msp import MspManager
from .signature_policy import CompiledPolicy, compile_policy
from .signed_data import SignedData
from .wire import decode

ImplicitMetaRule: TypeAlias = policies.ImplicitMetaPolicy

ROOT = "Channel"
CHANNEL_READERS = "/Channel/Readers"
CHANNEL_WRITERS = "/Channel/Writers"
APPLICATION_READERS = "/Channel/Application/Readers"
APPLICATION_WRITERS = "/Channel/Application/Writers"
APPLICATION_ADMINS = "/Channel/Application/Admins"
ENDORSEMENT = "/Channel/Application/Endorsement"
LIFECYCLE_ENDORSEMENT = "/Channel/Application/LifecycleEndorsement"
BLOCK_VALIDATION = "/Channel/Orderer/BlockValidation"


class Policy(Protocol):
    """A policy of either kind, already checked."""

    def failure(self, signers: Sequence[Identity], msps: MspManager) -> str | None:
        """Why these identities do not satisfy the policy, in Fabric's words; None when they do."""
        ...

    def convert(self) -> policies.SignaturePolicyEnvelope:
        """The policy as one signature policy.

        Raises:
            InvalidPolicy: it has a missing sub-policy.
        """
        ...


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """A policy over principals."""

    compiled: CompiledPolicy = field(repr=False)

    def failure(self, signers: Sequence[Identity], msps: MspManager) -> str | None:
        """See ``Policy.failure``."""
        if self.compiled.evaluate(signers, msps.satisfies):
            return None
        return "signature set did not satisfy policy"

    def convert(self) -> policies.SignaturePolicyEnvelope:
        """See ``Policy.convert``."""
        return policies.SignaturePolicyEnvelope(
            version=0, rule=self.compiled.rule, identities=self.compiled.principals
        )


@dataclass(frozen=True, slots=True)
class ImplicitMetaPolicy:
    """So many of the sub-groups' policies of one name."""

    name: str
    threshold: int
    parts: tuple[Policy, ...]

    def failure(self, signers: Sequence[Identity], msps: MspManager) -> str | None:
        """See ``Policy.failure``."""
        satisfied = 0
        for part in self.parts:
            if satisfied == self.threshold:
                break
            satisfied += part.failure(signers, msps) is None
        if satisfied >= self.threshold:
            return None
        return (
            f"implicit policy evaluation failed - {satisfied} sub-policies were satisfied, but this policy "
            f"requires {self.threshold} of the '{self.name}' sub-policies to be satisfied"
        )

    def convert(self) -> policies.SignaturePolicyEnvelope:
        """See ``Policy.convert``; equal principals are written once."""
        merged = policies.SignaturePolicyEnvelope(version=0)
        merged.rule.n_out_of.SetInParent()
        merged.rule.n_out_of.n = self.threshold
        for part in self.parts:
            envelope = part.convert()
            places = [_place_of(principal, merged) for principal in envelope.identities]
            rule = merged.rule.n_out_of.rules.add()
            rule.CopyFrom(envelope.rule)
            _renumber(rule, places)
        return merged


@dataclass(frozen=True, slots=True)
class MissingPolicy:
    """Stands for a policy that is not there: refuses everybody (rejectPolicy)."""

    name: str

    def failure(self, signers: Sequence[Identity], msps: MspManager) -> str | None:
        """See ``Policy.failure``."""
        return f"no such policy: '{self.name}'"

    def convert(self) -> policies.SignaturePolicyEnvelope:
        """See ``Policy.convert``."""
        raise InvalidPolicy(f"no such policy: '{self.name}'")


class PolicyManager:
    """All policies of a channel by path, such as ``/Channel/Application/Readers``."""

    def __init__(self, root: configtx.ConfigGroup, msps: MspManager) -> None:
        """Compile the policies of the configuration's root group.

        Raises:
            MalformedMessage: a policy cannot be read.
            InvalidPolicy: a policy is of an unknown kind or can never be evaluated.
        """
        self.msps = msps
        self._policies: dict[str, Policy] = {}
        _compile_group(root, "", self._policies)

    def find(self, path: str) -> Policy | None:
        """The policy of an absolute path, or of one relative to ``/Channel``; None if there is none."""
        return self._policies.get(_relative(path))

    def paths(self) -> tuple[str, ...]:
        """The absolute paths of all policies, in order."""
        return tuple(sorted(f"/{ROOT}/{path}" for path in self._policies))

    def evaluate(self, path: str, signed_data: Iterable[SignedData]) -> None:
        """Refuse signatures that do not satisfy the policy; each is verified once.

        Raises:
            PolicyFailure: Fabric's reason; a missing policy refuses everybody.
        """
        self.evaluate_identities(path, self.msps.valid_signers(signed_data))

    def evaluate_identities(self, path: str, signers: Sequence[Identity]) -> None:
        """Refuse distinct identities, whose signatures are known to be good, that do not satisfy the policy.

        Raises:
            PolicyFailure: Fabric's reason; a missing policy refuses everybody.
        """
        policy = self.find(path) or MissingPolicy(_relative(path))
        failure = policy.failure(signers, self.msps)
        if failure is not None:
            raise PolicyFailure(failure)

    def is_satisfied(self, path: str, signed_data: Iterable[SignedData]) -> bool:
        """``evaluate`` as a question."""
        try:
            self.evaluate(path, signed_data)
        except PolicyFailure:
            return False
        return True

    def convert(self, path: str) -> policies.SignaturePolicyEnvelope:
        """A policy as one signature policy, for those who plan endorsements.

        Raises:
            InvalidPolicy: the policy or one of its parts is missing.
        """
        return (self.find(path) or MissingPolicy(_relative(path))).convert()


def parse_implicit_meta(text: str) -> policies.ImplicitMetaPolicy:
    """Read ``ANY Readers``, ``ALL …`` or ``MAJORITY …``.

    Raises:
        InvalidPolicy: anything else.
    """
    words = text.split(" ")
    if len(words) != 2:
        raise InvalidPolicy(f"expected two space separated tokens, but got {len(words)}")
    if words[0] not in ImplicitMetaRule.Rule.keys():  # noqa: SIM118 - an enum wrapper, no dict
        raise InvalidPolicy(f"unknown rule type '{words[0]}', expected ALL, ANY, or MAJORITY")
    return policies.ImplicitMetaPolicy(rule=ImplicitMetaRule.Rule.Value(words[0]), sub_policy=words[1])


def _compile_group(group: configtx.ConfigGroup, prefix: str, found: dict[str, Policy]) -> None:
    for name, inner in group.groups.items():
        _compile_group(inner, f"{prefix}{name}/", found)
    for name, config_policy in group.policies.items():
        if not config_policy.HasField("policy"):
            raise InvalidPolicy(f"policy {name} at path {_group_path(prefix)} was nil")
        if config_policy.policy.type not in (policies.Policy.SIGNATURE, policies.Policy.IMPLICIT_META):
            raise InvalidPolicy(
                f"policy {name} at path {_group_path(prefix)} has unknown policy type: "
                f"{config_policy.policy.type}"
            )
        try:
            found[prefix + name] = _compile(config_policy.policy, group, prefix, found)
        except InvalidPolicy as error:
            raise InvalidPolicy(
                f"policy {name} at path {_group_path(prefix)} did not compile: {error}"
            ) from None


def _compile(
    policy: policies.Policy, group: configtx.ConfigGroup, prefix: str, found: dict[str, Policy]
) -> Policy:
    if policy.type == policies.Policy.SIGNATURE:
        return SignaturePolicy(compile_policy(decode(policies.SignaturePolicyEnvelope, policy.value)))
    meta = decode(policies.ImplicitMetaPolicy, policy.value)
    # A group's own policies are compiled after those of its sub-groups, so they are all there.
    parts = tuple(
        found.get(f"{prefix}{name}/{meta.sub_policy}", MissingPolicy(meta.sub_policy))
        for name in sorted(group.groups)
    )
    thresholds = {
        policies.ImplicitMetaPolicy.ANY: 1,
        policies.ImplicitMetaPolicy.ALL: len(parts),
        policies.ImplicitMetaPolicy.MAJORITY: len(parts) // 2 + 1,
    }
    # Without sub-groups nothing is asked for; an unknown rule asks for nothing either, as in Fabric.
    threshold = thresholds.get(meta.rule, 0) if parts else 0
    return ImplicitMetaPolicy(meta.sub_policy, threshold, parts)


def _relative(path: str) -> str:
    if not path.startswith("/"):
        return path
    return path[len(ROOT) + 2 :] if path.startswith(f"/{ROOT}") else path


def _group_path(prefix: str) -> str:
    return f"{ROOT}/{prefix}".rstrip("/")


def _place_of(principal: object, merged: policies.SignaturePolicyEnvelope) -> int:
    for place, known in enumerate(merged.identities):
        if known == principal:
            return place
    merged.identities.add().CopyFrom(principal)  # type: ignore[arg-type]  # always an MSPPrincipal
    return len(merged.identities) - 1


def _renumber(rule: policies.SignaturePolicy, places: Sequence[int]) -> None:
    if rule.WhichOneof("Type") == "signed_by":
        rule.signed_by = places[rule.signed_by]
    for inner in rule.n_out_of.rules if rule.HasField("n_out_of") else ():
        _renumber(inner, places)
