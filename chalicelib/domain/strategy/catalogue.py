"""Which indicators there are: parameters with defaults and bounds, outputs, and how much history each needs.

``window`` is how many bars the first defined value takes. ``memory`` is how many more a recursive indicator needs until
the start of the history has faded: its value then equals that of any longer history to 1e-9 of the price level.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.domain.market.interval import Interval

Values = Mapping[str, int | float | str]
_DAY_MS = 86_400_000
_FADED = math.log(1e10)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its kind is that of its default (int, float, or a bar field for ``source``)."""

    name: str
    default: int | float | str
    minimum: float = 0
    maximum: float = 0


@dataclass(frozen=True, slots=True)
class Definition:
    """One indicator. The first of ``outputs`` is the default."""

    name: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    window: Callable[[Values], int]
    memory: Callable[[Values, Interval], int]

    def defaults(self) -> dict[str, int | float | str]:
        """Every parameter with its default."""
        return {parameter.name: parameter.default for parameter in self.parameters}


def ema_memory(length: int) -> int:
    """Bars until the seed's weight (1 - 2/(n+1))^bars is below 1e-10."""
    return 0 if length <= 1 else math.ceil(_FADED / -math.log1p(-2 / (length + 1)))


def wilder_memory(length: int) -> int:
    """Bars until the seed's weight (1 - 1/n)^bars is below 1e-10."""
    return 0 if length <= 1 else math.ceil(_FADED / -math.log1p(-1 / length))


def _integer(values: Values, name: str) -> int:
    return int(values[name])


def _length(values: Values) -> int:
    return _integer(values, "length")


def _none(_values: Values, _interval: Interval) -> int:
    return 0


def _hma_window(values: Values) -> int:
    return _length(values) + max(1, math.isqrt(_length(values))) - 1


def _macd_window(values: Values) -> int:
    return max(_integer(values, "fast"), _integer(values, "slow")) + _integer(values, "signal") - 1


def _macd_memory(values: Values, _interval: Interval) -> int:
    return ema_memory(max(_integer(values, "fast"), _integer(values, "slow"))) + ema_memory(_integer(values, "signal"))


def _stochastic_window(values: Values) -> int:
    return _integer(values, "kLength") + _integer(values, "kSmooth") + _integer(values, "dLength") - 2


def _keltner_window(values: Values) -> int:
    return max(_length(values), _integer(values, "atrLength") + 1)


def _keltner_memory(values: Values, _interval: Interval) -> int:
    return max(ema_memory(_length(values)), wilder_memory(_integer(values, "atrLength")))


def _supertrend_memory(values: Values, _interval: Interval) -> int:
    # The bands forget by flips, not by a rate: after two flips both histories stand on the same bands.
    return wilder_memory(_integer(values, "atrLength")) + 500


def _day_of(_values: Values, interval: Interval) -> int:
    return max(1, _DAY_MS // interval.milliseconds) - 1


def _of(name: str, outputs: tuple[str, ...], *parameters: Parameter, **history: Callable[..., int]) -> Definition:
    return Definition(name, parameters, outputs, history.get("window", _length), history.get("memory", _none))


_SOURCE = Parameter("source", "close")
_VALUE = ("value",)
_BANDS = ("middle", "upper", "lower")


def _lengths(name: str, default: int, minimum: int, maximum: int) -> Parameter:
    return Parameter(name, default, minimum, maximum)


DEFINITIONS: Mapping[str, Definition] = {
    definition.name: definition
    for definition in (
        _of("sma", _VALUE, _lengths("length", 20, 1, 1000), _SOURCE),
        _of("ema", _VALUE, _lengths("length", 20, 1, 500), _SOURCE, memory=lambda v, _i: ema_memory(_length(v))),
        _of("wma", _VALUE, _lengths("length", 20, 1, 1000), _SOURCE),
        _of("hma", _VALUE, _lengths("length", 20, 2, 800), _SOURCE, window=_hma_window),
        _of(
            "rsi",
            _VALUE,
            _lengths("length", 14, 2, 200),
            _SOURCE,
            window=lambda v: _length(v) + 1,
            memory=lambda v, _i: wilder_memory(_length(v)),
        ),
        _of(
            "macd",
            ("macd", "signal", "histogram"),
            _lengths("fast", 12, 2, 200),
            _lengths("slow", 26, 2, 200),
            _lengths("signal", 9, 1, 100),
            _SOURCE,
            window=_macd_window,
            memory=_macd_memory,
        ),
        _of(
            "bollinger",
            (*_BANDS, "width", "percentB"),
            _lengths("length", 20, 2, 1000),
            Parameter("stdDev", 2.0, 0, 10),
            _SOURCE,
        ),
        _of(
            "atr",
            _VALUE,
            _lengths("length", 14, 1, 200),
            window=lambda v: _length(v) + 1,
            memory=lambda v, _i: wilder_memory(_length(v)),
        ),
        _of(
            "adx",
            ("adx", "plusDi", "minusDi"),
            _lengths("length", 14, 2, 100),
            window=lambda v: 2 * _length(v),
            memory=lambda v, _i: 2 * wilder_memory(_length(v)),
        ),
        _of(
            "stochastic",
            ("k", "d"),
            _lengths("kLength", 14, 1, 500),
            _lengths("kSmooth", 3, 1, 100),
            _lengths("dLength", 3, 1, 100),
            window=_stochastic_window,
        ),
        _of("cci", _VALUE, _lengths("length", 20, 2, 1000)),
        _of("roc", _VALUE, _lengths("length", 10, 1, 999), _SOURCE, window=lambda v: _length(v) + 1),
        _of("obv", _VALUE, _lengths("length", 100, 1, 999), window=lambda v: _length(v) + 1),
        _of("donchian", ("upper", "middle", "lower"), _lengths("length", 20, 1, 1000)),
        _of(
            "keltner",
            _BANDS,
            _lengths("length", 20, 1, 500),
            _lengths("atrLength", 10, 1, 200),
            Parameter("multiplier", 2.0, 0, 20),
            window=_keltner_window,
            memory=_keltner_memory,
        ),
        _of(
            "supertrend",
            ("direction", "line"),
            _lengths("atrLength", 10, 1, 100),
            Parameter("multiplier", 3.0, 0, 20),
            window=lambda v: _integer(v, "atrLength") + 1,
            memory=_supertrend_memory,
        ),
        _of("vwap", _VALUE, window=lambda _v: 1, memory=_day_of),
        _of("rollingVwap", ("vwap", "upper", "lower"), _lengths("length", 20, 2, 1000), Parameter("sigma", 2.0, 0, 10)),
        _of(
            "volumeProfile",
            ("poc", "vah", "val"),
            _lengths("length", 100, 10, 500),
            _lengths("bins", 24, 5, 100),
            Parameter("valueAreaPct", 70.0, 0, 100),
        ),
        _of("liquiditySweep", _VALUE, _lengths("lookback", 3, 1, 50), window=lambda v: 5 * _integer(v, "lookback") + 3),
        _of("fairValueGap", _VALUE, window=lambda _v: 3),
        _of("structureShift", _VALUE, _lengths("lookback", 3, 1, 50), window=lambda v: 5 * _integer(v, "lookback") + 3),
    )
}
