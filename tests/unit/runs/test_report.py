"""What a report holds of a run that made more of everything than one row can take."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest

from chalicelib.api.models.run_report import ReportView
from chalicelib.domain.runtime.report import figures
from chalicelib.services.runs.report import MOST_POINTS, MOST_TRADES
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.busy_run import busy_fills, busy_report
from tests.simulation.scenario import START_MS, parsed, terms_of

TERMS = terms_of(parsed(), CATALOGUE["BTCUSDT"].instrument, 1440)
MOST_ANSWERED_BYTES = 6 * 1024 * 1024
"""What a function may answer."""


def test_a_run_with_a_trade_for_each_minute_of_a_day_lists_them_all() -> None:
    report: dict[str, Any] = busy_report(TERMS, busy_fills(1_440, 1, START_MS))

    assert len(report["trades"]) == report["counts"]["trades"] == 1_440


def test_of_more_trades_than_a_report_lists_the_last_are_listed_and_all_are_counted_and_summed() -> None:
    fills = busy_fills(MOST_TRADES + 100, 1, START_MS)
    all_of_it = figures(fills)

    report: dict[str, Any] = busy_report(TERMS, fills)

    assert [trade["no"] for trade in report["trades"]] == list(range(101, MOST_TRADES + 101))
    assert report["counts"]["trades"] == MOST_TRADES + 100
    assert Decimal(report["netPnl"]) == all_of_it.net
    assert report["winRate"] == str(all_of_it.win_rate)


def test_a_long_equity_curve_is_thinned_and_the_report_says_how_many_points_it_had() -> None:
    fills = busy_fills(1_000, 3, START_MS)
    whole = [value for _, value in figures(fills).equity]

    report: dict[str, Any] = busy_report(TERMS, fills)

    shown = [Decimal(point["value"]) for point in report["equity"]]
    assert len(shown) <= MOST_POINTS
    assert report["equityPoints"] == len(whole) == 6_000
    assert (shown[-1], min(shown), max(shown)) == (whole[-1], min(whole), max(whole))
    assert Decimal(report["maxDrawdown"]) == figures(fills).max_drawdown


@pytest.mark.parametrize("digits", [0, 20])
def test_the_largest_report_can_be_answered(digits: int) -> None:
    report = busy_report(TERMS, busy_fills(MOST_TRADES + 1, 2, START_MS, digits))

    assert len(orjson.dumps(report)) < MOST_ANSWERED_BYTES / 2


def test_the_contract_says_how_much_is_listed() -> None:
    said = ReportView.__doc__ or ""

    assert f"the last {MOST_TRADES:,} of" in said
    assert f"at most {MOST_POINTS:,} of" in said


def test_a_report_from_before_curves_were_thinned_says_that_its_curve_is_whole() -> None:
    report: dict[str, Any] = busy_report(TERMS, busy_fills(2, 1, START_MS))
    del report["equityPoints"]

    assert ReportView.of(report).equity_points == 4
