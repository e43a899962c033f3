from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.presets import PRESETS
from functions.backtest.candle_file import CandleFileError, missing_bars, read_candles
from functions.backtest.command import main
from functions.backtest.instrument_file import read_instrument

from .markets import SHARED, SPECS, random_bars

SPEC = str(SPECS / "ema_cross_benchmark_5m.json")
HEADER = "timestamp,open,high,low,close,volume\n"


def write_npz(path: Path, bars: Bars, unit_ms: int = 1000) -> Path:
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    np.savez(path, ts=bars.open_time_ms // unit_ms, **columns)
    return path


def write_csv(path: Path, bars: Bars, stamps: list[str]) -> Path:
    columns = zip(stamps, bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True)
    text = HEADER + "".join(",".join(str(value) for value in row) + "\n" for row in columns)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def stamps_of(bars: Bars, form: str) -> list[str]:
    iso = [str(moment) for moment in bars.open_time_ms.astype("datetime64[ms]")]
    return {
        "iso_z": [text + "Z" for text in iso],
        "iso_space": [text.replace("T", " ") for text in iso],
        "iso_offset": [text[:-4] + "+00:00" for text in iso],
        "seconds": [str(time // 1000) for time in bars.open_time_ms],
        "milliseconds": [str(time) for time in bars.open_time_ms],
    }[form]


def test_the_command_prints_the_report_and_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    candles = write_npz(tmp_path / "bars.npz", random_bars(1, 3000))
    out = tmp_path / "out.json"

    code = main(["--spec", SPEC, "--candles", str(candles), "--qty", "1", "--json", str(out)])

    report = json.loads(out.read_bytes())
    assert code == 0
    assert report["trades"] > 0
    assert report["net_pnl"] == pytest.approx(sum(trade["net_pnl"] for trade in report["trade_list"]))
    assert "This rests on:" in capsys.readouterr().out


def test_funding_from_a_file_is_charged_and_said(tmp_path: Path) -> None:
    bars = random_bars(1, 3000)
    candles, funding = write_npz(tmp_path / "bars.npz", bars), tmp_path / "funding.csv.gz"
    stamps = bars.open_time_ms[::96].tolist()
    text = "timestamp,rate\n" + "".join(f"{stamp},0.001\n" for stamp in stamps)
    funding.write_bytes(gzip.compress(text.encode()))
    reports = []
    for more in ([], ["--funding", str(funding)]):
        out = tmp_path / "out.json"
        assert main(["--spec", SPEC, "--candles", str(candles), "--qty", "1", "--json", str(out), *more]) == 0
        reports.append(json.loads(out.read_bytes()))

    without, charged = reports
    assert (without["funding"], without["gross_pnl"]) == (0, charged["gross_pnl"])
    assert charged["funding"] != 0
    assert charged["net_pnl"] == pytest.approx(without["net_pnl"] - charged["funding"])
    assert charged["buy_and_hold"]["net_pnl"] < without["buy_and_hold"]["net_pnl"]
    assert any(f"({len(stamps)} rates)" in line for line in charged["assumptions"])


def test_a_funding_file_that_cannot_be_used_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    candles, funding = write_npz(tmp_path / "bars.npz", random_bars(1, 300)), tmp_path / "funding.csv"
    funding.write_text("timestamp,rate\n1640995200,5\n")
    assert main(["--spec", SPEC, "--candles", str(candles), "--qty", "1", "--funding", str(funding)]) == 2
    assert capsys.readouterr().err.strip().endswith("rates are fractions (0.0001 is 0.01 %)")


def test_the_checks_are_part_of_the_report_when_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    candles = write_npz(tmp_path / "bars.npz", random_bars(1, 3000))
    out = tmp_path / "out.json"

    main(["--spec", SPEC, "--candles", str(candles), "--qty", "1", "--check", "--json", str(out)])

    checks = json.loads(out.read_bytes())["checks"]
    assert checks["look_ahead"]["changed_decisions"] == []
    assert checks["monte_carlo"]["runs"] == 1000
    assert "no decision depends on later bars" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["iso_z", "iso_space", "iso_offset", "seconds", "milliseconds"])
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_csv_timestamps_are_understood_in_every_spelling(tmp_path: Path, form: str, suffix: str) -> None:
    bars = random_bars(2, 50)

    read = read_candles(write_csv(tmp_path / f"bars{suffix}", bars, stamps_of(bars, form)), Interval.M5)

    assert (read.open_time_ms == bars.open_time_ms).all()
    assert (read.close == bars.close).all()


@pytest.mark.parametrize("unit_ms", [1, 1000])
def test_npz_seconds_and_milliseconds_are_told_apart(tmp_path: Path, unit_ms: int) -> None:
    bars = random_bars(2, 50)

    assert (
        read_candles(write_npz(tmp_path / "b.npz", bars, unit_ms), Interval.M5).open_time_ms == bars.open_time_ms
    ).all()


def test_bars_of_another_timeframe_are_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    candles = write_npz(tmp_path / "bars.npz", random_bars(1, 100, Interval.M15))

    assert main(["--spec", SPEC, "--candles", str(candles)]) == 2
    error = capsys.readouterr().err
    assert "candles are 900 s apart, the strategy's timeframe is 5m" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", "no candles"),
        ("1640995200,1,2,0.5,1,1\n1640995200,1,2,0.5,1,1\n", "not later"),
        ("1640995200,1,0.9,0.5,1,1\n", "impossible"),
        ("1640995200,1,2,0.5,nan,1\n", "impossible"),
        ("1640995200,1,2,0.5,1\n", "fields"),
        ("yesterday,1,2,0.5,1,1\n", "neither ISO nor epoch"),
        ("1640995200,a,2,0.5,1,1\n", "could not convert"),
    ],
)
def test_candles_that_cannot_be_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "bars.csv"
    path.write_text(HEADER + rows)

    with pytest.raises(CandleFileError, match=message):
        read_candles(path, Interval.M5)


