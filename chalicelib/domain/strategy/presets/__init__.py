"""Ready-made strategies: one JSON document each, described in both languages, with no promise of profit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import orjson


class Visibility(StrEnum):
    """Who sees a preset; a hidden one does not exist for others (FR-L-26)."""

    PUBLIC = "PUBLIC"
    BETA = "BETA"
    PRIVATE = "PRIVATE"


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset: ``slug`` is also its document's id and file name. ``fee_bps``, ``slippage_bps``: its baseline costs."""

    slug: str
    visibility: Visibility
    description_en: str
    description_ru: str
    fee_bps: float = 6.0
    slippage_bps: float = 1.0

    def document(self) -> dict[str, Any]:
        """A fresh copy of the preset's strategy document."""
        document: dict[str, Any] = orjson.loads(_text(self.slug))
        return document


@cache
def _text(slug: str) -> bytes:
    return resources.files(__package__).joinpath(f"{slug}.json").read_bytes()


PRESETS: tuple[Preset, ...] = (
    Preset(
        "ema-cross",
        Visibility.PUBLIC,
        "Follows the crossing of two moving averages both ways, with stops and targets in ATR.",
        "Следует за пересечением двух скользящих средних в обе стороны; стоп и цель в ATR.",
    ),
    Preset(
        "rsi-dip",
        Visibility.PUBLIC,
        "Buys when RSI recovers from oversold while the price is above the hourly EMA 200.",
        "Покупает, когда RSI выходит из перепроданности, а цена выше часовой EMA 200.",
    ),
    Preset(
        "donchian-breakout",
        Visibility.PUBLIC,
        "Trades closes beyond the channel of the last 20 bars; two targets, break-even, exit at the 10-bar channel.",
        "Торгует закрытия за каналом 20 свечей; две цели, безубыток, выход по каналу 10 свечей.",
    ),
    Preset(
        "bollinger-squeeze",
        Visibility.PUBLIC,
        "Waits until the Bollinger bands lie inside the Keltner channel and trades the break out of them.",
        "Ждёт, пока полосы Боллинджера не уйдут внутрь канала Кельтнера, и торгует выход из них.",
    ),
    Preset(
        "macd-trend",
        Visibility.PUBLIC,
        "MACD crossings in the direction of EMA 200, with a trailing stop in ATR.",
        "Пересечения MACD по направлению EMA 200 с трейлинг-стопом в ATR.",
    ),
    Preset(
        "adaptive-regime",
        Visibility.PUBLIC,
        "Long only: with the hourly trend when ADX is above 20, oversold dips when it is below.",
        "Только лонг: по часовому тренду при ADX выше 20, на перепроданности при ADX ниже 20.",
    ),
    Preset(
        "dca-momentum",
        Visibility.BETA,
        "Opens on weakness and averages down with up to five safety orders; one stop below the average.",
        "Открывается на слабости и усредняется до пяти страховочных заявок; общий стоп от средней цены.",
    ),
    Preset(
        "mtf-scalper",
        Visibility.BETA,
        "One-minute dips inside a 15-minute uptrend above the day's VWAP; small targets, sensitive to costs.",
        "Минутные откаты внутри 15-минутного роста выше VWAP дня; малые цели, чувствительна к издержкам.",
        slippage_bps=2.0,
    ),
    Preset(
        "smc-sweep",
        Visibility.BETA,
        "After an hourly sweep of a swing low and a structure shift up, with the four-hour trend.",
        "После часового снятия минимума и слома структуры вверх, по четырёхчасовому тренду.",
    ),
)


def preset(slug: str) -> Preset | None:
    """The preset called ``slug``, None if there is none."""
    return next((one for one in PRESETS if one.slug == slug), None)
