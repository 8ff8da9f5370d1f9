"""What an organisation hands to a channel's members so that they can let it in: no key is in it.

A JSON file with the organisation's name in the channel, and the group of the channel's configuration that
will stand under that name (common.ConfigGroup, base64): its MSP, its policies, its anchor peers. Nothing in
the file repeats what the group says, so nobody reads one thing and signs another; `counterfoil org show`
reads it out.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from counterfoil_protocol.errors import MalformedMessage
from counterfoil_protocol.messages import configtx
from counterfoil_protocol.wire import decode

from counterfoil_network.configuration.channel_group import member_group
from counterfoil_network.configuration.configtx import Address, Organisation, Policy
from counterfoil_network.membership.errors import MembershipError

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class OrganisationDefinition:
    """An organisation as it asks to stand in a channel's configuration."""

    name: str
    group: configtx.ConfigGroup = field(repr=False)

    def write(self, path: Path) -> None:
        """Write the file.

        Raises:
            OSError: it cannot be written.
        """
        definition = base64.b64encode(self.group.SerializeToString(deterministic=True)).decode()
        document = {"format": _FORMAT, "name": self.name, "definition": definition}
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "OrganisationDefinition":
        """Read the file.

        Raises:
            OSError: it is not there.
            MembershipError: it is no organisation's definition.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["format"] != _FORMAT:
                raise ValueError("another format")
            group = decode(configtx.ConfigGroup, base64.b64decode(document["definition"], validate=True))
            return cls(str(document["name"]), group)
        except (ValueError, KeyError, TypeError, binascii.Error, MalformedMessage) as error:
            raise MembershipError(f"{path} is no organisation's definition: {error}") from error


def organisation_definition(
    name: str, msp_id: str, msp_folder: Path, anchor_peers: Sequence[str]
) -> OrganisationDefinition:
    """Make the definition of a peer organisation from its verifying MSP folder.

    Policies are those that `configtx.yaml` gives every organisation of the trade network.

    Args:
        name: in the channel's configuration, such as `BankC`.
        msp_id: such as `BankCMSP`.
        msp_folder: with cacerts, tlscacerts and config.yaml; a key in it is not looked at.
        anchor_peers: `host:port` where other organisations' peers reach it.

    Raises:
        ConfigurationError: the folder cannot be read, or an address is none.
    """
    organisation = Organisation(
        name=name,
        msp_id=msp_id,
        msp_folder=msp_folder,
        policies=_policies(msp_id),
        anchor_peers=tuple(Address.parse(text) for text in anchor_peers),
        orderer_endpoints=(),
    )
    return OrganisationDefinition(name, member_group(organisation))


def _policies(msp_id: str) -> Mapping[str, Policy]:
    def anyone(*roles: str) -> Policy:
        principals = ", ".join(f"'{msp_id}.{role}'" for role in roles)
        return Policy("Signature", f"OR({principals})")

    return {
        "Readers": anyone("admin", "peer", "client"),
        "Writers": anyone("admin", "client"),
        "Admins": anyone("admin"),
        "Endorsement": anyone("peer"),
    }
