from counterfoil_protocol.transaction_id import NONCE_BYTES, new_nonce, transaction_id


def test_sha256_of_nonce_and_creator() -> None:
    # printf 'noncecreator' | sha256sum
    assert (
        transaction_id(b"nonce", b"creator")
        == "709184f9d24f6ade8fcd4d6521a6eef295fef6c2e67216c58b68ac15e8946492"
    )
    assert transaction_id(b"nonce", b"creator") != transaction_id(b"nonce", b"creatoR")


def test_nonces_differ() -> None:
    assert len({new_nonce() for _ in range(100)}) == 100
    assert len(new_nonce()) == NONCE_BYTES