def test_a_gap_is_counted_and_not_filled(tmp_path: Path) -> None:
    bars = random_bars(2, 50)
    names = ("open_time_ms", "open", "high", "low", "close", "volume")
    holed = Bars(*(np.delete(getattr(bars, name), [10, 11]) for name in names))

    read = read_candles(write_npz(tmp_path / "b.npz", holed), Interval.M5)

    assert missing_bars(read, Interval.M5) == 2


def test_an_invalid_strategy_is_explained_by_pointer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document: dict[str, Any] = json.loads(Path(SPEC).read_text())
    document["exit"]["stopLoss"]["value"] = 0
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(document))
    candles = write_npz(tmp_path / "bars.npz", random_bars(1, 100))

    assert main(["--spec", str(spec), "--candles", str(candles)]) == 2
    assert "/exit/stopLoss/value: This must be greater than 0" in capsys.readouterr().err


def test_higher_timeframes_are_asked_for_and_never_silently_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(PRESETS[1].document()))
    candles = write_npz(tmp_path / "bars.npz", random_bars(1, 3000))
    hourly = write_npz(tmp_path / "hours.npz", random_bars(1, 3000).aggregate(Interval.M5, Interval.H1))
    given = ["--spec", str(spec), "--candles", str(candles)]

    assert main(given) == 2
    assert "--timeframe-candles 1h=FILE" in capsys.readouterr().err
    assert main([*given, "--derive-timeframes"]) == 0
    derived = capsys.readouterr().out
    assert main([*given, "--timeframe-candles", f"1h={hourly}"]) == 0
    assert capsys.readouterr().out == derived


def test_an_instrument_may_be_the_exchanges_own_row(tmp_path: Path) -> None:
    path = SHARED / "data" / "bybit_v5" / "http_get_instruments_linear.json"
    if not path.exists():
        pytest.skip("the shared payloads are not beside the project")
    row = json.loads(path.read_text())["result"]["list"][0]
    own = tmp_path / "instrument.json"
    own.write_text(json.dumps(row))

    instrument = read_instrument(own)

    assert instrument.symbol == row["symbol"]
    assert str(instrument.tick_size) == row["priceFilter"]["tickSize"]
    assert str(instrument.qty_step) == row["lotSizeFilter"]["qtyStep"]
