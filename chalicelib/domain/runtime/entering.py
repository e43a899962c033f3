"""From a signal to an entry order: the guards, the size, the levels. Whatever is unknown blocks (C-22)."""

from __future__ import annotations

from decimal import Decimal

from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decision import Judged, PlaceOrder
from chalicelib.domain.runtime.draft import Draft, Params
from chalicelib.domain.runtime.events import EventType, Severity
from chalicelib.domain.runtime.intent import IntentKind
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.states import RunStatus, TradingState
from chalicelib.domain.strategy.dca import base_order_qty, ladder_value, resting_orders
from chalicelib.domain.strategy.levels import levels
from chalicelib.domain.strategy.sizing import position_size
from chalicelib.domain.strategy.spec import OrderType

RECONCILED_WITHIN_MS = 90_000
LAST_ENTRY_BEFORE_END_MS = 5_000


def consider_entry(draft: Draft) -> None:
    """Acts on a fresh signal, or on the one that closed the opposite position, when nothing is held or under way."""
    state = draft.state
    reversal = _reversal(draft)
    judged = Judged(reversal, state.last_price) if reversal is not None else draft.judged
    if judged is None or judged.judgement.signal is None:
        return
    if not may_open(draft):
        return
    draft.update(reversal=None)
    open_by(draft, judged, judged.judgement.signal, reversing=reversal is not None)


def may_open(draft: Draft) -> bool:
    """Whether the run runs, and nothing is held or under way."""
    state = draft.state
    if state.status is not RunStatus.RUNNING or state.trading is not TradingState.IDLE:
        return False
    return not state.living and state.holding is None


def open_by(draft: Draft, judged: Judged, side: Side, *, reversing: bool = False, event_id: str = "") -> None:
    """Opens by a signal unless a guard forbids it, and logs which. ``event_id`` names a signal from outside."""
    outside = {"eventId": event_id} if event_id else {}
    draft.emit(
        EventType.SIGNAL_GENERATED,
        "entry",
        data={"openTimeMs": judged.judgement.open_time_ms, **outside},
        params={"side": side.value, "close": judged.judgement.close},
    )
    draft.move_trading(TradingState.ARMED)
    blocked = _guard(draft, judged, reversing=reversing)
    if blocked is None:
        blocked = _enter(draft, judged, side)
    if blocked is not None:
        draft.emit(EventType.RISK_BLOCKED, blocked[0], severity=Severity.WARNING, params=blocked[1])
        draft.move_trading(TradingState.IDLE)


def _reversal(draft: Draft) -> Judgement | None:
    """The signal to turn round by. A newer bar, or a run that no longer runs, has overtaken it."""
    reversal, judged = draft.state.reversal, draft.judged
    if reversal is None:
        return None
    newer = judged is not None and judged.judgement.open_time_ms > reversal.open_time_ms
    if newer or draft.state.status is not RunStatus.RUNNING:
        draft.update(reversal=None)
        return None
    return reversal


Blocked = tuple[str, Params]


