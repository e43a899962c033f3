from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.migrations import to_current
from chalicelib.domain.strategy.parse import strategy_hash

from .documents import minimal

MINUTE = 60_000


def minutes(count: int, start: int = 0) -> Bars:
    values = np.arange(start, start + count, dtype=np.float64) + 1
    times = np.arange(start, start + count, dtype=np.int64) * MINUTE
    return Bars(times, values, values + 0.5, values - 0.5, values, np.ones(count))


def test_candles_become_bars_in_their_order() -> None:
    prices = [Decimal(text) for text in ("1.5", "2", "1", "1.75")]
    candles = [Candle(index * MINUTE, *prices, Decimal(9)) for index in range(2)]

    bars = Bars.from_candles(candles)

    assert bars.open_time_ms.tolist() == [0, MINUTE]
    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0]) == (1.5, 2, 1, 1.75, 9)
    assert len(Bars.from_candles([])) == 0


def test_higher_bars_are_built_from_complete_sets_only() -> None:
    built = minutes(13, start=2).aggregate(Interval.M1, Interval.M5)

    assert built.open_time_ms.tolist() == [5 * MINUTE, 10 * MINUTE]
    assert (built.open[0], built.high[0], built.low[0], built.close[0], built.volume[0]) == (6, 10.5, 5.5, 10, 5)


def test_only_multiples_can_be_built() -> None:
    with pytest.raises(ValueError, match="not a multiple"):
        minutes(5).aggregate(Interval.M5, Interval.M1)


def test_bars_closed_by_a_moment_exclude_the_forming_one() -> None:
    assert len(minutes(10).closed_before(3 * MINUTE, Interval.M1)) == 3
    assert len(minutes(10).closed_before(3 * MINUTE - 1, Interval.M1)) == 2


def test_documents_are_lifted_step_by_step() -> None:
    steps = {1: lambda document: {**document, "b": 2}, 2: lambda document: {**document, "c": 3}}

    lifted = to_current({"dslVersion": 1, "a": 1}, steps, 3)

    assert lifted == {"dslVersion": 3, "a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize("version", [0, 2, -1])
def test_a_version_without_a_way_on_is_refused(version: int) -> None:
    with pytest.raises(InvalidDocument) as caught:
        to_current(minimal(dslVersion=version))

    assert caught.value.findings[0].pointer == "/dslVersion"


def test_the_hash_of_a_document_is_fixed() -> None:
    # A new hash here means that stored strategies would look changed: that needs a new dslVersion.
    assert strategy_hash(minimal()) == "62f7250f6dd829be78184721b0f4dad4e881319c01a7da81ef88521f4ae5798e"
