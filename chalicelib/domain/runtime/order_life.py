"""What becomes of an intent: its answer, its order's facts, and the search for it when nobody knows (C-03, C-04)."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.runtime.decision import CancelOrder, OrderResolved, PlaceOrder
from chalicelib.domain.runtime.draft import Draft
from chalicelib.domain.runtime.events import EventType, FindingLevel, Severity
from chalicelib.domain.runtime.facts import OrderFact, OrderStatus
from chalicelib.domain.runtime.intent import ABSENT_AFTER_MS, LINK_ID, Intent, IntentKind, IntentStatus
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind
from chalicelib.domain.runtime.pausing import pause
from chalicelib.domain.runtime.rung import MOST_REFUSALS
from chalicelib.domain.runtime.states import TradingState

RESOLVE_DELAYS_MS = (0, 1000, 2000, 4000, 8000)
ABSENT_AFTER_CHECKS = 3
STALE_ACK_MS = 1_500
UNLISTED_AFTER_MS = 5 * 60_000
"""How long executions are waited for that an order speaks of and no reading lists: far more than lists lag behind."""
CANCEL_RETRY_MS = 2_000
EXIT_RETRY_MS = 1_000
MOST_EXIT_RETRY_MS = 60_000

PAUSING = frozenset(
    {"BAD_REQUEST", "CREDENTIALS", "FORBIDDEN", "MODE_CONFLICT", "FUNDS", "LIMITS", "INSTRUMENT", "OUT_OF_SCOPE"}
)


def order_answered(draft: Draft, intent_id: str, outcome: Outcome) -> None:
    """The answer to sending an intent's order. Acknowledged means accepted, never filled."""
    intent = _live(draft, intent_id)
    if intent is None:
        return
    order_times = (*draft.state.order_times_ms, draft.now)
    counts = draft.state.counts.plus(orders=1)
    draft.update(order_times_ms=tuple(at for at in order_times if at > draft.now - 60_000), counts=counts)
    if outcome.kind is OutcomeKind.ACKNOWLEDGED:
        status = IntentStatus.SENT
    elif outcome.kind is OutcomeKind.UNRESOLVED:
        status = IntentStatus.UNRESOLVED
    else:
        _refused(draft, intent, outcome)
        return
    if intent.status is IntentStatus.INTENDED:
        order_id = outcome.order_id or intent.order_id
        draft.save(replace(intent, status=status, order_id=order_id, updated_ms=draft.now))
    _sent(draft, intent, outcome)


def absorb_order(draft: Draft, order: OrderFact) -> None:
    """A fact about an order: one of ours moves its intent, a stranger's asks for a reconciliation."""
    if order.symbol != draft.terms.symbol:
        return
    intent = _matching(draft, order)
    if intent is None:
        return
    changed = intent.with_order(order, draft.now)
    if (changed.status, changed.filled_qty, changed.order_id) != (intent.status, intent.filled_qty, intent.order_id):
        draft.emit(
            EventType.ORDER_UPDATE,
            changed.status.value,
            intent_id=intent.intent_id,
            data={"orderId": order.order_id, "orderLinkId": order.order_link_id, "exchangeStatus": order.status.value},
            params={
                "filled": changed.filled_qty,
                "qty": intent.qty,
                "price": order.avg_price,
                "reason": changed.detail,
            },
        )
    if order.status is OrderStatus.UNKNOWN:
        draft.error("unknown_status", f"order {order.order_id}", intent_id=intent.intent_id)
    if intent.status in (IntentStatus.INTENDED, IntentStatus.UNRESOLVED) and not changed.status.terminal:
        _entry_is_out(draft, intent)
    draft.save(changed)
    taken_away = changed.status in (IntentStatus.CANCELLED, IntentStatus.REJECTED) and not changed.cancel_sent_ms
    if taken_away and not intent.status.terminal:
        rung_refused(draft, changed, changed.detail)
    _settled(draft, changed)


def order_resolved(draft: Draft, fact: OrderResolved) -> None:
    """The search for an unresolved intent's order has an answer. Absence needs three of them over ten seconds."""
    intent = _live(draft, fact.intent_id)
    if intent is None:
        return
    if intent.status.terminal:
        draft.save(replace(intent, checks=intent.checks + 1, updated_ms=draft.now))
        return
    if fact.order is not None:
        absorb_order(draft, fact.order)
        return
    checks = intent.checks + 1
    if checks >= ABSENT_AFTER_CHECKS and draft.now - intent.created_ms >= ABSENT_AFTER_MS:
        gone = replace(intent, status=IntentStatus.ABSENT, checks=checks, updated_ms=draft.now)
        draft.save(gone)
        draft.emit(EventType.ORDER_UPDATE, "absent", severity=Severity.WARNING, intent_id=intent.intent_id)
        _settled(draft, gone)
        return
    draft.save(replace(intent, status=IntentStatus.UNRESOLVED, checks=checks, updated_ms=draft.now))


