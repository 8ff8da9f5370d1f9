"""Commands of the contract `freight_payment`, as its operations declare them."""

from counterfoil_contracts.freight_payment import operations as freight

from ..rest import rest

COMMANDS = rest([], freight.OPERATIONS, "freight")
