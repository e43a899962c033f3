"""The account against the record, as a whole (C-24, C-25, FR-RT-9).

The exchange's facts win, but nothing is overwritten silently: what no execution explains is a finding, is adopted,
pauses the run and blocks new exposure in its workspace (ADR 9). A size that differs once may be two readings taken at
different instants, so it must be seen twice.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chalicelib.domain.runtime.decision import SnapshotRead
from chalicelib.domain.runtime.draft import Draft, plain
from chalicelib.domain.runtime.events import EventType, FindingLevel
from chalicelib.domain.runtime.facts import AccountSnapshot, OrderFact, PositionFact
from chalicelib.domain.runtime.fills import absorb_execution
from chalicelib.domain.runtime.intent import IntentStatus
from chalicelib.domain.runtime.order_life import absorb_order, cancel_orphan, ours
from chalicelib.domain.runtime.pausing import fail_start, pause, resume
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.protection import see_position
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.domain.runtime.states import RunStatus, TradingState

# Reads may lag by a second or two in volatile moments; what is believed after this halts a whole workspace.
CONFIRM_MISMATCH_MS = 2_500
STALE_MS = 1_000
OVERLAP_MS = 60_000
_READ_ALL = frozenset({"missed_fill", "size", "start", "resume"})
# Causes that are worth a line only when they found something.
_QUIET = frozenset({"", "read_failed", "cancel", "size", "exit_refused", "already_flat", "missed_fill"})


def executions_since(record: RunRecord) -> int:
    """From when on executions are read: a minute before the last reading of the whole account, before the last booked
    execution and before any order that still lives.

    The last booked one alone would not do: it may have come by the stream, which may have lost what was before it. When
    something does not add up, everything since the run began is read again.
    """
    began, state = record.terms.created_ms, record.state
    if state.mismatch_ms or state.reconcile_due in _READ_ALL:
        return began
    living = (intent.created_ms for intent in state.living)
    known_until = min(state.reconciled_ms or began, state.last_exec_ms or began, *living)
    return max(began, known_until - OVERLAP_MS)


def absorb_snapshot(draft: Draft, fact: SnapshotRead) -> None:
    """Brings the record in line with a complete reading of the account."""
    snapshot = fact.snapshot
    draft.snapshot_seen = True
    draft.update(equity=snapshot.wallet.equity)
    if snapshot.position.mark_price is not None:
        draft.update(last_price=snapshot.position.mark_price)
    if draft.state.status in (RunStatus.QUEUED, RunStatus.STARTING) and _strange_at_start(draft, snapshot):
        return
    booked = 0
    for execution in fact.fresh:
        absorb_execution(draft, execution)
        booked += 1
    for order in snapshot.orders:
        absorb_order(draft, order)
    _search_missing(draft, snapshot)
    foreign = _look_at_strangers(draft, snapshot)
    explained = _compare_size(draft, snapshot.position)
    see_position(draft, snapshot.position)
    if not explained:
        return
    _reconciled(draft, booked, foreign)


def _strange_at_start(draft: Draft, snapshot: AccountSnapshot) -> bool:
    """A position or order that is not ours refuses the start (C-15)."""
    if not snapshot.position.flat:
        fail_start(
            draft,
            "foreign_position",
            f"{draft.terms.symbol} already has a position of {snapshot.position.size}",
            {"symbol": draft.terms.symbol, "size": snapshot.position.size},
        )
        return True
    strangers = [order for order in snapshot.orders if not ours(order)]
    if strangers:
        fail_start(
            draft,
            "foreign_order",
            f"{draft.terms.symbol} has {len(strangers)} open orders that are not ours",
            {"symbol": draft.terms.symbol, "count": len(strangers)},
        )
        return True
    draft.update(last_exec_ms=max([draft.terms.created_ms, *(row.time_ms for row in snapshot.executions)]))
    return False


def _search_missing(draft: Draft, snapshot: AccountSnapshot) -> None:
    """An order we count on that is not among the open ones has ended: ask how."""
    shown = {order.order_link_id for order in snapshot.orders}
    for intent in draft.state.living:
        if intent.order_link_id in shown or intent.status.terminal:
            continue
        sent = intent.status in (IntentStatus.SENT, IntentStatus.OPEN, IntentStatus.PARTIAL)
        if sent and snapshot.taken_ms - intent.updated_ms >= STALE_MS:
            draft.read(resolve=intent)


def _look_at_strangers(draft: Draft, snapshot: AccountSnapshot) -> int:
    live = {intent.order_link_id for intent in draft.state.living}
    foreign: list[OrderFact] = []
    for order in snapshot.orders:
        if order.order_link_id in live or order.status.terminal:
            continue
        if ours(order):
            cancel_orphan(draft, order)
        elif not order.stop_order_type and not order.reduce_only:
            foreign.append(order)
    if foreign and draft.state.status is RunStatus.RUNNING:
        draft.finding(
            "foreign_order",
            FindingLevel.CRITICAL,
            data={"orderIds": [order.order_id for order in foreign]},
            params={"count": len(foreign)},
        )
        pause(draft, "foreign_order")
    return len(foreign)


def _compare_size(draft: Draft, position: PositionFact) -> bool:
    """Whether the position is what our executions say. The same difference must be seen twice before it is believed."""
    expected = _signed(draft.state.holding)
    seen = position.size * position.side.sign if position.side is not None else Decimal(0)
    if expected == seen:
        draft.update(mismatch_ms=0, mismatch=None)
        return True
    same = draft.state.mismatch == (expected, seen)
    first = draft.state.mismatch_ms if same else draft.now
    if draft.now - first < CONFIRM_MISMATCH_MS:
        due = draft.state.reconcile_due or "size"
        draft.update(mismatch_ms=first, mismatch=(expected, seen), reconcile_due=due)
        draft.waiting = True
        return False
    draft.finding(
        "unexplained_size",
        FindingLevel.CRITICAL,
        data={"expected": str(expected), "seen": str(seen)},
        params={"expected": expected, "seen": seen},
    )
    _adopt(draft, position)
    pause(draft, "unexplained_size")
    # No words: whoever meets the switch reads it in his own language, around this.
    draft.halt = f"{draft.terms.symbol} {plain(seen)} ≠ {plain(expected)}"
    return True


def _adopt(draft: Draft, position: PositionFact) -> None:
    draft.update(mismatch_ms=0, mismatch=None, complete=False)
    holding = draft.state.holding
    if position.side is None:
        draft.update(holding=None)
        trading = draft.state.trading
        held = trading in (TradingState.IN_POSITION, TradingState.EXIT_PENDING)
        if held or (trading is TradingState.ENTRY_PENDING and draft.state.entry is None):
            draft.move_trading(TradingState.IDLE)
        return
    if position.avg_price is None:
        raise AssertionError("a position with a size has an average price")
    same = holding if holding is not None and holding.side is position.side else None
    value = position.size * position.avg_price
    adopted = same or Holding(position.side, position.size, value, draft.now, draft.now, "")
    draft.update(
        holding=replace(
            adopted,
            qty=position.size,
            entry_value=value,
            stop_loss=position.stop_loss or adopted.stop_loss,
            take_profit=position.take_profit or adopted.take_profit,
        )
    )
    if draft.state.trading is TradingState.IDLE:
        draft.move_trading(TradingState.IN_POSITION)


def _signed(holding: Holding | None) -> Decimal:
    return holding.qty * holding.side.sign if holding is not None else Decimal(0)


def _reconciled(draft: Draft, booked: int, foreign: int) -> None:
    due = draft.state.reconcile_due
    draft.update(reconciled_ms=draft.now, reconcile_due="")
    if booked or due not in _QUIET:
        draft.emit(
            EventType.RECONCILED,
            data={"cause": due or "periodic", "booked": booked, "foreign": foreign},
            params={"cause": due or "periodic", "booked": booked},
        )
    if due == "resume" and not foreign and draft.state.status is RunStatus.PAUSED:
        resume(draft)