def rung_refused(draft: Draft, intent: Intent, reason: str) -> None:
    """Notes that an order of the ladder was refused, or ended without our doing: a rung is not tried for ever."""
    draft.change_rung(intent.rung, lambda rung: rung.refused(draft.now))
    holding = draft.state.holding
    rungs = holding.rungs if holding is not None else ()
    if any(rung.number == intent.rung and rung.refusals == MOST_REFUSALS for rung in rungs):
        draft.finding(
            "rung_given_up",
            FindingLevel.WARNING,
            data={"kind": intent.kind.value, "rung": intent.rung},
            params={"qty": intent.qty, "price": intent.price, "reason": reason},
        )


def tend_intents(draft: Draft) -> None:
    """What the living intents need: a search when their fate is unknown, executions when a fill is not booked."""
    for intent in draft.state.living:
        _tend(draft, intent)


def cancel(draft: Draft, intent: Intent) -> None:
    """Asks for a cancel, once every two seconds until the order is terminal."""
    draft.waiting = True
    if intent.status is IntentStatus.INTENDED and intent.epoch == draft.epoch and _unsent(draft, intent):
        gone = replace(intent, status=IntentStatus.DENIED, detail="cancelled before it was sent", updated_ms=draft.now)
        draft.commands = [
            command
            for command in draft.commands
            if not (isinstance(command, PlaceOrder) and command.intent.intent_id == intent.intent_id)
        ]
        draft.save(gone)
        _settled(draft, gone)
        return
    if draft.now - intent.cancel_sent_ms < CANCEL_RETRY_MS:
        return
    draft.save(replace(intent, cancel_sent_ms=draft.now))
    draft.commands.append(CancelOrder(intent.order_link_id, intent.intent_id))


def cancel_orphan(draft: Draft, order: OrderFact) -> None:
    """Cancels an open order that carries an id of ours but belongs to nothing that lives."""
    draft.finding(
        "orphan_order",
        FindingLevel.WARNING,
        data={"orderLinkId": order.order_link_id, "orderId": order.order_id},
    )
    draft.commands.append(CancelOrder(order.order_link_id, None))


def ours(order: OrderFact) -> bool:
    """Whether an order carries an id that a run of ours could have made."""
    return LINK_ID.fullmatch(order.order_link_id) is not None


def _tend(draft: Draft, intent: Intent) -> None:
    age = draft.now - intent.updated_ms
    if intent.status is IntentStatus.INTENDED:
        if intent.epoch != draft.epoch:
            # A Tick before this one wrote the intent and died: nobody knows whether the order left.
            intent = replace(intent, status=IntentStatus.UNRESOLVED, updated_ms=draft.now, checks=0)
            draft.save(intent)
            _entry_is_out(draft, intent)
            draft.read(resolve=intent)
        draft.waiting = True
        return
    if intent.status is IntentStatus.UNRESOLVED:
        draft.waiting = True
        if age >= RESOLVE_DELAYS_MS[min(intent.checks, len(RESOLVE_DELAYS_MS) - 1)]:
            draft.read(resolve=intent)
        return
    if intent.status.terminal or intent.booked_qty < intent.filled_qty:
        # The order says more than the executions we have booked: fetch them.
        draft.waiting = True
        if intent.status.terminal and age >= UNLISTED_AFTER_MS and draft.account_known:
            _do_without(draft, intent)
            return
        draft.read(snapshot=not draft.snapshot_seen)
        return
    if intent.order_type == "Market":
        draft.waiting = True
        if age >= STALE_ACK_MS and intent.status is IntentStatus.SENT:
            draft.read(resolve=intent)


def _do_without(draft: Draft, intent: Intent) -> None:
    """Lets an order go whose executions the exchange does not list: the account agrees, the books are not whole.

    Should they come after all, they are booked as late fills.
    """
    unlisted = intent.filled_qty - intent.booked_qty
    gone = replace(intent, unlisted_qty=unlisted, updated_ms=draft.now)
    draft.save(gone)
    draft.update(complete=False)
    draft.finding(
        "executions_missing",
        FindingLevel.CRITICAL,
        data={"orderId": intent.order_id, "orderLinkId": intent.order_link_id},
        params={"qty": unlisted, "filled": intent.filled_qty},
    )
    _settled(draft, gone)
    pause(draft, "executions_missing")


