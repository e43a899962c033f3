"""Signals from outside: an entry of type ``external`` is asked for by a webhook instead of by a bar (decision 8b).

A signal is acted on at once, as if it had stood on the newest closed bar: the strategy's other conditions are those of
that bar, and every guard of an entry holds. It is good for a minute; it is traded once or not at all, it never waits
for the run to be free, and a newer one overtakes it. The order of signals is that of their acceptance, so an older one
that arrives late changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.runtime.decision import Heard, Judged
from chalicelib.domain.runtime.draft import Draft, Params
from chalicelib.domain.runtime.entering import may_open, open_by
from chalicelib.domain.runtime.events import EventType, Severity
from chalicelib.domain.runtime.holding_on import leave_by_opposite
from chalicelib.domain.runtime.messages import SignalReceived
from chalicelib.domain.runtime.states import RunStatus
from chalicelib.domain.strategy.live import sides_from_outside
from chalicelib.domain.strategy.spec import OnOpposite


def hear(draft: Draft, signal: SignalReceived) -> None:
    """Keeps a signal to be acted on, unless it, or a later one, was heard before."""
    key, last = (signal.at_ms, signal.event_id), draft.state.outside_last
    if key == last:
        return
    draft.emit(
        EventType.SIGNAL_GENERATED,
        "outside",
        data={"eventId": signal.event_id, "atMs": signal.at_ms},
        params={"side": signal.side.value, "eventId": signal.event_id},
    )
    if signal.side not in sides_from_outside(draft.spec):
        _drop(draft, signal, "signal_not_asked", {})
        return
    if key < last:
        _drop(draft, signal, "signal_overtaken", {})
        return
    if draft.state.outside is not None:
        _drop(draft, draft.state.outside, "signal_overtaken", {})
    draft.update(outside=signal, outside_last=key)


def act_on_outside_signal(draft: Draft) -> None:
    """Opens, turns or closes by the signal that waits, or says why not. Without a judgement of it, asks for one."""
    signal, status = draft.state.outside, draft.state.status
    if signal is None:
        return
    if status is not RunStatus.RUNNING:
        _drop(draft, signal, "signal_not_running", {"status": status.value})
    elif draft.now > signal.good_until_ms:
        _drop(draft, signal, "signal_stale", {"seconds": (draft.now - signal.at_ms) // 1000})
    elif draft.heard is None or draft.heard.event_id != signal.event_id:
        draft.read(candles=True)
    elif not _newest(draft, draft.heard):
        # The next bar has closed and cannot be read yet: it is asked for anyway, and the signal waits for it.
        return
    else:
        draft.update(outside=None)
        _act(draft, signal, draft.heard)


def _act(draft: Draft, signal: SignalReceived, heard: Heard) -> None:
    if heard.judgement.signal is not signal.side:
        _drop(draft, signal, "signal_conditions", {})
        return
    # What the price has moved since the signal counts, not since the bar; without its price nothing is known of that.
    reference = signal.price or heard.price or heard.judgement.close
    judgement = replace(heard.judgement, close=reference)
    holding, rule = draft.state.holding, draft.spec.entry.on_opposite
    if may_open(draft):
        draft.update(reversal=None)
        open_by(draft, Judged(judgement, heard.price), signal.side, event_id=signal.event_id)
    elif (
        holding is not None
        and not holding.closing
        and signal.side is holding.side.opposite
        and rule is not OnOpposite.IGNORE
    ):
        leave_by_opposite(draft, judgement)
    else:
        _drop(draft, signal, "signal_busy", {})


def _newest(draft: Draft, heard: Heard) -> bool:
    length = draft.terms.timeframe.milliseconds
    newest = draft.terms.timeframe.open_time(draft.situation.market_now_ms) - length
    return heard.judgement.open_time_ms >= newest


def _drop(draft: Draft, signal: SignalReceived, variant: str, params: Params) -> None:
    """Logs that a signal is not traded, and forgets it."""
    if draft.state.outside is not None and draft.state.outside.event_id == signal.event_id:
        draft.update(outside=None)
    draft.emit(
        EventType.RISK_BLOCKED,
        variant,
        severity=Severity.WARNING,
        data={"eventId": signal.event_id},
        params={"side": signal.side.value, "eventId": signal.event_id, **params},
    )
