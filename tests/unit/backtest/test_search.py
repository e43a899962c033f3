from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal

import pytest

from chalicelib.adapters.optuna_search import OptunaSearch
from chalicelib.domain.backtest.parameters import Parameter, space_size, with_values
from chalicelib.domain.backtest.search import Found, Place, search_rows
from chalicelib.domain.backtest.search_choice import MAX_SPACE, Search, SearchMethod, trials_of
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.sweep import RankBy, SweepRunner
from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.market.interval import Interval
from infra.package import UNUSED_PACKAGES

from .markets import backtest, benchmark_document, random_bars

DOCUMENT = benchmark_document("5m")
BARS = random_bars(21, 1000)
SETTINGS = Settings(fixed_qty=1.0)
FAST = Parameter("/entry/long/a/params/length", Decimal(2), Decimal(60), Decimal(1), ("/entry/short/a/params/length",))
STOP = Parameter("/exit/stopLoss/value", Decimal("0.5"), Decimal(150), Decimal("0.5"))
SIZES = (100, 100, 100)


class Listed:
    """Proposes what it was given, the last for ever."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = list(places)
        self.told: list[float | None] = []

    def ask(self) -> Place:
        return self.places.pop(0) if len(self.places) > 1 else self.places[0]

    def tell(self, score: float | None) -> None:
        self.told.append(score)


def searched(points: Listed | OptunaSearch, trials: int, stop_after: int | None = None) -> Found:
    told: list[int] = []
    return search_rows(
        DOCUMENT,
        [FAST, STOP],
        trials,
        points,
        RankBy.NET_PNL,
        SweepRunner(Interval.M5, {Interval.M5: BARS}, SETTINGS),
        lambda done, _total: told.append(done),
        lambda: len(told) == stop_after,
    )


def toy(place: Place) -> float:
    """A hill with its top at (70, 20, 45)."""
    return -sum((at - top) ** 2 for at, top in zip(place, (70, 20, 45), strict=True))


def climbed(seed: int, trials: int = 120) -> list[Place]:
    search, places = OptunaSearch(SIZES, seed), []
    for _ in range(trials):
        place = search.ask()
        search.tell(toy(place))
        places.append(place)
    return places


def test_a_seed_always_tries_the_same_points_and_another_seed_others() -> None:
    assert climbed(7, 40) == climbed(7, 40) != climbed(8, 40)


def test_the_search_finds_a_better_point_than_as_many_random_ones() -> None:
    seeds = range(5)
    found = [max(map(toy, climbed(seed))) for seed in seeds]
    luck = []
    for seed in seeds:
        chance = random.Random(seed)
        luck.append(max(toy(tuple(chance.randrange(size) for size in SIZES)) for _ in range(120)))

    assert sum(found) > sum(luck)


def test_the_best_and_the_worst_scores_may_be_infinite() -> None:
    search = OptunaSearch(SIZES, 1)
    for number in range(30):
        search.ask()
        search.tell(float("-inf") if number % 2 else float("inf"))

    assert all(0 <= at < size for at, size in zip(search.ask(), SIZES, strict=True))


def test_telling_before_asking_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing was asked for"):
        OptunaSearch(SIZES, 1).tell(1.0)


def test_each_row_is_the_backtest_of_its_values_in_the_order_tried() -> None:
    found = searched(OptunaSearch((FAST.count, STOP.count), 3), 15)

    assert [row.index for row in found.rows] == list(range(15))
    for row in found.rows:
        if row.error is None:
            alone = backtest(with_values(DOCUMENT, [FAST, STOP], tuple(row.values.values())), BARS, SETTINGS).trades
            assert (row.trades, row.net_pnl) == (len(alone), pytest.approx(alone.net_pnl))


def test_a_whole_search_is_the_same_again() -> None:
    once, again = (searched(OptunaSearch((FAST.count, STOP.count), 5), 20) for _ in range(2))

    assert once == again


def test_a_repeated_point_is_not_evaluated_twice_and_does_not_count() -> None:
    points = Listed([(0, 0), (0, 0), (1, 0), (0, 0), (2, 0)])

    found = searched(points, 3)

    assert [row.values[FAST.pointer] for row in found.rows] == [2, 3, 4]
    assert [score is None for score in points.told] == [False, True, False, True, False]


def test_a_search_that_finds_nothing_new_ends_early_and_is_not_cancelled() -> None:
    found = searched(Listed([(0, 0), (1, 1)]), 10)

    assert (len(found.rows), found.cancelled) == (2, False)


def test_a_cancelled_search_keeps_its_rows() -> None:
    found = searched(Listed([(number, 0) for number in range(9)]), 9, stop_after=4)

    assert (len(found.rows), found.cancelled) == (4, True)


def test_a_space_too_large_for_a_grid_may_be_searched_up_to_a_limit() -> None:
    search = Search(SearchMethod.TPE, 50, 1)
    fine = Parameter("/exit/stopLoss/value", Decimal(1), Decimal(2), Decimal("0.0000000001"))

    assert space_size(DOCUMENT, [FAST, STOP], MAX_SPACE) == 59 * 300
    assert trials_of(DOCUMENT, [FAST, STOP], search) == 50
    assert trials_of(DOCUMENT, [Parameter(FAST.pointer, Decimal(2), Decimal(9), Decimal(1))], search) == 8
    with pytest.raises(InvalidDocument) as caught:
        trials_of(DOCUMENT, [fine], search)
    assert [finding.key for finding in caught.value.findings] == ["sweep.parameter_combinations"]


def test_a_search_runs_without_the_packages_that_the_archive_leaves_out() -> None:
    lines = [
        "import sys",
        f"sys.modules.update(dict.fromkeys({UNUSED_PACKAGES}))",  # importing one of them now fails
        "from chalicelib.adapters.optuna_search import OptunaSearch",
        "search = OptunaSearch((50, 50), 1)",
        "for _ in range(30): search.tell(float(search.ask()[0]))",
    ]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
