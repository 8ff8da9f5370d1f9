"""X.509 identities from crypto-config.yaml."""

from counterfoil_network.identities.crypto_config import OrganisationKind, read_crypto_config, with_orderers
from counterfoil_network.identities.enterprise import (
    Enterprise,
    enterprise_roots,
    issue_enterprise,
    load_enterprise,
)
from counterfoil_network.identities.errors import (
    CryptoConfigError,
    IdentitiesError,
    IdentityExists,
    IdentityNotFound,
)
from counterfoil_network.identities.folder import KEY_FILE, CryptoFolder, NodeFolder, OrganisationFolder
from counterfoil_network.identities.generator import (
    generate,
    generate_identities,
    issue_user,
    open_crypto_folder,
)
from counterfoil_network.identities.local_msp import LocalIdentity, load_identity
from counterfoil_network.identities.renewal import renew, revoke, revoke_enterprise

__all__ = [
    "KEY_FILE",
    "CryptoConfigError",
    "CryptoFolder",
    "Enterprise",
    "IdentitiesError",
    "IdentityExists",
    "IdentityNotFound",
    "LocalIdentity",
    "NodeFolder",
    "OrganisationFolder",
    "OrganisationKind",
    "enterprise_roots",
    "generate",
    "generate_identities",
    "issue_enterprise",
    "issue_user",
    "load_enterprise",
    "load_identity",
    "open_crypto_folder",
    "read_crypto_config",
    "renew",
    "revoke",
    "revoke_enterprise",
    "with_orderers",
]
