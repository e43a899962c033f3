"""Executions into the record: the position, the money, and what they say about our intents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from chalicelib.domain.runtime.draft import Draft
from chalicelib.domain.runtime.events import EventType, FindingLevel
from chalicelib.domain.runtime.facts import ExecType, ExecutionFact
from chalicelib.domain.runtime.intent import Intent, IntentKind, IntentStatus, link_prefix
from chalicelib.domain.runtime.ladder import leave_exit
from chalicelib.domain.runtime.pausing import pause
from chalicelib.domain.runtime.position import Booking, Holding, book, in_turn, out_of_turn
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.domain.runtime.states import RunStatus, TradingState

FOREIGN = "foreign"
FROM_OPEN_MS = 5_000
"""An entry booked this soon after its bar's open counts as filled at the open, as a backtest fills it."""
_CHILD_EXITS = {
    "CreateByStopLoss": "stop_loss",
    "CreateByPartialStopLoss": "stop_loss",
    "CreateByTakeProfit": "take_profit",
    "CreateByPartialTakeProfit": "take_profit",
    "CreateByTrailingStop": "trailing_stop",
    "CreateByTrailingProfit": "trailing_stop",
}
_FORCED_EXITS = {
    "CreateByLiq": "liquidation",
    "CreateByTakeOver_PassThrough": "liquidation",
    "CreateByAdl_PassThrough": "adl",
}


def absorb_execution(draft: Draft, execution: ExecutionFact) -> None:
    """Books an execution once. One that is not ours is adopted all the same, and pauses the run (decision 18)."""
    if execution.symbol != draft.terms.symbol or draft.has_booked(execution.exec_id):
        return
    if _of_another_time(draft.state, execution):
        return
    if out_of_turn(draft.state.holding, execution):
        # It closes what we do not know to be open: an earlier one was missed. The next reading has both, in order.
        draft.update(reconcile_due="missed_fill")
        return
    draft.update(last_exec_ms=max(draft.state.last_exec_ms, execution.time_ms))
    if execution.exec_type is ExecType.FUNDING:
        _book_funding(draft, execution)
    elif execution.exec_type.changes_size:
        _book_fill(draft, execution)
    else:
        draft.finding(
            "unknown_execution",
            FindingLevel.WARNING,
            data={"execId": execution.exec_id, "execType": execution.exec_type.value},
        )
        draft.update(reconcile_due="unknown_execution")


def bookable(
    record: RunRecord, executions: Iterable[ExecutionFact]
) -> tuple[tuple[ExecutionFact, ...], tuple[ExecutionFact, ...]]:
    """Those of ``executions`` that can be booked, each after what it closes, and those that cannot (yet): what they
    close is not there, or they are none of this run's. ``executions`` come oldest first, none of them booked."""
    holding = record.state.holding
    ours: list[ExecutionFact] = []
    others: list[ExecutionFact] = []
    for _, at_once in groupby(executions, key=lambda row: row.time_ms):
        mine: list[ExecutionFact] = []
        for row in at_once:
            (mine if _concerns(record, row) else others).append(row)
        fitting, waiting, holding = in_turn(holding, mine)
        ours += fitting
        others += waiting
    return tuple(ours), tuple(others)


def _concerns(record: RunRecord, execution: ExecutionFact) -> bool:
    return execution.symbol == record.terms.symbol and not _of_another_time(record.state, execution)


def _of_another_time(state: RunState, execution: ExecutionFact) -> bool:
    """Whether it is none of ours and from before the run traded: a stream tells of the past too, and a run begins flat.

    What a stranger does while the run starts is seen by the reading that the start waits for.
    """
    begun = state.status not in (RunStatus.QUEUED, RunStatus.STARTING)
    if begun and execution.time_ms >= state.started_ms:
        return False
    return _intent_of(state, execution) is None


def _book_funding(draft: Draft, execution: ExecutionFact) -> None:
    ledger = draft.state.ledger
    draft.update(ledger=ledger.plus(funding=-execution.fee))
    draft.book(execution, "", "funding")
    draft.emit(EventType.EXECUTION, "funding", params={"amount": -execution.fee, "symbol": execution.symbol})


def _book_fill(draft: Draft, execution: ExecutionFact) -> None:
    state = draft.state
    intent = _intent_of(state, execution)
    origin = _origin(draft, execution, intent)
    before = state.holding
    bar_ms = draft.terms.timeframe.open_time(draft.situation.market_now_ms)
    booking = book(before, execution, intent.intent_id if intent else "", bar_ms)
    closing = booking.closed_qty > 0
    draft.book(execution, intent.intent_id if intent else "", origin if closing else "")
    ledger = state.ledger.plus(gross=booking.gross, fees=execution.fee)
    draft.update(ledger=ledger, counts=state.counts.plus(fills=1))
    draft.emit(
        EventType.EXECUTION,
        "exit" if closing else "entry",
        intent_id=intent.intent_id if intent else None,
        data={"execId": execution.exec_id, "origin": origin, "timeMs": execution.time_ms},
        params={"side": execution.side.value, "qty": execution.qty, "price": execution.price, "fee": execution.fee},
    )
    if intent is not None:
        _credit(draft, intent, execution)
    _take_holding(draft, before, booking, intent, origin)
    if intent is not None and intent.rung and before is not None:
        draft.change_rung(intent.rung, lambda rung: replace(rung, filled=rung.filled + execution.qty))
    if origin in (FOREIGN, *_FORCED_EXITS.values()):
        draft.update(complete=draft.state.complete and origin != FOREIGN)
        draft.finding(
            "external_execution",
            FindingLevel.CRITICAL,
            data={"execId": execution.exec_id, "createType": execution.create_type},
            params={"side": execution.side.value, "qty": execution.qty, "price": execution.price, "origin": origin},
        )
        pause(draft, "external_execution")


