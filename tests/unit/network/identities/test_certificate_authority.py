"""What an authority signs."""

from datetime import UTC, datetime, timedelta

from counterfoil_network.identities.certificate_authority import create_authority, new_key
from counterfoil_network.identities.crypto_config import AuthoritySpec
from counterfoil_network.identities.local_msp import node_subject


def test_a_certificate_begins_no_earlier_and_ends_no_later_than_its_authority() -> None:
    """Fabric judges the chain at the moment the certificate begins."""
    made = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    authority = create_authority(AuthoritySpec("ca.x", "x", None, None, None), made)
    early, late = (
        authority.issue(node_subject("a", "client"), new_key().public_key(), now)
        for now in (made - timedelta(minutes=3), made + timedelta(days=1))
    )
    assert early.not_valid_before_utc == authority.certificate.not_valid_before_utc
    assert late.not_valid_after_utc == authority.certificate.not_valid_after_utc
