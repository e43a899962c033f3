"""Figures of a backtest. Ratios are None where they are not defined, never a number that looks like one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from chalicelib.domain.market.bars import Floats

# Crypto trades every day of the year.
DAYS_A_YEAR = 365
_EULER_GAMMA = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class TradeFigures:
    """Figures over single trades; money in quote currency. ``expectancy`` is the mean net result of a trade."""

    wins: int
    losses: int
    win_rate: float | None
    average_win: float | None
    average_loss: float | None
    profit_factor: float | None
    expectancy: float | None
    longest_losing_run: int


def trade_figures(pnl: Floats) -> TradeFigures:
    """The figures of the net results ``pnl``. Without a losing trade the profit factor is infinite: None."""
    won, lost = pnl[pnl > 0], pnl[pnl < 0]
    count = len(pnl)
    return TradeFigures(
        wins=len(won),
        losses=len(lost),
        win_rate=len(won) / count if count else None,
        average_win=float(won.mean()) if len(won) else None,
        average_loss=float(lost.mean()) if len(lost) else None,
        profit_factor=float(won.sum() / -lost.sum()) if len(lost) else None,
        expectancy=float(pnl.mean()) if count else None,
        longest_losing_run=_longest_run(pnl < 0),
    )


def _longest_run(marks: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    breaks = np.flatnonzero(np.concatenate(([True], ~marks, [True])))
    return int(np.diff(breaks).max() - 1)


def sharpe(returns: Floats | None) -> float | None:
    """mean / standard deviation (n - 1) of daily returns, times sqrt(365), without a risk-free rate."""
    if returns is None or len(returns) < 2:
        return None
    deviation = float(returns.std(ddof=1))
    return float(returns.mean()) / deviation * math.sqrt(DAYS_A_YEAR) if deviation > 1e-15 else None


def sortino(returns: Floats | None) -> float | None:
    """mean / downside deviation (root mean square of the negative daily returns over all days), times sqrt(365)."""
    if returns is None or len(returns) < 2:
        return None
    downside = math.sqrt(float((np.minimum(returns, 0) ** 2).mean()))
    return float(returns.mean()) / downside * math.sqrt(DAYS_A_YEAR) if downside > 1e-15 else None


def calmar(final: float, starting: float, days: float, max_drawdown_pct: float) -> float | None:
    """Compound annual growth in percent over the largest drawdown in percent."""
    if final <= 0 or starting <= 0 or days < 1 or not max_drawdown_pct > 0:
        return None
    exponent = DAYS_A_YEAR / days * math.log(final / starting)
    return math.expm1(exponent) * 100 / max_drawdown_pct if exponent < 50 else None


def deflated_sharpe(returns: Floats | None, trial_sharpes: list[float]) -> float | None:
    """The probability that the true Sharpe ratio is above zero, given that it is the best of several trials.

    ``trial_sharpes`` are the annualised ratios of all trials. Formula: D. Bailey, M. López de Prado, "The Deflated
    Sharpe Ratio" (2014), with daily, not annualised, ratios inside.
    """
    if returns is None or len(returns) < 3 or len(trial_sharpes) < 2:
        return None
    deviation = float(returns.std(ddof=1))
    if deviation <= 1e-15:
        return None
    daily = [one / math.sqrt(DAYS_A_YEAR) for one in trial_sharpes]
    spread, trials = float(np.std(daily, ddof=1)), len(daily)
    normal = NormalDist()
    expected_best = spread * (
        (1 - _EULER_GAMMA) * normal.inv_cdf(1 - 1 / trials) + _EULER_GAMMA * normal.inv_cdf(1 - 1 / (trials * math.e))
    )
    observed = float(returns.mean()) / deviation
    centred = (returns - returns.mean()) / returns.std()
    skew, kurtosis = float((centred**3).mean()), float((centred**4).mean())
    variance = 1 - skew * observed + (kurtosis - 1) / 4 * observed**2
    if variance <= 0:
        return None
    return normal.cdf((observed - expected_best) * math.sqrt(len(returns) - 1) / math.sqrt(variance))
