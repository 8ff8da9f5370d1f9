"""The plain sums give the worked example of the documentation, figure by figure."""

from counterfoil_demo import reference
from counterfoil_demo.reference import Book


def test_the_branch_from_own_funds() -> None:
    book = Book(10_000_000).hold("A", 6_000_000)
    assert book.available == 3_000_000
    book = book.hold("B", book.available)
    assert (book.used, book.available) == (9_000_000, 0)
    book = book.hold("A", 6_000_000 - reference.released(6_000_000, 1_500_000, 6_000_000))
    assert (book.used, book.available) == (7_500_000, 1_500_000)
    assert book.amended(9_500_000).available == 1_050_000
    below = book.amended(8_000_000)
    assert (below.available, below.over_pledged) == (0, True)


def test_the_branch_from_the_buyer() -> None:
    book = Book(10_000_000).hold("A", 6_000_000).hold("B", 3_000_000)
    book = book.hold("A", 4_500_000).paid(1_500_000)
    assert reference.cap(book.total, book.collected) == 7_650_000
    assert (book.used, book.available, book.over_pledged) == (7_500_000, 150_000, False)


def test_rounding_never_makes_room() -> None:
    assert reference.cap(11) == 9
    assert reference.released(10, 1, 3) == 3
    assert reference.kept(10, 1, 3) == 4
    assert reference.converted(333, 71234) == 2372
    assert reference.cap(reference.total_for_cap(12_345)) == 12_345
    assert reference.cap(reference.total_for_cap(12_345) - 1) < 12_345
