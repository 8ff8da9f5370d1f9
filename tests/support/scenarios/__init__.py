"""Scenarios of export invoices as banks and the regulator live them, on whatever runs the contracts.

Each is a function that takes the people of a network and opens with what somebody would lose without it. All
are independent: an exporter of their own, documents of their own. `ALL` lists them.
"""

from collections.abc import Callable
from typing import Any

from counterfoil_contracts.testing import TradePeople

from . import currencies, facts, repayments, supervision
from .exporter import Exporter, refused

__all__ = ["ALL", "Exporter", "Scenario", "refused"]

Scenario = Callable[[TradePeople[Any]], None]

ALL: tuple[Scenario, ...] = (
    repayments.both_branches_of_the_worked_example,
    repayments.settled_from_proceeds_then_asked_elsewhere,
    repayments.proceeds_arrive_at_a_third_bank,
    currencies.a_loan_in_cny_on_three_invoices_ends_at_zero,
    currencies.invoices_and_declarations_many_to_many,
    facts.a_wrong_release_is_reversed_when_the_room_is_gone,
    facts.disbursed_while_the_network_was_down,
    facts.a_bank_leaves_with_open_financings,
    facts.a_hundred_documents_with_one_bad,
    supervision.a_lock_over_a_long_holiday,
    supervision.class_c_between_lock_and_disbursement,
    supervision.not_open_in_this_province,
    supervision.frozen,
    supervision.a_flag_is_looked_at,
)
