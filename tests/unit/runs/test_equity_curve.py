from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.services.runs.equity_curve import Point, thinned

CURVES = st.lists(st.integers(-50, 50), max_size=120).map(
    lambda values: tuple((number, Decimal(value)) for number, value in enumerate(values))
)


@given(CURVES, st.integers(4, 40))
def test_a_thinned_curve_has_no_more_points_than_asked_all_of_them_its_own_and_in_order(
    curve: tuple[Point, ...], most: int
) -> None:
    kept = thinned(curve, most)

    assert len(kept) <= most
    assert set(kept) <= set(curve)
    assert list(kept) == sorted(kept)


@given(CURVES, st.integers(4, 40))
def test_first_last_lowest_and_highest_stay(curve: tuple[Point, ...], most: int) -> None:
    kept = thinned(curve, most)

    assert (kept[:1], kept[-1:]) == (curve[:1], curve[-1:])
    assert {kind(value for _, value in kept) for kind in (min, max) if kept} == {
        kind(value for _, value in curve) for kind in (min, max) if curve
    }


def test_a_curve_that_is_short_enough_stays_as_it_is() -> None:
    curve = tuple((number, Decimal(number % 3)) for number in range(8))

    assert thinned(curve, 8) == curve


def test_a_long_curve_keeps_points_all_along() -> None:
    random = Random(7)
    curve = tuple((number, Decimal(random.randint(-99, 99))) for number in range(100_000))

    times = [at for at, _ in thinned(curve, 2_000)]

    assert max(later - earlier for earlier, later in pairwise(times)) <= 200
