"""No altered byte of a transaction is ever valid, and a memo of signatures changes no verdict."""

import pytest
from channel_world import Draft, World, make_channel, make_world
from counterfoil_network.embedded.verified_signatures import VerifiedSignatures
from counterfoil_protocol.messages import transaction
from counterfoil_protocol.validation.transaction_validator import TransactionValidator
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, World, bytes]:
    """The same channel with and without a memo, and a transaction that is valid in both."""
    plain = make_world(*make_channel(tmp_path_factory.mktemp("channel")))
    remembering = make_world(
        type(plain.channel).from_config("trade", plain.channel.config, VerifiedSignatures()), plain.crypto
    )
    return plain, remembering, Draft(plain).build()


def codes(world: World, *envelopes: bytes) -> bytes:
    return TransactionValidator(world.channel).validate(envelopes, world.state, lambda _: False)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_an_altered_transaction_is_never_valid(
    worlds: tuple[World, World, bytes], data: st.DataObject
) -> None:
    plain, remembering, good = worlds
    assert codes(remembering, good) == bytes([transaction.VALID])
    place = data.draw(st.integers(0, len(good) - 1))
    kind = data.draw(st.sampled_from(["flip", "cut", "insert"]))
    bit = data.draw(st.integers(0, 7))
    if kind == "flip":
        altered = good[:place] + bytes([good[place] ^ (1 << bit)]) + good[place + 1 :]
    elif kind == "cut":
        altered = good[:place]
    else:
        altered = good[:place] + bytes([bit]) + good[place:]
    verdict = codes(plain, altered)
    assert verdict != bytes([transaction.VALID])
    assert codes(remembering, altered) == verdict


@settings(max_examples=30, deadline=None)
@given(
    endorsers=st.lists(st.sampled_from(["Regulator", "Port", "BankA", "BankB"]), max_size=4),
    forged=st.sets(st.integers(0, 3)),
)
def test_good_and_forged_endorsements_have_one_verdict(
    worlds: tuple[World, World, bytes], endorsers: list[str], forged: set[int]
) -> None:
    plain, remembering, _ = worlds
    signatures = iter(range(len(endorsers)))

    def endorse(message: bytes) -> bytes:
        place = next(signatures)
        return plain.peer(endorsers[place]).sign(message if place not in forged else message + b"!")

    envelope = Draft(plain, endorsers=endorsers, endorse=endorse).build()
    good = {name for place, name in enumerate(endorsers) if place not in forged}
    first = codes(plain, envelope)
    assert (first == bytes([transaction.VALID])) == ({"Regulator", "Port"} <= good)
    assert [codes(remembering, envelope) for _ in range(2)] == [first, first]