def _guard(draft: Draft, judged: Judged, *, reversing: bool) -> Blocked | None:
    """Why this signal must not be traded, or None. A reversal does not wait for the cooldown of what it closed."""
    state, spec, now = draft.state, draft.spec, draft.now
    if draft.situation.halt is not None:
        return "kill_switch", {"reason": draft.situation.halt.reason}
    closed_ms = judged.judgement.open_time_ms + draft.terms.timeframe.milliseconds
    late_ms = draft.situation.market_now_ms - closed_ms
    if late_ms > draft.terms.timeframe.milliseconds:
        return "stale_candle", {"seconds": late_ms // 1000}
    if judged.price is None or state.equity is None:
        return "unknown_fact", {"what": "price" if judged.price is None else "equity"}
    if state.reconcile_due or now - state.reconciled_ms > RECONCILED_WITHIN_MS:
        return "not_reconciled", {"cause": state.reconcile_due or "age"}
    close = judged.judgement.close
    moved_bps = abs(judged.price - close) / close * 10_000
    if moved_bps > spec.execution.max_slippage_bps:
        return "slippage", {"bps": moved_bps.quantize(Decimal("0.1")), "limit": spec.execution.max_slippage_bps}
    if now < state.cooldown_until_ms and not reversing:
        return "cooldown", {"seconds": (state.cooldown_until_ms - now + 999) // 1000}
    if draft.terms.deadline_ms - now < LAST_ENTRY_BEFORE_END_MS:
        return "run_ending", {"seconds": max(0, (draft.terms.deadline_ms - now) // 1000)}
    recent = [at for at in state.order_times_ms if at > now - 60_000]
    if len(recent) >= spec.guards.max_orders_per_minute:
        return "order_rate", {"limit": spec.guards.max_orders_per_minute}
    return None


def _enter(draft: Draft, judged: Judged, side: Side) -> Blocked | None:
    """Creates the entry intent; returns why it could not be."""
    if judged.price is None or draft.state.equity is None:
        raise AssertionError("the guards let no unknown fact through")
    spec, instrument, judgement = draft.spec, draft.situation.instrument, judged.judgement
    limit = _limit_price(draft, judgement.close, side)
    reference = limit if limit is not None else judged.price
    try:
        around = levels(spec, side, reference, judgement.level_inputs, instrument)
        qty = _size(draft, draft.state.equity, side, reference, around.stop_loss)
    except InvalidOrder as refused:
        finding = refused.findings[0]
        return "order_rules", {"detail": finding.detail, **finding.params}
    findings = instrument.check_qty(qty, reference, market=limit is None, pointer="/risk")
    if findings:
        return "order_rules", {"detail": findings[0].detail, **findings[0].params}
    too_much = _ladder_too_large(draft, draft.state.equity, side, reference, qty)
    if too_much is not None:
        return too_much
    intent = draft.new_intent(
        IntentKind.ENTRY,
        side=side,
        qty=qty,
        order_type=OrderType.MARKET.value if limit is None else OrderType.LIMIT.value,
        reason="signal",
        price=limit,
        stop_loss=around.stop_loss,
        take_profit=around.take_profit,
        level_inputs=judgement.level_inputs,
        expires_market_ms=0 if limit is None else _expiry(draft),
    )
    draft.commands.append(PlaceOrder(intent))
    draft.waiting = True
    return None


def _size(draft: Draft, equity: Decimal, side: Side, price: Decimal, stop: Decimal) -> Decimal:
    """The entry's quantity: of the whole position, or of a ladder's first order. Raises InvalidOrder."""
    spec, instrument = draft.spec, draft.situation.instrument
    if spec.dca is not None:
        return base_order_qty(spec, equity, price, side, instrument)
    return position_size(equity, price, stop, spec.risk, instrument)


def _ladder_too_large(draft: Draft, equity: Decimal, side: Side, price: Decimal, qty: Decimal) -> Blocked | None:
    """Why a DCA ladder must not be begun: filled to the end it would be worth more than may be held or paid for."""
    spec = draft.spec
    if spec.dca is None:
        return None
    orders = resting_orders(spec, side, price, qty, draft.situation.instrument, None)
    worth = ladder_value(qty, price, orders)
    most = min(spec.risk.max_position_size_usd, equity * draft.terms.leverage)
    if worth > most:
        return "ladder_exposure", {"worth": round(worth, 2), "limit": round(most, 2)}
    return None


def _limit_price(draft: Draft, close: Decimal, side: Side) -> Decimal | None:
    order = draft.spec.entry.order
    if order.type is OrderType.MARKET:
        return None
    price = close * (1 - side.sign * order.limit_offset_bps / 10_000)
    instrument = draft.situation.instrument
    return instrument.floor_price(price) if side is Side.BUY else instrument.ceil_price(price)


def _expiry(draft: Draft) -> int:
    bars = draft.spec.entry.order.timeout_bars
    return draft.situation.market_now_ms + bars * draft.terms.timeframe.milliseconds