def _refused(draft: Draft, intent: Intent, outcome: Outcome) -> None:
    denied = outcome.kind is OutcomeKind.DENIED
    status = IntentStatus.DENIED if denied else IntentStatus.REJECTED
    gone = replace(intent, status=status, detail=f"{outcome.code} {outcome.message}", updated_ms=draft.now)
    draft.save(gone)
    flat = outcome.policy == "ALREADY_FLAT"
    if intent.kind is IntentKind.STEP and flat:
        # The position is gone, and with it what this step was to close.
        draft.update(reconcile_due="already_flat")
        return
    if denied and intent.kind.of_ladder and outcome.policy == "BACKOFF":
        _put_off(draft, gone, outcome.message)
        return
    rung_refused(draft, gone, outcome.message)
    if intent.kind is IntentKind.EXIT:
        draft.update(reconcile_due="exit_refused")
        _wait_before_next_exit(draft, 0 if denied else 1)
        if flat:
            return
    draft.error(
        "order_rejected",
        outcome.message,
        intent_id=intent.intent_id,
        params={"code": outcome.code, "policy": outcome.policy, "message": outcome.message},
    )
    _settled(draft, gone)
    if intent.kind.opens and outcome.policy in PAUSING:
        pause(draft, f"rejected_{outcome.policy.lower()}")


def _put_off(draft: Draft, intent: Intent, reason: str) -> None:
    """An order of the ladder that we held back ourselves, for it came too late or too many at once, is for later."""
    draft.emit(
        EventType.ORDER_UPDATE,
        intent.status.value,
        intent_id=intent.intent_id,
        data={"orderLinkId": intent.order_link_id},
        params={"reason": reason},
    )
    draft.change_rung(intent.rung, lambda rung: rung.put_off(draft.now))


def _wait_before_next_exit(draft: Draft, refusals: int) -> None:
    """After each exit that the exchange refuses the next waits twice as long, a minute at the most."""
    holding = draft.state.holding
    if holding is None:
        return
    wait = min(EXIT_RETRY_MS << min(holding.exit_refusals, 6), MOST_EXIT_RETRY_MS)
    draft.hold(next_exit_ms=draft.now + wait, exit_refusals=holding.exit_refusals + refusals)


def _sent(draft: Draft, intent: Intent, outcome: Outcome) -> None:
    unknown = outcome.unresolved
    draft.emit(
        EventType.ORDER_SENT,
        "unresolved" if unknown else intent.kind.value,
        severity=Severity.WARNING if unknown else Severity.INFO,
        intent_id=intent.intent_id,
        data={"orderLinkId": intent.order_link_id, "orderId": outcome.order_id, "outcome": outcome.kind.value},
        params={"side": intent.side.value, "qty": intent.qty, "message": outcome.message},
    )
    _entry_is_out(draft, intent)


def _entry_is_out(draft: Draft, intent: Intent) -> None:
    if intent.kind is IntentKind.ENTRY and draft.state.trading is TradingState.ARMED:
        draft.move_trading(TradingState.ENTRY_PENDING)


def _settled(draft: Draft, intent: Intent) -> None:
    """An entry that ended with nothing filled frees the strategy; an exit that did not suffice waits for the next."""
    if intent.kind is IntentKind.EXIT and intent.settled and draft.state.holding is not None:
        draft.hold(next_exit_ms=max(draft.state.holding.next_exit_ms, draft.now + EXIT_RETRY_MS))
    if intent.kind is not IntentKind.ENTRY or not intent.settled or draft.state.holding is not None:
        return
    nothing_held = not intent.filled_qty or intent.unlisted_qty
    if draft.state.trading in (TradingState.ARMED, TradingState.ENTRY_PENDING) and nothing_held:
        draft.move_trading(TradingState.IDLE)


def _live(draft: Draft, intent_id: str) -> Intent | None:
    return next((intent for intent in draft.state.living if intent.intent_id == intent_id), None)


def _matching(draft: Draft, order: OrderFact) -> Intent | None:
    return next((intent for intent in draft.state.living if intent.order_link_id == order.order_link_id), None)


def _unsent(draft: Draft, intent: Intent) -> bool:
    return any(
        isinstance(command, PlaceOrder) and command.intent.intent_id == intent.intent_id for command in draft.commands
    )
