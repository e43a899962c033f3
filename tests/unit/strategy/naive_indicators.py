"""Second implementations of the indicators, bar by bar in plain Python: slow, and written from the formulas alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

from chalicelib.domain.market.bars import Bars

NAN = float("nan")
Series = list[float]
_DAY_MS = 86_400_000


def _lists(bars: Bars) -> tuple[Series, Series, Series, Series, Series]:
    return tuple(getattr(bars, name).tolist() for name in ("open", "high", "low", "close", "volume"))  # type: ignore[return-value] # five names, five lists


def sma(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n, close = int(p["length"]), bars.close.tolist()
    return {"value": [NAN if i < n - 1 else sum(close[i - n + 1 : i + 1]) / n for i in range(len(close))]}


def _ema(series: Series, n: int) -> Series:
    out = [NAN] * len(series)
    first = next((i for i, v in enumerate(series) if not math.isnan(v)), len(series))
    if len(series) - first < n:
        return out
    value = sum(series[first : first + n]) / n
    out[first + n - 1] = value
    for i in range(first + n, len(series)):
        value += 2 / (n + 1) * (series[i] - value)
        out[i] = value
    return out


def ema(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    return {"value": _ema(bars.close.tolist(), int(p["length"]))}


def _wma(series: Series, n: int) -> Series:
    out = [NAN] * len(series)
    for i in range(n - 1, len(series)):
        window = series[i - n + 1 : i + 1]
        out[i] = sum((k + 1) * v for k, v in enumerate(window)) / (n * (n + 1) / 2)
    return out


def wma(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    return {"value": _wma(bars.close.tolist(), int(p["length"]))}


def hma(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n, close = int(p["length"]), bars.close.tolist()
    short, long = _wma(close, max(n // 2, 1)), _wma(close, n)
    return {"value": _wma([2 * a - b for a, b in zip(short, long, strict=True)], max(math.isqrt(n), 1))}


def rsi(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n, close = int(p["length"]), bars.close.tolist()
    out = [NAN] * len(close)
    moves = [b - a for a, b in pairwise(close)]
    if len(moves) < n:
        return {"value": out}
    gain = sum(max(m, 0) for m in moves[:n]) / n
    loss = sum(max(-m, 0) for m in moves[:n]) / n
    for i in range(n, len(close)):
        if i > n:
            gain = (gain * (n - 1) + max(moves[i - 1], 0)) / n
            loss = (loss * (n - 1) + max(-moves[i - 1], 0)) / n
        out[i] = 100 * gain / (gain + loss) if gain + loss else 0.0
    return {"value": out}


def atr(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n = int(p["length"])
    _, high, low, close, _ = _lists(bars)
    out = [NAN] * len(close)
    ranges = [
        max(high[i] - low[i], abs(high[i] - close[i - 1]), abs(low[i] - close[i - 1])) for i in range(1, len(close))
    ]
    if len(ranges) < n:
        return {"value": out}
    value = sum(ranges[:n]) / n
    for i in range(n, len(close)):
        if i > n:
            value = (value * (n - 1) + ranges[i - 1]) / n
        out[i] = value
    return {"value": out}


def adx(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    """Wilder's sums as TA-Lib starts them: over the first n - 1 moves, the n-th being smoothed in already."""
    n = int(p["length"])
    _, high, low, close, _ = _lists(bars)
    count = len(close)
    out: dict[str, Series] = {name: [NAN] * count for name in ("adx", "plusDi", "minusDi")}
    plus_sum = minus_sum = range_sum = 0.0
    strengths: Series = []
    value = NAN
    for i in range(1, count):
        up, down = high[i] - high[i - 1], low[i - 1] - low[i]
        plus = up if up > down and up > 0 else 0.0
        minus = down if down > up and down > 0 else 0.0
        width = max(high[i] - low[i], abs(high[i] - close[i - 1]), abs(low[i] - close[i - 1]))
        fading = (n - 1) / n if i >= n else 1.0
        plus_sum, minus_sum, range_sum = (
            old * fading + new for old, new in ((plus_sum, plus), (minus_sum, minus), (range_sum, width))
        )
        if i < n:
            continue
        plus_di, minus_di = (100 * one / range_sum if range_sum else 0.0 for one in (plus_sum, minus_sum))
        out["plusDi"][i], out["minusDi"][i] = plus_di, minus_di
        total = plus_di + minus_di
        strengths.append(100 * abs(plus_di - minus_di) / total if total else 0.0)
        if len(strengths) == n:
            value = sum(strengths) / n
        elif len(strengths) > n:
            value = (value * (n - 1) + strengths[-1]) / n
        out["adx"][i] = value
    return out


