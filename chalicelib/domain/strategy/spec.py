"""A validated strategy: what the document means, with every default filled in.

Percent are percent (1 = 1 %), bps are 1/10,000, money is in USD (the quote currency), times as their names say.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy.expressions import Condition


class OnOpposite(StrEnum):
    """What a signal against the open position does."""

    IGNORE = "ignore"
    CLOSE = "close"
    REVERSE = "reverse"


class OrderType(StrEnum):
    """How an entry is sent."""

    MARKET = "Market"
    LIMIT = "Limit"


class TpSlMode(StrEnum):
    """Where SL and TP live on the exchange (decision 10)."""

    TRADING_STOP = "bybit_trading_stop"
    ATTACHED = "attached_on_order"
    REDUCE_ONLY = "reduce_only_orders"


class OnStop(StrEnum):
    """What stopping a run does to its position (decision 12)."""

    CLOSE_MARKET = "close_market"
    LEAVE_PROTECTED = "leave_protected"
    CANCEL_ENTRIES_ONLY = "cancel_entries_only"


class OnSlTpFailure(StrEnum):
    """What happens when SL or TP cannot be placed (decision 13)."""

    CLOSE_MARKET = "close_market"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Market:
    """Where the strategy trades."""

    exchange: str
    env: str
    category: str
    symbol: str


@dataclass(frozen=True, slots=True)
class EntryOrder:
    """A limit rests for ``timeout_bars``, ``limit_offset_bps`` on the passive side of the signal's close."""

    type: OrderType
    limit_offset_bps: Decimal
    timeout_bars: int


@dataclass(frozen=True, slots=True)
class Entry:
    """When to open; at least one of ``long`` and ``short`` is there."""

    long: Condition | None
    short: Condition | None
    on_opposite: OnOpposite
    order: EntryOrder


@dataclass(frozen=True, slots=True)
class FixedPct:
    """``value`` percent from the entry price."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """An absolute price."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class AtrMultiple:
    """``value`` times ATR(``atr_length``) of the signal bar from the entry price."""

    value: Decimal
    atr_length: int


@dataclass(frozen=True, slots=True)
class Swing:
    """The extreme of the last ``lookback`` closed bars at the signal, moved ``buffer_pct`` percent further away."""

    lookback: int
    buffer_pct: Decimal


Level = FixedPct | FixedPrice | AtrMultiple | Swing


@dataclass(frozen=True, slots=True)
class LadderStep:
    """``share_pct`` percent of the position is closed at ``level``. The shares of a ladder sum to 100."""

    level: Level
    share_pct: Decimal


@dataclass(frozen=True, slots=True)
class TrailingPct:
    """Armed at a profit of ``activation_pct``; then the stop is ``callback_pct`` behind the best price (FR-DSL-17)."""

    activation_pct: Decimal
    callback_pct: Decimal


@dataclass(frozen=True, slots=True)
class TrailingAtr:
    """The same in multiples of the signal bar's ATR(``atr_length``)."""

    activation_atr: Decimal
    callback_atr: Decimal
    atr_length: int


@dataclass(frozen=True, slots=True)
class IndicatorExitRule:
    """Leaves a position of one of ``sides`` when the condition is true on a closed bar."""

    condition: Condition
    sides: frozenset[Side]


@dataclass(frozen=True, slots=True)
class BreakEven:
    """At a profit of ``activation_pct`` the stop moves to the entry price plus ``offset_pct`` in the trade's favour."""

    activation_pct: Decimal
    offset_pct: Decimal


@dataclass(frozen=True, slots=True)
class Exit:
    """When to close. ``take_profit`` has one step of 100 percent or a ladder's steps. ``max_bars`` is the time exit."""

    stop_loss: Level
    take_profit: tuple[LadderStep, ...]
    trailing_stop: TrailingPct | TrailingAtr | None
    indicator_exits: tuple[IndicatorExitRule, ...]
    break_even: BreakEven | None
    max_bars: int | None


@dataclass(frozen=True, slots=True)
class Dca:
    """The safety-order ladder of FR-L-30."""

    base_order_size_usd: Decimal
    max_safety_orders: int
    price_step_pct: Decimal
    step_scale: Decimal
    volume_scale: Decimal


@dataclass(frozen=True, slots=True)
class Risk:
    """Sizing and limits (decisions 14, 15). Without DCA exactly one of the first two is given."""

    risk_per_trade_pct: Decimal | None
    fixed_notional_usd: Decimal | None
    max_position_size_usd: Decimal
    max_loss_per_run_usd: Decimal
    daily_loss_limit_usd: Decimal | None
    cooldown_seconds: int


@dataclass(frozen=True, slots=True)
class Execution:
    """How orders are sent and what happens when that fails or the run stops."""

    client_order_id_prefix: str
    max_slippage_bps: int
    tp_sl_mode: TpSlMode
    on_stop: OnStop
    on_sl_tp_failure: OnSlTpFailure


@dataclass(frozen=True, slots=True)
class Guards:
    """Limits on activity (decision 14)."""

    max_open_positions: int
    max_orders_per_minute: int
    pause_on_error: bool


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """A whole strategy. ``timeframes`` are the higher ones used, shortest first."""

    id: str
    name: str
    dsl_version: int
    enabled: bool
    market: Market
    timeframe: Interval
    timeframes: tuple[Interval, ...]
    entry: Entry
    exit: Exit
    dca: Dca | None
    risk: Risk
    execution: Execution
    guards: Guards
