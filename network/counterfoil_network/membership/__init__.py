"""Organisations join a channel and leave it: what each states of itself, the changed configuration."""

from counterfoil_network.membership.definition import OrganisationDefinition, organisation_definition
from counterfoil_network.membership.errors import MembershipError
from counterfoil_network.membership.members import with_organisation, without_organisation
from counterfoil_network.membership.reading import UpdateSummary, describe_definition, describe_update

__all__ = [
    "MembershipError",
    "OrganisationDefinition",
    "UpdateSummary",
    "describe_definition",
    "describe_update",
    "organisation_definition",
    "with_organisation",
    "without_organisation",
]
