"""The runtime: facts in, a decision out. Pure, so that a crash between any two steps can be replayed.

It is level-triggered: first the facts move the record, then each rule looks at where things stand and asks for what is
missing. Nothing depends on having seen an event at the moment it happened, so whatever a dead Tick left half done, the
next one finishes.
"""

from __future__ import annotations

from chalicelib.domain.runtime.decision import (
    CommandDone,
    Decision,
    Fact,
    Heard,
    Judged,
    NothingNew,
    OrderResolved,
    PlaceOrder,
    ReadFailed,
    SetLeverage,
    SetProtection,
    Situation,
    SnapshotRead,
)
from chalicelib.domain.runtime.draft import ERRORS_BEFORE_PAUSE, Draft
from chalicelib.domain.runtime.entering import consider_entry
from chalicelib.domain.runtime.events import EventType, Severity
from chalicelib.domain.runtime.fills import absorb_execution
from chalicelib.domain.runtime.halt import HaltMode
from chalicelib.domain.runtime.holding_on import ensure_exit, judge_holding
from chalicelib.domain.runtime.ladder import tend_ladder
from chalicelib.domain.runtime.messages import (
    CandleClosed,
    ExecutionUpdate,
    OrderUpdate,
    PauseRequested,
    PositionUpdate,
    Reconnected,
    ResumeRequested,
    SignalReceived,
    StopRequested,
)
from chalicelib.domain.runtime.order_life import absorb_order, cancel, order_answered, order_resolved, tend_intents
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind
from chalicelib.domain.runtime.outside_signals import act_on_outside_signal, hear
from chalicelib.domain.runtime.pausing import begin_stop, fail_start, pause
from chalicelib.domain.runtime.protection import hear_of_position, keep_protected, protection_answered, settle
from chalicelib.domain.runtime.reconcile import absorb_snapshot
from chalicelib.domain.runtime.record import BarView, RunRecord
from chalicelib.domain.runtime.states import RunStatus, StopReason
from chalicelib.domain.runtime.winding_down import wind_down
from chalicelib.domain.strategy.spec import OnStop

# Whoever is awake anyway reads an account that was read this long ago: what wakes a run each minute then brings the
# reading that is due each minute, and no other wake is needed for it.
STALE_READING_MS = 25_000
SAME_OUTAGE_MS = 10_000
START_WITHIN_MS = 5 * 60_000
# A stream that was never there has no gap to speak of: it has connected, not come back.
FIRST_CONNECTION_MS = 1_000


def decide(record: RunRecord, facts: tuple[Fact, ...], situation: Situation) -> Decision:
    """The decision that follows from a record, new facts and the present moment."""
    draft = Draft(record, situation)
    if not draft.state.status.terminal:
        for fact in facts:
            _absorb(draft, fact)
            if draft.ended:
                return draft.decision()
        _begin(draft)
        if not draft.ended:
            _watch_limits(draft)
            _act(draft)
    return draft.decision()


def _absorb(draft: Draft, fact: Fact) -> None:
    match fact:
        case OrderUpdate(order=order):
            absorb_order(draft, order)
        case ExecutionUpdate(execution=execution):
            absorb_execution(draft, execution)
        case PositionUpdate(position=position):
            if position.symbol == draft.terms.symbol:
                hear_of_position(draft, position)
        case SnapshotRead():
            absorb_snapshot(draft, fact)
        case OrderResolved():
            order_resolved(draft, fact)
        case CommandDone():
            _answered(draft, fact)
        case Judged():
            _judged(draft, fact)
        case SignalReceived():
            hear(draft, fact)
        case Heard():
            draft.heard = fact
        case ReadFailed():
            _read_failed(draft, fact)
        case NothingNew():
            draft.nothing_new = True
        case CandleClosed():
            pass
        case _:
            _requested(draft, fact)


