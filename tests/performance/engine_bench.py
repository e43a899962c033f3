"""The engine's figures: ``python -m tests.performance.engine_bench`` prints one JSON object a line.

Each figure is the median of several runs in one process; ratios to other engines come from the same run, when the
peers' own environment can be built (``build/bench/venv``, from requirements-bench.txt).
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from chalicelib.domain.backtest.engine import Market, run_backtest
from chalicelib.domain.backtest.parameters import Parameter
from chalicelib.domain.backtest.report import build_report
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.sweep import run_sweep
from chalicelib.domain.strategy.decision import decide_on_close
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.plan import compile_plan
from functions.backtest.candle_file import read_candles
from infra.checks.tool_environment import NotBuilt, tool_python
from tests.performance.figures import emit

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_SPECS = _ROOT / "tests" / "fixtures" / "strategies"
_BUILD = _ROOT / "build" / "bench"
_MAKE_DATA = _ROOT.parent / "shared" / "bench" / "make_data.py"
_RUNS = 5


def data(name: str) -> Path:
    """The benchmark's generated year; made on first use."""
    path = _BUILD / f"{name}.npz"
    if not path.exists():
        _BUILD.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, str(_MAKE_DATA)], cwd=_BUILD, check=True)
    return path


def median_seconds(job: Callable[[], object], runs: int = _RUNS) -> float:
    """The median time of ``job`` after one warm-up run."""
    job()
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        job()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def import_milliseconds() -> float:
    """The time a fresh interpreter takes to import the evaluator, numpy and TA-Lib included: the best of several.

    Everything else that the machine does can only add to it.
    """
    code = (
        "import time; t = time.perf_counter(); import chalicelib.domain.strategy.decision;"
        " print((time.perf_counter() - t) * 1000)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], cwd=_ROOT, capture_output=True, check=True) for _ in range(7)]
    return min(float(run.stdout) for run in runs)


def peak_megabytes() -> float:
    """The peak memory of a fresh process that loads the one-minute year and backtests it with the full report."""
    spec, candles = _SPECS / "ema_cross_benchmark_1m.json", data("data_1m")
    code = (
        "import resource, contextlib, io; from functions.backtest.command import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    main(['--spec', {str(spec)!r}, '--candles', {str(candles)!r}, '--qty', '1'])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=_ROOT, capture_output=True, check=True)
    return float(run.stdout.split()[-1])


def _job(name: str) -> tuple[Any, Any, Any]:
    spec_name = "ema_cross_benchmark_1m.json" if name == "data_1m" else "ema_cross_benchmark_5m.json"
    plan = compile_plan(parse_strategy(json.loads((_SPECS / spec_name).read_text())))
    bars = read_candles(data(name), plan.spec.timeframe)
    return plan, Market({plan.spec.timeframe: bars}), bars


def bench_backtest() -> float:
    """Bars a second on both years, trades only and with the report; returns the one-minute year's."""
    settings, speed = Settings(fixed_qty=1.0), 0.0
    for name in ("data_5m", "data_1m"):
        plan, market, bars = _job(name)

        def trades_only(plan: Any = plan, market: Any = market) -> None:
            run_backtest(plan, market, settings)

        speed = len(bars) / median_seconds(trades_only) / 1e6
        emit(f"backtest.{name}", speed, "M bars/s")

        def whole(plan: Any = plan, market: Any = market, bars: Any = bars) -> None:
            history = run_backtest(plan, market, settings)
            build_report(plan, bars, settings, history, strategy_hash="")

        emit(f"backtest_with_report.{name}", len(bars) / median_seconds(whole) / 1e6, "M bars/s")
    return speed


def _sweep_part(rows: tuple[int, int]) -> int:
    _, market, _ = _job("data_5m")
    document = json.loads((_SPECS / "ema_cross_benchmark_5m.json").read_text())
    fast = Parameter(
        "/entry/long/a/params/length",
        Decimal(5 + 3 * rows[0]),
        Decimal(5 + 3 * (rows[1] - 1)),
        Decimal(3),
        ("/entry/short/a/params/length",),
    )
    slow = Parameter(
        "/entry/long/b/params/length", Decimal(40), Decimal(130), Decimal(10), ("/entry/short/b/params/length",)
    )
    return len(run_sweep(document, [fast, slow], market.bars, Settings(fixed_qty=1.0)).rows)


def bench_sweep() -> None:
    """Bar-combinations a second of 100 pairs over 105,120 bars: one process, then two; loading included."""
    one = median_seconds(lambda: _sweep_part((0, 10)), 3)
    emit("sweep.one_process", 100 * 105_120 / one / 1e6, "M bar-combinations/s")
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        two = median_seconds(lambda: list(pool.map(_sweep_part, [(0, 5), (5, 10)])), 3)
    emit("sweep.two_processes", 100 * 105_120 / two / 1e6, "M bar-combinations/s")


def bench_tick() -> None:
    """A Tick's decision on 1,000 bars with ten indicators."""
    document = json.loads((_SPECS / "ema_cross_benchmark_5m.json").read_text())
    names = ["sma", "ema", "wma", "hma", "rsi", "macd", "bollinger", "adx", "stochastic", "cci"]
    document["entry"] = {
        "long": {
            "type": "all",
            "conditions": [
                {"type": "compare", "op": ">", "left": {"price": "close"}, "right": {"indicator": name}}
                for name in names
            ],
        }
    }
    plan = compile_plan(parse_strategy(document))
    _, _, bars = _job("data_5m")
    window = {plan.spec.timeframe: bars.slice(0, 1000)}
    emit("tick.decision", median_seconds(lambda: decide_on_close(plan, window), 50) * 1000, "ms")


def _peers_python() -> Path | None:
    """The interpreter that has the peers; None, with a line on stderr, where they cannot be installed."""
    try:
        return tool_python("bench")
    except NotBuilt as error:
        print(f"bench: no peers beside: {error}", file=sys.stderr)
        return None


def bench_peers(python: Path, ours: float) -> None:
    """The same job in the peers' own environment, and how many times faster ours is."""
    for peer in ("vectorbt", "backtesting"):
        command = [str(python), str(_HERE / "peer_bench.py"), peer, str(data("data_1m"))]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            print(f"{peer}: not measured: {run.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
            continue
        speed = float(run.stdout.split()[-1])
        emit(f"peer.{peer}", speed, "M bars/s")
        emit(f"times_faster_than.{peer}", ours / speed, "x", baseline=speed)


def main() -> None:
    """Prints every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="a Python with vectorbt and backtesting (default: one built here)")
    parser.add_argument("--no-peers", action="store_true", help="measure our engine alone")
    options = parser.parse_args()
    emit("import.evaluator", import_milliseconds(), "ms")
    emit("memory.peak", peak_megabytes(), "MB")
    speed = bench_backtest()
    bench_sweep()
    bench_tick()
    emit("memory.bench_process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    peers = None if options.no_peers else options.peers or _peers_python()
    if peers is not None:
        bench_peers(peers, speed)


if __name__ == "__main__":
    main()
