"""A ledger of credit authorizations on the testing kit."""

from collections.abc import Callable

import pytest
from counterfoil_chaincode.testing import Refused
from credit_life import KitLife


@pytest.fixture
def life() -> KitLife:
    return KitLife()


@pytest.fixture
def code() -> Callable[[Callable[[], object]], str]:
    """The code with which a call is refused."""

    def refused_with(call: Callable[[], object]) -> str:
        with pytest.raises(Refused) as refused:
            call()
        return refused.value.code

    return refused_with