def _requested(draft: Draft, fact: Reconnected | StopRequested | PauseRequested | ResumeRequested) -> None:
    match fact:
        case Reconnected(stream=stream, gap_ms=gap):
            params: dict[str, object] = {"stream": stream, "seconds": round(gap / 1000, 1)}
            if gap < FIRST_CONNECTION_MS:
                draft.emit(EventType.WS_RECONNECT, "connected", params=params)
            else:
                draft.emit(EventType.WS_RECONNECT, severity=Severity.WARNING, params=params)
            draft.update(reconcile_due=draft.state.reconcile_due or "reconnect")
        case StopRequested(reason=reason, policy=policy, actor=actor):
            begin_stop(draft, reason, policy, actor)
        case PauseRequested():
            pause(draft, "user")
        case ResumeRequested():
            if draft.state.status is RunStatus.PAUSED:
                draft.update(reconcile_due="resume")


def _answered(draft: Draft, fact: CommandDone) -> None:
    outcome = fact.outcome
    match fact.command:
        case PlaceOrder(intent=intent):
            order_answered(draft, intent.intent_id, outcome)
        case SetProtection():
            protection_answered(draft, outcome)
        case SetLeverage(leverage=leverage):
            _leverage_answered(draft, outcome, str(leverage))
        case _:
            # Acknowledged, refused or unknown: only the order's own status says what became of it.
            draft.update(reconcile_due=draft.state.reconcile_due or "cancel")


def _leverage_answered(draft: Draft, outcome: Outcome, leverage: str) -> None:
    if outcome.acknowledged:
        draft.update(leverage_set=True)
    elif outcome.kind in (OutcomeKind.REJECTED, OutcomeKind.DENIED) and outcome.policy not in ("BACKOFF", "CLOCK"):
        fail_start(draft, "leverage", outcome.message, {"leverage": leverage, "message": outcome.message})
    else:
        draft.read_failed = True
        draft.waiting = True


def _judged(draft: Draft, fact: Judged) -> None:
    judgement = fact.judgement
    if draft.state.bar is not None and judgement.open_time_ms <= draft.state.bar.open_time_ms:
        return
    first = draft.state.bar is None
    signal = judgement.signal.value if judgement.signal else None
    draft.update(
        bar=BarView(judgement.open_time_ms, judgement.close, signal, judgement.reasons),
        last_price=fact.price or judgement.close,
    )
    # The bar that had closed before the run began is history, not a signal.
    draft.judged = None if first else fact


def _read_failed(draft: Draft, fact: ReadFailed) -> None:
    draft.read_failed = True
    starting = draft.state.status in (RunStatus.QUEUED, RunStatus.STARTING)
    if fact.fatal and starting:
        fail_start(draft, "exchange_refused", fact.detail, {"what": fact.what, "detail": fact.detail})
        return
    variant = "exchange_refused" if fact.fatal else "exchange_unavailable"
    times = draft.state.error_times_ms
    if not times or draft.now - times[-1] >= SAME_OUTAGE_MS:
        draft.error(variant, fact.detail, params={"what": fact.what, "detail": fact.detail})
    draft.update(reconcile_due=draft.state.reconcile_due or "read_failed")
    if not fact.fatal:
        draft.waiting = True


def _begin(draft: Draft) -> None:
    """From queued to running: leverage set, account read and free of strangers."""
    state = draft.state
    if state.status is RunStatus.QUEUED:
        draft.update(started_ms=draft.now)
        draft.move_run(RunStatus.STARTING)
    if draft.state.status is not RunStatus.STARTING:
        return
    if draft.situation.instrument.status != "Trading":
        fail_start(draft, "symbol_closed", draft.situation.instrument.status, {"symbol": draft.terms.symbol})
    elif draft.now - draft.terms.created_ms > START_WITHIN_MS:
        fail_start(draft, "start_timeout", "the exchange could not be read", {})
    elif not draft.state.leverage_set:
        draft.waiting = True
        if not draft.read_failed:
            draft.commands.append(SetLeverage(draft.terms.leverage))
    elif draft.state.reconcile_due:
        draft.waiting = True
        draft.read(snapshot=not draft.snapshot_seen)
    else:
        draft.move_run(RunStatus.RUNNING)


