"""``python -m functions.backtest``: a strategy file and a candle file in, a report out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import orjson

from chalicelib.domain.backtest.engine import Market, run_backtest
from chalicelib.domain.backtest.report import build_report, canonical_report
from chalicelib.domain.backtest.settings import FillAt, Settings
from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.normalise import hash_of
from chalicelib.domain.strategy.parse import build_spec, normalise
from chalicelib.domain.strategy.plan import Plan, compile_plan
from functions.backtest.candle_file import CandleFileError, missing_bars, read_candles
from functions.backtest.checks import check_lines, run_checks
from functions.backtest.funding_file import read_funding
from functions.backtest.instrument_file import InstrumentFileError, read_instrument
from functions.backtest.summary import summary_lines


class Unusable(Exception):
    """Something given on the command line cannot be used; the message is one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; 0 when a report was made, 2 when something given cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (Unusable, CandleFileError, InstrumentFileError) as error:
        print(f"backtest: {error}", file=sys.stderr)
    except InvalidDocument as error:
        for finding in error.findings:
            print(f"backtest: {options.spec}: {finding.pointer or '/'}: {finding.detail}", file=sys.stderr)
    return 2


def _run(options: argparse.Namespace) -> int:
    document = normalise(_document(options.spec))
    plan = compile_plan(build_spec(document))
    settings = Settings(
        fill_at=FillAt(options.fill_at),
        taker_fee_bps=options.fee_bps,
        maker_fee_bps=options.fee_bps if options.maker_fee_bps is None else options.maker_fee_bps,
        slippage_bps=options.slippage_bps,
        fixed_qty=options.qty,
        starting_equity=options.equity,
        leverage=options.leverage,
        instrument=None if options.instrument is None else read_instrument(options.instrument),
        funding=None if options.funding is None else read_funding(options.funding),
    )
    bars = _bars(plan, options)
    primary = bars[plan.spec.timeframe]
    gaps = missing_bars(primary, plan.spec.timeframe)
    if gaps:
        print(f"backtest: {options.candles}: {gaps} candles are missing inside the period", file=sys.stderr)
    detail = None if options.detail is None else read_candles(options.detail, Interval.M1)
    history = run_backtest(plan, Market(bars, detail), settings)
    report = build_report(
        plan, primary, settings, history, strategy_hash=hash_of(document), with_detail=detail is not None
    )
    print("\n".join(summary_lines(report)))
    if options.check:
        report["checks"] = run_checks(plan, bars, history.trades, float(settings.starting_equity), options.seed)
        print("\n".join(("", *check_lines(report["checks"]))))
    if options.json is not None:
        options.json.write_bytes(canonical_report(report))
    return 0


def _document(path: Path) -> object:
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise Unusable(f"{path}: {error}") from error


def _bars(plan: Plan, options: argparse.Namespace) -> dict[Interval, Bars]:
    primary = plan.spec.timeframe
    bars = {primary: read_candles(options.candles, primary)}
    for name, path in options.timeframe_candles:
        bars[name] = read_candles(path, name)
    for interval in plan.timeframes:
        if interval in bars:
            continue
        if not options.derive_timeframes:
            raise Unusable(
                f"the strategy reads {interval} candles: give --timeframe-candles {interval}=FILE, or"
                " --derive-timeframes to build them from --candles"
            )
        bars[interval] = bars[primary].aggregate(primary, interval)
    return bars


def _timeframe_file(text: str) -> tuple[Interval, Path]:
    name, separator, path = text.partition("=")
    if not separator or name not in set(Interval):
        raise argparse.ArgumentTypeError(f"{text!r} is not TIMEFRAME=FILE with one of {', '.join(Interval)}")
    return Interval(name), Path(path)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _not_negative(text: str) -> float:
    value = float(text)
    if not 0 <= value < 10_000:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 10000 bps")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m functions.backtest", description="Backtests a strategy.")
    add = parser.add_argument
    add("--spec", type=Path, required=True, help="the strategy document (JSON)")
    add("--candles", type=Path, required=True, help="candles of the strategy's timeframe: .csv, .csv.gz or .npz")
    add("--timeframe-candles", type=_timeframe_file, action="append", default=[], metavar="TIMEFRAME=FILE")
    add("--derive-timeframes", action="store_true", help="build missing higher timeframes from --candles")
    add("--detail", type=Path, help="one-minute candles that decide what came first inside a bar")
    add("--fee-bps", type=_not_negative, default=5.5, help="taker fee on each side (default 5.5)")
    add("--maker-fee-bps", type=_not_negative, help="fee of limit entries (default: --fee-bps)")
    add("--slippage-bps", type=_not_negative, default=0.0)
    add("--qty", type=_positive, help="fixed quantity; switches sizing, cooldown and loss limits off")
    add("--equity", type=Decimal, default=Decimal(10_000), help="starting equity (default 10000)")
    add("--fill-at", choices=[one.value for one in FillAt], default=FillAt.NEXT_OPEN.value)
    add("--leverage", type=_positive, help="turns the liquidation check on")
    add("--instrument", type=Path, help="the instrument's rules (JSON); without it nothing is rounded")
    add("--funding", type=Path, help="funding settlements: .csv or .csv.gz with timestamp,rate (a fraction)")
    add("--check", action="store_true", help="also check look-ahead and warm-up, and shuffle the trades")
    add("--seed", type=int, default=1, help="seed of the shuffles (default 1)")
    add("--json", type=Path, help="where to write the report as JSON")
    return parser
