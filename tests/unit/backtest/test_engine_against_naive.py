from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.backtest.engine import Market, run_backtest
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.market.interval import Interval
from functions.backtest.candle_file import read_candles

from .markets import REAL_MONTH, SHARED, benchmark_document, plan_of, random_bars, strategy
from .naive_engine import naive_trades


def rsi(op: str, level: int, length: int) -> dict[str, object]:
    return {
        "type": "compare",
        "op": op,
        "left": {"indicator": "rsi", "params": {"length": length}},
        "right": {"constant": level},
    }


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    on_opposite=st.sampled_from(["ignore", "close", "reverse"]),
    stop=st.sampled_from([0.2, 0.5, 1.0, 3.0]),
    target=st.sampled_from([0.3, 1.0, 2.0]),
    max_bars=st.sampled_from([None, 1, 5, 40]),
    indicator_exit=st.booleans(),
    slippage_bps=st.sampled_from([0.0, 3.0]),
)
def test_the_engine_trades_like_a_plain_loop_over_bars(
    seed: int,
    on_opposite: str,
    stop: float,
    target: float,
    max_bars: int | None,
    indicator_exit: bool,
    slippage_bps: float,
) -> None:
    bars = random_bars(seed, 600)
    exits: dict[str, object] = {}
    if max_bars is not None:
        exits["timeExit"] = {"maxBars": max_bars}
    if indicator_exit:
        exits["indicatorExit"] = [{"condition": rsi(">", 80, 3), "appliesTo": "long"}]
    entry = {"long": rsi("<", 35, 5), "short": rsi(">", 65, 5), "onOpposite": on_opposite}
    plan = plan_of(strategy(entry, stop=stop, target=target, **exits))
    signals = plan.evaluate({Interval.M5: bars})

    ours = run_backtest(plan, Market({Interval.M5: bars}), Settings(fixed_qty=1.0, slippage_bps=slippage_bps)).trades
    theirs = naive_trades(
        bars,
        signals,
        stop_pct=stop,
        target_pct=target,
        on_opposite=on_opposite,
        max_bars=max_bars,
        slippage=slippage_bps / 10_000,
        fee=5.5 / 10_000,
    )

    assert list(zip(ours.entry_bar, ours.exit_bar, ours.sign, strict=True)) == [trade[:3] for trade in theirs]
    assert np.allclose(ours.pnl, [trade[3] for trade in theirs], rtol=1e-12, atol=1e-12)


@pytest.fixture(scope="module")
def benchmark_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    script = SHARED / "bench" / "make_data.py"
    if not script.exists():
        pytest.skip("the shared benchmark folder is not beside the project")
    folder = tmp_path_factory.mktemp("bench")
    subprocess.run([sys.executable, str(script)], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize(("name", "timeframe"), [("data_5m", "5m"), ("data_1m", "1m"), ("btc_perp_1m_2022-01", "1m")])
def test_the_benchmark_job_gives_the_expected_result(benchmark_data: Path, name: str, timeframe: str) -> None:
    expected = json.loads((SHARED / "bench" / "expected.json").read_text())[name]
    path = REAL_MONTH if name.startswith("btc") else benchmark_data / f"{name}.npz"
    plan = plan_of(benchmark_document(timeframe))
    bars = read_candles(path, plan.spec.timeframe)

    trades = run_backtest(plan, Market({plan.spec.timeframe: bars}), Settings(fixed_qty=1.0)).trades

    assert (len(trades), trades.wins) == (expected["trades"], expected["wins"])
    assert trades.net_pnl == pytest.approx(expected["net_pnl"], abs=0.01)