def _watch_limits(draft: Draft) -> None:
    """What ends or pauses a run by itself."""
    state = draft.state
    if state.status not in (RunStatus.STARTING, RunStatus.RUNNING, RunStatus.PAUSED):
        return
    halt = draft.situation.halt
    if halt is not None and halt.mode is HaltMode.FLATTEN:
        begin_stop(draft, StopReason.KILL_SWITCH, OnStop.CLOSE_MARKET, halt.reason)
    elif draft.now >= draft.terms.deadline_ms:
        begin_stop(draft, StopReason.TIMEOUT)
    elif not draft.spec.enabled:
        begin_stop(draft, StopReason.SYSTEM, None, "strategy disabled")
    else:
        _watch_losses(draft)
    recent_errors = len(draft.state.error_times_ms) >= ERRORS_BEFORE_PAUSE
    if recent_errors and draft.spec.guards.pause_on_error and draft.state.status is RunStatus.RUNNING:
        draft.emit(EventType.RISK_BLOCKED, "pause_on_error", severity=Severity.ERROR)
        pause(draft, "errors")


def _watch_losses(draft: Draft) -> None:
    """Realised and unrealised, fees and funding in; reaching a limit stops the run (decision 14)."""
    state, risk = draft.state, draft.spec.risk
    net = state.ledger.net
    if state.holding is not None and state.last_price is not None:
        net += state.holding.unrealised(state.last_price)
    daily = risk.daily_loss_limit_usd
    if net <= -risk.max_loss_per_run_usd:
        limit, variant = risk.max_loss_per_run_usd, "max_loss_per_run"
    elif daily is not None and draft.terms.net_today + net <= -daily:
        limit, variant = daily, "daily_loss"
    else:
        return
    draft.emit(EventType.RISK_BLOCKED, variant, severity=Severity.ERROR, params={"net": net, "limit": limit})
    begin_stop(draft, StopReason.RISK)


def _act(draft: Draft) -> None:
    """Each rule in turn asks for what is missing."""
    status = draft.state.status
    if status not in (RunStatus.RUNNING, RunStatus.PAUSED, RunStatus.STOPPING):
        return
    tend_intents(draft)
    judge_holding(draft)
    keep_protected(draft)
    settle(draft)
    if status is RunStatus.STOPPING:
        wind_down(draft)
    elif status is RunStatus.PAUSED or draft.situation.halt is not None:
        _take_entry_back(draft)
    if draft.ended:
        return
    _expire_limit_entry(draft)
    ensure_exit(draft)
    tend_ladder(draft)
    consider_entry(draft)
    act_on_outside_signal(draft)
    _read_what_is_due(draft)


def _take_entry_back(draft: Draft) -> None:
    entry = draft.state.entry
    if entry is not None and not entry.status.terminal:
        cancel(draft, entry)


def _expire_limit_entry(draft: Draft) -> None:
    entry = draft.state.entry
    if entry is None or not entry.expires_market_ms or entry.status.terminal:
        return
    if draft.situation.market_now_ms >= entry.expires_market_ms:
        cancel(draft, entry)


def _read_what_is_due(draft: Draft) -> None:
    """Candles when a bar must have closed; the account when something asks for it or its reading is stale."""
    length = draft.terms.timeframe.milliseconds
    newest_closed = draft.terms.timeframe.open_time(draft.situation.market_now_ms) - length
    bar = draft.state.bar
    if draft.state.status is not RunStatus.STOPPING and (bar is None or newest_closed > bar.open_time_ms):
        draft.read(candles=True)
    due = draft.state.reconcile_due or draft.now - draft.state.reconciled_ms >= STALE_READING_MS
    if due and draft.snapshot_seen:
        # What asks came after that reading, or is not answered by it.
        draft.waiting = True
    elif due:
        draft.read(snapshot=True)
