"""Whatever is drawn, the same things happen in the story."""

from random import Random

from counterfoil_demo import reference
from counterfoil_demo.figures import draw_figures
from counterfoil_demo.reference import Book
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(min_value=1, max_value=10**9))
def test_every_seed_tells_the_same_story(seed: int) -> None:
    figures = draw_figures(seed, Random(seed))
    dollars, own, paid = figures.dollars, figures.own_funds, figures.proceeds
    assert dollars.first_line + dollars.second_line <= dollars.total
    assert dollars.first_line <= reference.cap(dollars.first_invoice)
    assert dollars.second_line <= reference.cap(dollars.second_invoice)
    book = Book(dollars.total).hold("A", dollars.first_line)
    left = book.available
    assert 0 < left < dollars.second_line
    both = book.hold("B", left)

    assert own.loan <= reference.converted(dollars.first_line, own.rate_mantissa)
    rest = dollars.first_line - reference.released(dollars.first_line, own.repaid, own.loan)
    book = both.hold("A", rest)
    assert book.available > 0
    book = book.amended(own.amended_above_use)
    assert book.available > 0
    book = book.amended(own.amended_below_use)
    assert book.over_pledged
    book = book.hold("B", 0)
    assert not book.over_pledged
    assert book.amended(own.amended_below_rest).over_pledged

    assert paid.principal <= paid.received <= dollars.first_line
    assert paid.principal <= paid.loan <= dollars.first_line
    rest = dollars.first_line - reference.released(dollars.first_line, paid.principal, paid.loan)
    assert not both.hold("A", rest).paid(paid.received).over_pledged
    invoice = Book(dollars.first_invoice).hold("A", rest).paid(paid.received)
    assert not invoice.over_pledged
    assert 0 < figures.yen_loan <= reference.cap(figures.yen_total)
