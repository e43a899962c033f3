"""A position is never without a stop: levels, their verification, and what happens when they cannot be set (C-18)."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.runtime.decision import SetProtection
from chalicelib.domain.runtime.draft import Draft
from chalicelib.domain.runtime.events import EventType, FindingLevel
from chalicelib.domain.runtime.facts import PositionFact
from chalicelib.domain.runtime.orders import Outcome, ProtectionRequest
from chalicelib.domain.runtime.pausing import pause
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.states import RunStatus, TradingState
from chalicelib.domain.strategy.levels import levels
from chalicelib.domain.strategy.spec import OnSlTpFailure

TRY_DELAYS_MS = (500, 1000, 2000)


def hear_of_position(draft: Draft, position: PositionFact) -> None:
    """Takes a position of the stream, unless it is from before what has been seen: messages may be late, and may tell
    of the position before this one. One without a time counts; so does a reading, which is asked for after what it
    answers."""
    holding = draft.state.holding
    if holding is not None and (not position.updated_ms or position.updated_ms >= holding.seen_ms):
        see_position(draft, position)


def see_position(draft: Draft, position: PositionFact) -> None:
    """Takes from the exchange's position whether SL and TP are in place. Sizes are compared elsewhere."""
    holding = draft.state.holding
    if holding is None or position.flat or position.side is not holding.side:
        return
    before = (holding.seen_stop_loss, holding.seen_take_profit)
    seen = (position.stop_loss, position.take_profit)
    has_stop = position.stop_loss is not None
    changed = draft.hold(
        seen_stop_loss=position.stop_loss,
        seen_take_profit=position.take_profit,
        seen_qty=position.size,
        seen_ms=max(holding.seen_ms, position.updated_ms),
        protected_ms=(holding.protected_ms or draft.now) if has_stop else None,
    )
    if seen != before and has_stop:
        changed = draft.hold(protect_tries=0, next_protect_ms=0)
        draft.emit(
            EventType.TRADING_STOP_SET,
            intent_id=holding.intent_id or None,
            data={"final": changed.in_sync},
            params={"stopLoss": position.stop_loss, "takeProfit": position.take_profit},
        )
    settle(draft)


def settle(draft: Draft) -> None:
    """A fill whose protection has been seen makes it IN_POSITION."""
    holding = draft.state.holding
    if holding is None or holding.protected_ms is None or holding.closing:
        return
    if draft.state.trading is TradingState.ENTRY_PENDING:
        draft.move_trading(TradingState.IN_POSITION)


def keep_protected(draft: Draft) -> None:
    """Asks for what the holding lacks: levels at the fill's own price, a look at the exchange, or a new try."""
    holding = _anchor(draft)
    if holding is None or holding.closing:
        return
    if holding.protected_ms is not None and holding.in_sync:
        return
    if holding.protected_ms is not None and not holding.seen_at_size:
        # A fill is known to one side alone, and may have brought its own levels: ours are not put in their place before
        # both agree. A stop is there meanwhile.
        draft.read(snapshot=not draft.snapshot_seen)
        draft.waiting = True
        return
    price = draft.state.last_price
    if holding.protected_ms is None and price is not None and holding.stop_passed(price):
        close(draft, "stop_passed")
        return
    if not draft.snapshot_seen and holding.protected_ms is None and holding.protect_tries == 0:
        draft.read(snapshot=True)
        draft.waiting = True
        return
    if holding.protect_tries >= len(TRY_DELAYS_MS):
        _give_up(draft, holding)
        return
    if draft.now >= holding.next_protect_ms:
        _try(draft, holding)
    draft.waiting = True


def protection_answered(draft: Draft, outcome: Outcome) -> None:
    """An answer to a try. Acknowledged is not in place: the exchange's position has to show it."""
    holding = draft.state.holding
    if holding is None:
        return
    if outcome.acknowledged:
        draft.read(snapshot=True)
        return
    if outcome.policy == "ALREADY_FLAT":
        draft.update(reconcile_due="already_flat")
        return
    draft.error(
        "protection",
        outcome.message,
        intent_id=holding.intent_id or None,
        params={"code": outcome.code, "try": holding.protect_tries},
    )


def close(draft: Draft, reason: str) -> None:
    """Marks the holding for closing; the exit order follows by itself, again and again until flat."""
    holding = draft.state.holding
    if holding is None or holding.closing:
        return
    draft.hold(closing=reason)
    # Whoever asks for it after the exits were looked at is not left waiting for the next wake.
    draft.waiting = True
    if draft.state.trading in (TradingState.IN_POSITION, TradingState.ENTRY_PENDING, TradingState.PAUSED):
        draft.move_trading(TradingState.EXIT_PENDING)


def _anchor(draft: Draft) -> Holding | None:
    """The levels at the price of the whole fill, once it is whole (they travelled with the order at a guess)."""
    holding = draft.state.holding
    if holding is None or holding.closing or holding.levels_final or draft.state.entry is not None:
        return holding
    try:
        anchored = levels(
            draft.spec, holding.side, holding.entry_price, holding.level_inputs, draft.situation.instrument
        )
    except InvalidOrder:
        return draft.hold(levels_final=True)
    return draft.hold(
        stop_loss=anchored.stop_loss,
        take_profit=anchored.take_profit,
        levels_final=True,
        protect_tries=0,
        next_protect_ms=0,
    )


def _try(draft: Draft, holding: Holding) -> None:
    if holding.stop_loss is None:
        close(draft, "unprotected")
        return
    tries = holding.protect_tries
    draft.hold(protect_tries=tries + 1, next_protect_ms=draft.now + TRY_DELAYS_MS[tries])
    request = ProtectionRequest(draft.terms.symbol, holding.stop_loss, holding.take_profit, holding.intent_id)
    draft.commands.append(SetProtection(request))


def _give_up(draft: Draft, holding: Holding) -> None:
    if draft.now < holding.next_protect_ms:
        draft.waiting = True
        return
    if holding.protected_ms is not None:
        # A stop is in place, only not where we want it: adopt what is there rather than sell the position.
        draft.update(holding=replace(holding, stop_loss=holding.seen_stop_loss, take_profit=holding.seen_take_profit))
        draft.finding(
            "levels_adopted",
            FindingLevel.WARNING,
            params={"stopLoss": holding.seen_stop_loss, "takeProfit": holding.seen_take_profit},
        )
        return
    policy = draft.spec.execution.on_sl_tp_failure
    draft.error("unprotected", "stop loss could not be set", params={"policy": policy.value})
    if policy is OnSlTpFailure.CLOSE_MARKET or draft.state.status is RunStatus.STOPPING:
        close(draft, "unprotected")
    else:
        draft.hold(protect_tries=0, next_protect_ms=draft.now + 5000)
        pause(draft, "unprotected")
