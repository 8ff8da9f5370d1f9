import inspect

from counterfoil_chaincode.confidential import RuntimeRefusal
from counterfoil_contracts.core.codes import PRECEDENCE, RefusalCode


def test_the_runtime_s_refusals_come_first_in_its_order() -> None:
    runtime = [code.name for code in RuntimeRefusal if code is not RuntimeRefusal.NOT_FOUND]
    assert [code.value for code in RefusalCode][: len(runtime)] == runtime


def test_each_code_says_what_it_means() -> None:
    lines = [line.strip() for line in inspect.getsource(RefusalCode).splitlines()]
    for code in RefusalCode:
        at = lines.index(f'{code.name} = "{code.value}"')
        assert code.name == code.value
        assert lines[at + 1].startswith('"""')


def test_a_duplicate_is_told_before_the_room_that_is_left() -> None:
    assert PRECEDENCE[RefusalCode.DUPLICATE] < PRECEDENCE[RefusalCode.OVER_FINANCING]
    assert PRECEDENCE[RefusalCode.NOT_AUTHORIZED] < PRECEDENCE[RefusalCode.NOT_FOUND]