def bollinger(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n, width, close = int(p["length"]), float(p["stdDev"]), bars.close.tolist()
    names = ("middle", "upper", "lower", "width", "percentB")
    out: dict[str, Series] = {name: [NAN] * len(close) for name in names}
    for i in range(n - 1, len(close)):
        window = close[i - n + 1 : i + 1]
        mean = sum(window) / n
        distance = width * math.sqrt(sum((v - mean) ** 2 for v in window) / n)
        values = (mean, mean + distance, mean - distance, 2 * distance / mean)
        percent_b = (close[i] - values[2]) / (2 * distance) if distance else NAN
        for name, value in zip(names, (*values, percent_b), strict=True):
            out[name][i] = value
    return out


def macd(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    """TA-Lib seeds the fast average over the last ``fast`` closes of the slow one's first window."""
    fast, slow, signal = (int(p[name]) for name in ("fast", "slow", "signal"))
    close = bars.close.tolist()
    late = [NAN] * (slow - fast) + _ema(close[slow - fast :], fast)
    line = [a - b for a, b in zip(late, _ema(close, slow), strict=True)]
    smooth = _ema(line, signal)
    shown = [NAN if math.isnan(s) else v for v, s in zip(line, smooth, strict=True)]
    return {
        "macd": shown,
        "signal": smooth,
        "histogram": [a - b for a, b in zip(shown, smooth, strict=True)],
    }


def stochastic(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n, smooth, signal = (int(p[name]) for name in ("kLength", "kSmooth", "dLength"))
    _, high, low, close, _ = _lists(bars)
    raw = [NAN] * len(close)
    for i in range(n - 1, len(close)):
        top, bottom = max(high[i - n + 1 : i + 1]), min(low[i - n + 1 : i + 1])
        raw[i] = 100 * (close[i] - bottom) / (top - bottom) if top > bottom else 0.0
    k = _mean(raw, smooth)
    d = _mean(k, signal)
    return {"k": [NAN if math.isnan(b) else a for a, b in zip(k, d, strict=True)], "d": d}


def _mean(series: Series, n: int) -> Series:
    return [NAN if i < n - 1 else sum(series[i - n + 1 : i + 1]) / n for i in range(len(series))]


def donchian(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n = int(p["length"])
    _, high, low, close, _ = _lists(bars)
    top = [NAN if i < n - 1 else max(high[i - n + 1 : i + 1]) for i in range(len(close))]
    bottom = [NAN if i < n - 1 else min(low[i - n + 1 : i + 1]) for i in range(len(close))]
    return {"upper": top, "lower": bottom, "middle": [(a + b) / 2 for a, b in zip(top, bottom, strict=True)]}


def obv(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n = int(p["length"])
    close, volume = bars.close.tolist(), bars.volume.tolist()
    signed = [0.0] + [
        volume[i] if close[i] > close[i - 1] else -volume[i] if close[i] < close[i - 1] else 0.0
        for i in range(1, len(close))
    ]
    return {"value": [NAN if i < n else sum(signed[i - n + 1 : i + 1]) for i in range(len(close))]}


def roc(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n, close = int(p["length"]), bars.close.tolist()
    return {"value": [NAN if i < n else (close[i] / close[i - n] - 1) * 100 for i in range(len(close))]}


def cci(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n = int(p["length"])
    _, high, low, close, _ = _lists(bars)
    typical = [(a + b + c) / 3 for a, b, c in zip(high, low, close, strict=True)]
    out = [NAN] * len(close)
    for i in range(n - 1, len(close)):
        window = typical[i - n + 1 : i + 1]
        mean = sum(window) / n
        deviation = sum(abs(v - mean) for v in window) / n
        out[i] = (typical[i] - mean) / (0.015 * deviation) if deviation else 0.0
    return {"value": out}


def supertrend(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n, width = int(p["atrLength"]), float(p["multiplier"])
    _, high, low, close, _ = _lists(bars)
    ranges = atr(bars, {"length": n})["value"]
    line, direction = [NAN] * len(close), [NAN] * len(close)
    upper = lower = NAN
    trend = 1
    for i in range(len(close)):
        if math.isnan(ranges[i]):
            continue
        middle = (high[i] + low[i]) / 2
        above, under = middle + width * ranges[i], middle - width * ranges[i]
        if not math.isnan(upper):
            above = above if above < upper or close[i - 1] > upper else upper
            under = under if under > lower or close[i - 1] < lower else lower
            if trend == 1 and close[i] < under:
                trend = -1
            elif trend == -1 and close[i] > above:
                trend = 1
        upper, lower = above, under
        line[i], direction[i] = (lower if trend == 1 else upper), float(trend)
    return {"direction": direction, "line": line}


def vwap(bars: Bars, _p: Mapping[str, float]) -> dict[str, Series]:
    _, high, low, close, volume = _lists(bars)
    times = bars.open_time_ms.tolist()
    out = [NAN] * len(close)
    seen_midnight = False
    day, money, weight = -1, 0.0, 0.0
    for i, time in enumerate(times):
        if time // _DAY_MS != day:
            day, money, weight = time // _DAY_MS, 0.0, 0.0
            seen_midnight = time % _DAY_MS == 0
        money += (high[i] + low[i] + close[i]) / 3 * volume[i]
        weight += volume[i]
        out[i] = money / weight if seen_midnight and weight else NAN
    return {"value": out}


def rolling_vwap(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n, sigma = int(p["length"]), float(p["sigma"])
    _, high, low, close, volume = _lists(bars)
    typical = [(a + b + c) / 3 for a, b, c in zip(high, low, close, strict=True)]
    out: dict[str, Series] = {name: [NAN] * len(close) for name in ("vwap", "upper", "lower")}
    for i in range(n - 1, len(close)):
        prices, weights = typical[i - n + 1 : i + 1], volume[i - n + 1 : i + 1]
        total = sum(weights)
        if not total:
            continue
        mean = sum(a * b for a, b in zip(prices, weights, strict=True)) / total
        spread = math.sqrt(sum(b * (a - mean) ** 2 for a, b in zip(prices, weights, strict=True)) / total)
        out["vwap"][i], out["upper"][i], out["lower"][i] = mean, mean + sigma * spread, mean - sigma * spread
    return out


def volume_profile(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    n, bins, share = int(p["length"]), int(p["bins"]), float(p["valueAreaPct"]) / 100
    _, high, low, close, volume = _lists(bars)
    out: dict[str, Series] = {name: [NAN] * len(close) for name in ("poc", "vah", "val")}
    for i in range(n - 1, len(close)):
        window = range(i - n + 1, i + 1)
        bottom, top = min(low[j] for j in window), max(high[j] for j in window)
        height = (top - bottom) / bins
        held = [0.0] * bins
        for j in window:
            place = int(((high[j] + low[j] + close[j]) / 3 - bottom) / height)
            held[min(place, bins - 1)] += volume[j]
        centre = held.index(max(held))
        first = last = centre
        while sum(held[first : last + 1]) < share * sum(held):
            above = held[last + 1] if last + 1 < bins else -1
            below = held[first - 1] if first else -1
            if above >= below:
                last += 1
            else:
                first -= 1
        out["poc"][i] = bottom + (centre + 0.5) * height
        out["vah"][i], out["val"][i] = bottom + (last + 1) * height, bottom + first * height
    return out


def _swing(series: Series, k: int, now: int) -> float:
    """The latest swing high known before bar ``now``, not older than 4k + 2 bars; NaN if there is none."""
    for at in range(now - k - 1, max(now - 4 * k - 3, k - 1), -1):
        if all(series[at] > series[at + d] for d in range(-k, k + 1) if d):
            return series[at]
    return NAN


def liquidity_sweep(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    k = int(p["lookback"])
    _, high, low, close, _ = _lists(bars)
    out = [NAN] * len(close)
    for i in range(5 * k + 2, len(close)):
        top, bottom = _swing(high, k, i), -_swing([-v for v in low], k, i)
        out[i] = float(low[i] < bottom < close[i]) - float(high[i] > top > close[i])
    return {"value": out}


def structure_shift(bars: Bars, p: Mapping[str, float]) -> dict[str, Series]:
    k = int(p["lookback"])
    _, high, low, close, _ = _lists(bars)
    out = [NAN] * len(close)
    for i in range(5 * k + 2, len(close)):
        top, bottom = _swing(high, k, i), -_swing([-v for v in low], k, i)
        out[i] = float(close[i - 1] <= top < close[i]) - float(close[i - 1] >= bottom > close[i])
    return {"value": out}


def fair_value_gap(bars: Bars, _p: Mapping[str, float]) -> dict[str, Series]:
    _, high, low, close, _ = _lists(bars)
    out = [NAN] * len(close)
    for i in range(2, len(close)):
        out[i] = float(low[i] > high[i - 2]) - float(high[i] < low[i - 2])
    return {"value": out}


NAIVE = {
    "sma": sma,
    "ema": ema,
    "wma": wma,
    "hma": hma,
    "rsi": rsi,
    "adx": adx,
    "atr": atr,
    "bollinger": bollinger,
    "macd": macd,
    "stochastic": stochastic,
    "donchian": donchian,
    "obv": obv,
    "roc": roc,
    "cci": cci,
    "supertrend": supertrend,
    "vwap": vwap,
    "rollingVwap": rolling_vwap,
    "volumeProfile": volume_profile,
    "liquiditySweep": liquidity_sweep,
    "structureShift": structure_shift,
    "fairValueGap": fair_value_gap,
}
