"""How walk-forward cuts the bars into folds (FR-L-20)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.backtest.findings import finding
from chalicelib.domain.errors import Finding, InvalidDocument

MAX_FOLDS = 20


@dataclass(frozen=True, slots=True)
class FoldConfig:
    """Lengths in bars. ``anchored`` folds all begin at the first bar, rolling ones move by ``step``."""

    is_bars: int = 400
    oos_bars: int = 100
    step: int = 100
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """In-sample bars is_start <= i < oos_start (before the embargo), out-of-sample oos_start <= i < oos_end."""

    index: int
    is_start: int
    oos_start: int
    oos_end: int


def make_folds(config: FoldConfig, bar_count: int) -> list[Fold]:
    """floor((N - is - oos) / step) + 1 folds. Raises InvalidDocument unless that is 1 to 20."""
    found = list(_problems(config, bar_count))
    if found:
        raise InvalidDocument(found)
    count = (bar_count - config.is_bars - config.oos_bars) // config.step + 1
    folds = []
    for index in range(count):
        shift = index * config.step
        oos_start = config.is_bars + shift
        folds.append(Fold(index, 0 if config.anchored else shift, oos_start, oos_start + config.oos_bars))
    return folds


def overlapping(config: FoldConfig) -> bool:
    """Whether out-of-sample blocks overlap, so that their sum counts bars twice: worth a warning."""
    return config.step < config.oos_bars


def _problems(config: FoldConfig, bar_count: int) -> Iterator[Finding]:
    for name in ("is_bars", "oos_bars", "step"):
        if getattr(config, name) < 1:
            yield finding(f"/folds/{name}", "walk_forward", "too_small", name=name)
    if min(config.is_bars, config.oos_bars, config.step) < 1:
        return
    count = (bar_count - config.is_bars - config.oos_bars) // config.step + 1
    if not 1 <= count <= MAX_FOLDS:
        params = {"count": max(count, 0), "bars": bar_count, "limit": MAX_FOLDS}
        yield finding("/folds", "walk_forward", "fold_count", **params)
