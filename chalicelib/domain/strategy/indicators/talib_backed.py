"""The indicators that TA-Lib has, in its definitions (decision 22); formulas in docs/indicators.md.

Every function takes bars and complete parameters and returns one array for each output, as long as the bars, NaN while
the indicator is warming up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import talib

from chalicelib.domain.market.bars import Bars, Floats
from chalicelib.domain.strategy.catalogue import Values
from chalicelib.domain.strategy.indicators.sources import source

Outputs = dict[str, Floats]
Compute = Callable[[Bars, Values], Outputs]


def _integer(values: Values, name: str = "length") -> int:
    return int(values[name])


def _source(bars: Bars, values: Values) -> Floats:
    return source(bars, str(values["source"]))


def _average(function: Callable[[Floats, int], Floats]) -> Compute:
    def compute(bars: Bars, values: Values) -> Outputs:
        return {"value": function(_source(bars, values), _integer(values))}

    return compute


def _macd(bars: Bars, values: Values) -> Outputs:
    lengths = (_integer(values, "fast"), _integer(values, "slow"), _integer(values, "signal"))
    macd, signal, histogram = talib.MACD(_source(bars, values), *lengths)
    return {"macd": macd, "signal": signal, "histogram": histogram}


def _bollinger(bars: Bars, values: Values) -> Outputs:
    series, width = _source(bars, values), float(values["stdDev"])
    upper, middle, lower = talib.BBANDS(series, _integer(values), width, width)
    with np.errstate(divide="ignore", invalid="ignore"):
        band = upper - lower
        return {
            "middle": middle,
            "upper": upper,
            "lower": lower,
            "width": np.where(middle != 0, band / middle, np.nan),
            "percentB": np.where(band != 0, (series - lower) / band, np.nan),
        }


def _atr(bars: Bars, values: Values) -> Outputs:
    return {"value": talib.ATR(bars.high, bars.low, bars.close, _integer(values))}


def _adx(bars: Bars, values: Values) -> Outputs:
    series, length = (bars.high, bars.low, bars.close), _integer(values)
    return {
        "adx": talib.ADX(*series, length),
        "plusDi": talib.PLUS_DI(*series, length),
        "minusDi": talib.MINUS_DI(*series, length),
    }


def _stochastic(bars: Bars, values: Values) -> Outputs:
    k, d = talib.STOCH(
        bars.high,
        bars.low,
        bars.close,
        fastk_period=_integer(values, "kLength"),
        slowk_period=_integer(values, "kSmooth"),
        slowd_period=_integer(values, "dLength"),
    )
    return {"k": k, "d": d}


def _cci(bars: Bars, values: Values) -> Outputs:
    return {"value": talib.CCI(bars.high, bars.low, bars.close, _integer(values))}


def _obv(bars: Bars, values: Values) -> Outputs:
    # The level of a cumulative OBV depends on where the history starts; its change over a window does not.
    total, length = talib.OBV(bars.close, bars.volume), _integer(values)
    change = np.full(len(bars), np.nan)
    change[length:] = total[length:] - total[:-length]
    return {"value": change}


def _donchian(bars: Bars, values: Values) -> Outputs:
    upper = _highest(bars.high, _integer(values))
    lower = _lowest(bars.low, _integer(values))
    return {"upper": upper, "middle": (upper + lower) / 2, "lower": lower}


def _highest(series: Floats, length: int) -> Floats:
    highest: Floats = series if length == 1 else talib.MAX(series, length)
    return highest


def _lowest(series: Floats, length: int) -> Floats:
    lowest: Floats = series if length == 1 else talib.MIN(series, length)
    return lowest


def _keltner(bars: Bars, values: Values) -> Outputs:
    lengths, width = (_integer(values), _integer(values, "atrLength")), float(values["multiplier"])
    upper, middle, lower = talib.KC(bars.high, bars.low, bars.close, *lengths, width)
    return {"middle": middle, "upper": upper, "lower": lower}


def _supertrend(bars: Bars, values: Values) -> Outputs:
    settings = (_integer(values, "atrLength"), float(values["multiplier"]))
    line, direction = talib.SUPERTREND(bars.high, bars.low, bars.close, *settings)
    return {"direction": np.where(np.isnan(line), np.nan, direction), "line": line}


TALIB_BACKED: Mapping[str, Compute] = {
    "sma": _average(talib.SMA),
    "ema": _average(talib.EMA),
    "wma": _average(talib.WMA),
    "hma": _average(talib.HMA),
    "rsi": _average(talib.RSI),
    "roc": _average(talib.ROC),
    "macd": _macd,
    "bollinger": _bollinger,
    "atr": _atr,
    "adx": _adx,
    "stochastic": _stochastic,
    "cci": _cci,
    "obv": _obv,
    "donchian": _donchian,
    "keltner": _keltner,
    "supertrend": _supertrend,
}


def highest(series: Floats, length: int) -> Floats:
    """The highest of the last ``length`` values, the current one included; NaN before there are as many."""
    return _highest(series, length)


def lowest(series: Floats, length: int) -> Floats:
    """The lowest of the last ``length`` values, the current one included; NaN before there are as many."""
    return _lowest(series, length)
