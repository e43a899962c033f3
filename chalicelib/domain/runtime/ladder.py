"""The orders of a position's ladder: placed once its stop is seen, kept at their sizes, cancelled with its end.

Level-triggered like everything else: from the plan and the position follows what should rest; what rests otherwise is
cancelled, and what is missing is placed once the order before it is settled, so that no rung has two orders. A step is
never larger than what the position has left, a safety order never makes position and resting orders worth more than
the strategy's largest position.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chalicelib.domain.runtime.decision import PlaceOrder
from chalicelib.domain.runtime.draft import Draft
from chalicelib.domain.runtime.intent import Intent, IntentKind, IntentStatus
from chalicelib.domain.runtime.order_life import cancel
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.rung import Rung, safety_rungs, step_rungs
from chalicelib.domain.runtime.states import RunStatus, TradingState
from chalicelib.domain.strategy.spec import OrderType

# A decision is one transaction of at most a hundred rows: the rest of a long ladder follows as these are filled.
RESTING_AT_ONCE = 8
RESIZE_AFTER_MS = 2_000

Wanted = dict[int, tuple[Rung, Decimal]]


def tend_ladder(draft: Draft) -> None:
    """Plans the ladder of what is held, and brings its orders in line with the plan."""
    _plan(draft)
    wanted = _wanted(draft)
    for intent in draft.state.ladder:
        _keep(draft, intent, wanted)
    _place(draft, wanted)
    leave_exit(draft)


def leave_exit(draft: Draft) -> None:
    """Flat, and nothing rests that could open a position again: the exit is over."""
    state = draft.state
    if state.holding is None and not state.ladder and state.trading is TradingState.EXIT_PENDING:
        draft.move_trading(TradingState.PAUSED if state.status is RunStatus.PAUSED else TradingState.IDLE)


def _plan(draft: Draft) -> None:
    holding, entry, spec = draft.state.holding, draft.state.entry, draft.spec
    if holding is None or holding.closing or not holding.opened_qty:
        return
    side, instrument = holding.side, draft.situation.instrument
    if spec.dca is not None:
        # Once for each position: the safety orders stand where its first fill put them.
        if not holding.laddered_qty and entry is None:
            rungs = safety_rungs(spec, side, holding.entry_price, holding.opened_qty, instrument)
            draft.hold(rungs=rungs, laddered_qty=holding.opened_qty)
    elif len(spec.exit.take_profit) > 1 and holding.laddered_qty != holding.opened_qty and _stands(entry):
        steps = step_rungs(spec, side, holding.entry_price, holding.opened_qty, holding.level_inputs, instrument)
        before = {rung.number: rung for rung in holding.rungs}
        draft.hold(
            rungs=tuple(_carried(rung, before.get(rung.number)) for rung in steps), laddered_qty=holding.opened_qty
        )


def _stands(entry: Intent | None) -> bool:
    """Whether an entry is complete, or rests with a part filled; a market order fills on at once."""
    return entry is None or (entry.order_type == OrderType.LIMIT.value and entry.status is IntentStatus.PARTIAL)


def _carried(rung: Rung, before: Rung | None) -> Rung:
    if before is None:
        return rung
    return replace(rung, filled=before.filled, refusals=before.refusals, next_ms=before.next_ms)


def _wanted(draft: Draft) -> Wanted:
    """What should rest, by the rung's number: nearest first, with the size that is left to trade."""
    holding, status = draft.state.holding, draft.state.status
    if holding is None or holding.closing or status is RunStatus.STOPPING:
        return {}
    wanted: Wanted = {}
    room = holding.qty
    for rung in holding.rungs:
        size = rung.left
        if rung.kind is IntentKind.STEP:
            size = min(size, room)
            room -= size
        elif status is not RunStatus.RUNNING or draft.situation.halt is not None:
            # New exposure; what is left of it comes back when the run is resumed or the switch released.
            size = Decimal(0)
        if size and len(wanted) < RESTING_AT_ONCE:
            wanted[rung.number] = rung, size
    return wanted


def _keep(draft: Draft, intent: Intent, wanted: Wanted) -> None:
    """Leaves an order that is as wanted, cancels one that is not; either way its rung has its order for now."""
    rung, size = wanted.pop(intent.rung, (None, Decimal(0)))
    if intent.status.terminal:
        return
    if rung is not None and (size, rung.price) == (intent.qty - intent.booked_qty, intent.price):
        return
    if rung is not None and size > intent.qty - intent.booked_qty and draft.now - intent.created_ms < RESIZE_AFTER_MS:
        # A position that still grows is not followed fill by fill.
        return
    cancel(draft, intent)


def _place(draft: Draft, wanted: Wanted) -> None:
    holding = draft.state.holding
    if holding is None or holding.protected_ms is None or draft.state.reconcile_due:
        # The stop comes first, and so does what has to be known.
        return
    instrument = draft.situation.instrument
    sent = sum(1 for at in draft.state.order_times_ms if at > draft.now - 60_000)
    sent += sum(1 for intent in draft.state.living if intent.status is IntentStatus.INTENDED)
    for rung, size in wanted.values():
        # What is too small to be an order is left to the take profit of the whole position.
        if draft.now < rung.next_ms or not instrument.takes(size, rung.price):
            continue
        if rung.kind is IntentKind.SAFETY:
            if sent >= draft.spec.guards.max_orders_per_minute or not _has_room(draft, holding, rung, size):
                return
            sent += 1
        _send(draft, holding, rung, size)


def _has_room(draft: Draft, holding: Holding, rung: Rung, size: Decimal) -> bool:
    """Whether position, resting orders and this one together stay within the largest position."""
    resting = ((order.qty - order.booked_qty) * (order.price or Decimal(0)) for order in draft.state.ladder)
    value = holding.entry_value + sum(resting, Decimal(0)) + size * rung.price
    return value <= draft.spec.risk.max_position_size_usd


def _send(draft: Draft, holding: Holding, rung: Rung, size: Decimal) -> None:
    adds = rung.kind is IntentKind.SAFETY
    intent = draft.new_intent(
        rung.kind,
        side=holding.side if adds else holding.side.opposite,
        qty=size,
        order_type=OrderType.LIMIT.value,
        reason="safety_order" if adds else "take_profit",
        price=rung.price,
        stop_loss=rung.stop_loss,
        take_profit=rung.take_profit,
        rung=rung.number,
    )
    draft.commands.append(PlaceOrder(intent))
    draft.waiting = True