def _take_holding(draft: Draft, before: Holding | None, booking: Booking, intent: Intent | None, origin: str) -> None:
    after = booking.holding
    if after is not None and (before is None or after.side is not before.side) and intent is not None:
        after = replace(
            after,
            level_inputs=intent.level_inputs,
            stop_loss=intent.stop_loss,
            take_profit=intent.take_profit,
            # A safety order that fills when its position is gone: nobody wants what it opens.
            from_open=draft.situation.market_now_ms - after.entry_bar_ms <= FROM_OPEN_MS,
            closing="late_safety_order" if intent.kind is IntentKind.SAFETY else "",
        )
    draft.update(holding=after)
    if booking.opened_qty and after is not None:
        _opened(draft, after)
    if booking.closed_qty:
        _closed(draft, after, origin)


def _opened(draft: Draft, holding: Holding) -> None:
    if draft.state.trading is TradingState.ARMED:
        draft.move_trading(TradingState.ENTRY_PENDING)
    elif holding.closing and draft.state.trading in (TradingState.IDLE, TradingState.PAUSED):
        draft.move_trading(TradingState.EXIT_PENDING)
    if holding.levels_final:
        draft.hold(levels_final=False)
    draft.emit(
        EventType.POSITION_UPDATE,
        "open",
        intent_id=holding.intent_id or None,
        params={"side": holding.side.value, "qty": holding.qty, "price": holding.shown_entry_price},
    )


def _closed(draft: Draft, holding: Holding | None, origin: str) -> None:
    if draft.state.trading in (TradingState.IN_POSITION, TradingState.ENTRY_PENDING):
        draft.move_trading(TradingState.EXIT_PENDING)
    if holding is not None:
        draft.emit(
            EventType.POSITION_UPDATE,
            "reduced",
            params={"side": holding.side.value, "qty": holding.qty, "reason": origin},
        )
        return
    state = draft.state
    cooldown = draft.spec.risk.cooldown_seconds * 1000
    draft.update(cooldown_until_ms=draft.now + cooldown, counts=state.counts.plus(trades=1))
    draft.emit(EventType.POSITION_UPDATE, "closed", params={"reason": origin, "net": draft.state.ledger.net})
    leave_exit(draft)


def _credit(draft: Draft, intent: Intent, execution: ExecutionFact) -> None:
    booked = intent.booked_qty + execution.qty
    filled = max(intent.filled_qty, booked)
    status = intent.status
    if not status.terminal:
        status = IntentStatus.FILLED if filled >= intent.qty else IntentStatus.PARTIAL
    average = execution.price
    if intent.avg_price is not None and intent.booked_qty:
        average = (intent.avg_price * intent.booked_qty + execution.price * execution.qty) / booked
    order_id = execution.order_id or intent.order_id
    if status is not intent.status:
        # The order's own record may come later, or never be needed: its executions say as much.
        draft.emit(
            EventType.ORDER_UPDATE,
            status.value,
            intent_id=intent.intent_id,
            data={"orderId": order_id, "orderLinkId": intent.order_link_id, "exchangeStatus": ""},
            params={"filled": filled, "qty": intent.qty, "price": average, "reason": ""},
        )
    draft.save(
        replace(
            intent,
            booked_qty=booked,
            filled_qty=filled,
            status=status,
            avg_price=average,
            order_id=order_id,
            updated_ms=draft.now,
        )
    )


def _intent_of(state: RunState, execution: ExecutionFact) -> Intent | None:
    for intent in state.living:
        by_link = bool(execution.order_link_id) and execution.order_link_id == intent.order_link_id
        if by_link or (intent.order_id and execution.order_id == intent.order_id):
            return intent
    return None


def _origin(draft: Draft, execution: ExecutionFact, intent: Intent | None) -> str:
    if intent is not None:
        return intent.reason
    if execution.create_type in _CHILD_EXITS:
        return _CHILD_EXITS[execution.create_type]
    if execution.create_type in _FORCED_EXITS:
        return _FORCED_EXITS[execution.create_type]
    if execution.order_link_id.startswith(link_prefix(draft.terms.prefix, draft.terms.run_id)):
        return "late_fill"
    return FOREIGN
