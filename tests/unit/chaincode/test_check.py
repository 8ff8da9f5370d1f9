"""The check of contracts' sources: every planted violation is found, on its line, and nothing else."""

import re
from pathlib import Path

import counterfoil_contracts
import pytest
from counterfoil_chaincode.check import CONTRACT_RULES, Rule, check_path

PLANTED = Path(__file__).parent / "planted"
OTHERS = Path(__file__).parent / "others"
_MARK = re.compile(r"#! (?P<rules>[a-z -]+)$")


def expected(text: str) -> list[tuple[int, str]]:
    """Line and rule of everything planted."""
    return sorted(
        (number, rule_id)
        for number, line in enumerate(text.splitlines(), start=1)
        if (mark := _MARK.search(line))
        for rule_id in mark["rules"].split()
    )


def found(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    file = tmp_path / "contract.py"
    # The marks are taken away, so that they are not read as reasons.
    file.write_text("\n".join(_MARK.sub("", line).rstrip() for line in text.splitlines()) + "\n")
    return sorted({(finding.line, finding.rule_id) for finding in check_path(file).findings})


@pytest.mark.parametrize("name", [*(rule.id for rule in CONTRACT_RULES), "allowed"])
def test_what_is_planted_is_found_and_nothing_else(name: str, tmp_path: Path) -> None:
    text = (PLANTED / f"{name}.txt").read_text()
    assert expected(text), "nothing is planted"
    other_rules = {rule.id for rule in CONTRACT_RULES} - {name}
    # A fixture may break other rules in passing, as one that prints; only its own is compared.
    mine = [each for each in found(tmp_path, text) if name == "allowed" or each[1] not in other_rules]
    assert mine == expected(text)


def test_there_are_ten_rules_each_explained() -> None:
    assert len(CONTRACT_RULES) == 10
    assert all(rule.explanation.endswith(".") for rule in Rule)
    assert len({rule.id for rule in Rule}) == len(Rule)


def test_our_own_contracts_are_clean() -> None:
    report = check_path(Path(counterfoil_contracts.__file__).parent)
    assert [str(finding) for finding in report.findings] == []
    assert report.files > 30
    assert {path.parent.name for path in report.tests} == {"testing"}


def test_calls_are_followed_from_file_to_file(tmp_path: Path) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "books.py").write_text(
        "class Books:\n"
        "    def __init__(self, stub): self.stub = stub\n"
        "    def put(self, key, value): self.stub.put_state(key, value)\n"
        "def read(stub, key): return stub.get_state(key)\n"
    )
    (package / "contract.py").write_text(
        "from .books import Books\nfrom . import books\n"
        "def act(context, shelf: Books, name):\n"
        "    shelf.put('book/' + name, b'')\n"
        "    books.read(context.stub, 'book/' + 'other')\n"
        "    return books.read(context.stub, 'book/' + name)\n"
    )
    (finding,) = check_path(package).findings
    assert (finding.path.name, finding.line, finding.rule_id) == ("contract.py", 6, "own-write")
    assert finding.rule is Rule.OWN_WRITE


def test_recursion_ends(tmp_path: Path) -> None:
    text = (
        "def a(stub, n):\n    stub.put_state(n, b'')\n    return b(stub, n)\n"
        "def b(stub, n):\n    return a(stub, n)\n"
    )
    assert found(tmp_path, text) == []


def test_a_file_that_is_no_python_is_told(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("print 'hello'\n")
    (finding,) = check_path(tmp_path).findings
    assert finding.rule is Rule.UNREADABLE


def test_nothing_of_that_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_path(tmp_path / "absent")


@pytest.mark.parametrize("sample", sorted(OTHERS.glob("*.txt")), ids=lambda path: path.stem)
def test_contracts_in_the_style_of_fabrics_samples(sample: Path, tmp_path: Path) -> None:
    text = sample.read_text()
    assert found(tmp_path, text) == expected(text)
