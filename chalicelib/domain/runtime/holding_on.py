"""What a bar means for a position that is held: move the stop, leave by indicator, by the opposite signal or by time.

Priority on one bar is SL, trailing, indicator, TP, time (decision 17); SL, TP and trailing stand on the exchange.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decision import PlaceOrder
from chalicelib.domain.runtime.draft import Draft
from chalicelib.domain.runtime.events import EventType
from chalicelib.domain.runtime.intent import IntentKind
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.protection import close
from chalicelib.domain.strategy.levels import protective_stop
from chalicelib.domain.strategy.spec import OnOpposite


def judge_holding(draft: Draft) -> None:
    """Applies a fresh bar to the holding."""
    holding, judged = draft.state.holding, draft.judged
    if holding is None or judged is None or holding.closing:
        return
    judgement = judged.judgement
    if judgement.open_time_ms < holding.entry_bar_ms:
        return
    leave = judgement.exit_long if holding.side is Side.BUY else judgement.exit_short
    opposite = judgement.signal is holding.side.opposite and draft.spec.entry.on_opposite is not OnOpposite.IGNORE
    bars = (judgement.open_time_ms - holding.entry_bar_ms) // draft.terms.timeframe.milliseconds + 1
    max_bars = draft.spec.exit.max_bars
    if leave:
        _leave(draft, judgement, "indicator_exit")
    elif opposite:
        leave_by_opposite(draft, judgement)
    elif max_bars is not None and bars >= max_bars:
        _leave(draft, judgement, "time_exit")
    else:
        _move_stop(draft, holding, judgement)


def leave_by_opposite(draft: Draft, judgement: Judgement) -> None:
    """Closes because of a signal against the position, and turns round by it if the strategy says so."""
    _leave(draft, judgement, "opposite_signal")
    if draft.spec.entry.on_opposite is OnOpposite.REVERSE:
        draft.update(reversal=judgement)


def ensure_exit(draft: Draft) -> None:
    """Sends the closing order of a holding that is to be closed, again after each one that did not suffice."""
    holding = draft.state.holding
    if holding is None or not holding.closing:
        return
    draft.waiting = True
    if draft.state.exit is not None or draft.now < holding.next_exit_ms:
        return
    if draft.state.reconcile_due == "exit_refused" and not draft.read_failed:
        # The exchange refused an exit: look at the position before the next one.
        draft.read(snapshot=not draft.snapshot_seen)
        return
    instrument = draft.situation.instrument
    qty = min(holding.qty, instrument.max_market_order_qty)
    intent = draft.new_intent(
        IntentKind.EXIT, side=holding.side.opposite, qty=qty, order_type="Market", reason=holding.closing
    )
    draft.commands.append(PlaceOrder(intent))


def _leave(draft: Draft, judgement: Judgement, reason: str) -> None:
    draft.emit(
        EventType.SIGNAL_GENERATED,
        reason,
        data={"openTimeMs": judgement.open_time_ms},
        params={"close": judgement.close},
    )
    close(draft, reason)


def _move_stop(draft: Draft, holding: Holding, judgement: Judgement) -> None:
    """Tightens the stop. Of a bar in whose midst the position was opened only the close counts: its extremes may have
    come before."""
    favourable = judgement.high if holding.side is Side.BUY else judgement.low
    amid = judgement.open_time_ms == holding.entry_bar_ms and not holding.from_open
    seen = judgement.close if amid else favourable
    best = holding.best_price or holding.entry_price
    if (seen - best) * holding.side.sign > 0:
        best = seen
    changed = replace(holding, best_price=best)
    draft.update(holding=changed)
    if changed.stop_loss is None or not changed.levels_final:
        return
    try:
        stop = protective_stop(
            draft.spec,
            changed.side,
            changed.entry_price,
            best,
            changed.stop_loss,
            changed.level_inputs,
            draft.situation.instrument,
        )
    except InvalidOrder as refused:
        draft.error("trailing", refused.findings[0].detail, params={"detail": refused.findings[0].detail})
        return
    if stop != changed.stop_loss and (judgement.close - stop) * changed.side.sign <= 0:
        # The price has come back behind the stop that its best has earned: the exchange would refuse it, as a backtest
        # leaves at the next open.
        close(draft, "stop_passed")
    elif stop != changed.stop_loss:
        draft.hold(stop_loss=stop, protect_tries=0, next_protect_ms=0)
