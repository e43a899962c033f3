"""A run as it is stored: what never changes, and the state that its Ticks move."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.intent import Intent
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.messages import SignalReceived
from chalicelib.domain.runtime.position import Holding, Ledger
from chalicelib.domain.runtime.states import RunStatus, StopReason, TradingState
from chalicelib.domain.strategy.spec import OnStop

# A minute, less what it takes until the sidecar has seen the time and the Tick has begun.
LOOK_AFTER_MS = 58_000


@dataclass(frozen=True, slots=True)
class RunTerms:
    """What was agreed when the run was started. Nothing of it changes afterwards.

    ``instrument`` holds the rules as they were at the start, so that an exit never waits for them;
    ``net_today`` is what the bot's earlier runs of this UTC day have earned, for dailyLossLimitUsd.
    """

    run_id: str
    workspace_id: str
    user_id: str
    bot_id: str
    bot_name: str
    strategy_id: str
    strategy_version: int
    connection_id: str
    symbol: str
    timeframe: Interval
    intervals: tuple[Interval, ...]
    env: str
    duration_minutes: int
    created_ms: int
    deadline_ms: int
    prefix: str
    leverage: Decimal
    instrument: Instrument
    net_today: Decimal
    slots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BarView:
    """The newest bar that was judged, and why it did or did not trade (for "why am I not trading")."""

    open_time_ms: int
    close: Decimal
    signal: str | None
    reasons: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How often things happened."""

    orders: int = 0
    fills: int = 0
    trades: int = 0
    errors: int = 0

    def plus(self, *, orders: int = 0, fills: int = 0, trades: int = 0, errors: int = 0) -> Counts:
        """The counts after more of the same."""
        return Counts(self.orders + orders, self.fills + fills, self.trades + trades, self.errors + errors)


@dataclass(slots=True)
class RunState:
    """Everything a Tick decides on and writes back. Only a draft changes one, and only its own copy.

    All times are milliseconds UTC of our clock unless named market.

    ``reconcile_due`` names why the account must be read before anything new is risked ("" when nothing asks for it);
    ``reconciled_ms`` is when it was last read whole. ``error_times_ms`` feed pauseOnError, ``order_times_ms``
    maxOrdersPerMinute. ``mismatch`` is a size that nothing explains, as we know it and as it is seen, positive for a
    long, and ``mismatch_ms`` since when it is, None and 0 when there is none;
    ``reversal`` is the opposite signal for which the position is being closed, to be entered once it is flat;
    ``outside`` is the outside signal that waits to be acted on, ``outside_last`` orders (time, id) what was heard;
    ``complete`` is false once something was adopted that no execution explains: the report then says so.
    """

    status: RunStatus = RunStatus.QUEUED
    trading: TradingState = TradingState.IDLE
    stop_reason: StopReason | None = None
    stop_policy: OnStop | None = None
    started_ms: int = 0
    ended_ms: int = 0
    event_seq: int = 0
    intent_seq: int = 0
    entry: Intent | None = None
    exit: Intent | None = None
    ladder: tuple[Intent, ...] = ()
    holding: Holding | None = None
    ledger: Ledger = field(default_factory=Ledger)
    counts: Counts = field(default_factory=Counts)
    bar: BarView | None = None
    reversal: Judgement | None = None
    outside: SignalReceived | None = None
    outside_last: tuple[int, str] = (0, "")
    last_price: Decimal | None = None
    equity: Decimal | None = None
    leverage_set: bool = False
    reconcile_due: str = "start"
    reconciled_ms: int = 0
    mismatch_ms: int = 0
    mismatch: tuple[Decimal, Decimal] | None = None
    complete: bool = True
    last_exec_ms: int = 0
    cooldown_until_ms: int = 0
    order_times_ms: tuple[int, ...] = ()
    error_times_ms: tuple[int, ...] = ()
    paused_reason: str = ""

    @property
    def living(self) -> tuple[Intent, ...]:
        """The intents whose story is not over: the entry, the exit, then the orders of the ladder."""
        return (*(intent for intent in (self.entry, self.exit) if intent is not None), *self.ladder)

    @property
    def look_ms(self) -> int:
        """When to look at the account again at the latest; 0 while nothing is held and no order is under way."""
        return self.reconciled_ms + LOOK_AFTER_MS if self.holding is not None or self.living else 0


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A stored run. ``version`` counts writes, ``epoch`` counts claims: both fence off a Tick that lost the run."""

    terms: RunTerms
    state: RunState
    version: int = 0
    epoch: int = 0
    tick_ms: int = 0
    segment: int = 0


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """What the sidecar needs to know of a run that has not ended. ``look_ms``: when to wake it at the latest, or 0."""

    run_id: str
    workspace_id: str
    connection_id: str
    symbol: str
    intervals: tuple[Interval, ...]
    look_ms: int = 0
