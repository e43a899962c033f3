"""Ready-made strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from chalicelib.api.models.base import Id, RequestModel, Symbol, View
from chalicelib.api.models.bots import BotName, BotView
from chalicelib.api.models.strategies import StrategyView
from chalicelib.domain.strategy.presets import Preset, Visibility
from chalicelib.services.bots import BotWithRun

if TYPE_CHECKING:
    from chalicelib.services.lab.presets import Instance


class InstantiateBody(RequestModel):
    """With ``exchangeConnectionId`` a bot is made too. A name that is taken gets a number."""

    name: BotName | None = None
    symbol: Symbol | None = None
    exchange_connection_id: Id | None = None


class PresetView(View):
    """A preset. ``feeBps`` and ``slippageBps`` are the costs to try it with; nothing is said of profit."""

    slug: str
    name: str
    visibility: Visibility
    description: dict[str, str] = Field(description="by language: en, ru")
    symbol: str
    timeframe: str
    timeframes: list[str]
    fee_bps: float
    slippage_bps: float
    spec: dict[str, Any]

    @classmethod
    def of(cls, preset: Preset) -> PresetView:
        """The view of a preset."""
        document = preset.document()
        return cls(
            slug=preset.slug,
            name=document["name"],
            visibility=preset.visibility,
            description={"en": preset.description_en, "ru": preset.description_ru},
            symbol=document["market"]["symbol"],
            timeframe=document["timeframe"],
            timeframes=document.get("timeframes", []),
            fee_bps=preset.fee_bps,
            slippage_bps=preset.slippage_bps,
            spec=document,
        )


class PresetList(View):
    """All presets that the caller may see."""

    items: list[PresetView]
    next_cursor: str | None


class InstanceView(View):
    """What an instantiation made."""

    strategy: StrategyView
    bot: BotView | None

    @classmethod
    def of(cls, instance: Instance) -> InstanceView:
        """The view of what was made."""
        bot = None if instance.bot is None else BotView.of(BotWithRun(instance.bot, None))
        return cls(strategy=StrategyView.of(instance.strategy), bot=bot)
