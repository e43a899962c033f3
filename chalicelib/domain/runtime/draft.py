"""A decision in the making: the state so far, and everything that will be written and done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decision import Booked, Command, Decision, Heard, Judged, Reads, Situation
from chalicelib.domain.runtime.events import EventType, FindingLevel, RunEvent, Severity
from chalicelib.domain.runtime.facts import ExecutionFact
from chalicelib.domain.runtime.intent import Intent, IntentKind, IntentStatus, numbered, order_link_id
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.domain.runtime.rung import Rung
from chalicelib.domain.runtime.states import RunStatus, TradingState
from chalicelib.domain.runtime.transitions import check_run, check_trading

ERRORS_BEFORE_PAUSE = 3
ERROR_WINDOW_MS = 5 * 60_000
UNREADABLE_AFTER_MS = 2 * 60_000
"""How long an account that cannot be read is asked again without a pause by a run that has to know it."""
NEXT_EXIT_SOON_MS = 10_000


Params = dict[str, object]


class Draft:
    """Collects one decision. Every change of state goes through it, so none goes unlogged."""

    def __init__(self, record: RunRecord, situation: Situation) -> None:
        self.terms = record.terms
        self.epoch = record.epoch
        self.situation = situation
        self.now = situation.now_ms
        self.spec = situation.spec
        self.state: RunState = replace(record.state)
        self.commands: list[Command] = []
        self.judged: Judged | None = None
        self.heard: Heard | None = None
        self.snapshot_seen = False
        self.read_failed = False
        self.nothing_new = False
        self.waiting = False
        self.ended = False
        self.halt = ""
        self.booked: list[Booked] = []
        self._booked_ids: set[str] = set()
        self._reads = Reads()
        self._events: list[RunEvent] = []
        self._intents: dict[str, Intent] = {}

    def update(self, **changes: Any) -> None:
        """Replaces fields of the state, which is this draft's own copy."""
        for name, value in changes.items():
            setattr(self.state, name, value)

    def read(self, *, candles: bool = False, snapshot: bool = False, resolve: Intent | None = None) -> None:
        """Asks for readings before the next decision. Right after one has failed nothing is asked.

        Candles that had nothing new a moment ago are waited for: the exchange shows a bar a little after its close.
        """
        if self.read_failed:
            return
        if candles and self.nothing_new:
            candles, self.waiting = False, True
        resolves = self._reads.resolve + ((resolve,) if resolve is not None else ())
        self._reads = Reads(self._reads.candles or candles, self._reads.snapshot or snapshot, resolves)

    def emit(
        self,
        type_: EventType,
        variant: str = "",
        *,
        severity: Severity = Severity.INFO,
        intent_id: str | None = None,
        data: dict[str, Any] | None = None,
        params: Params | None = None,
    ) -> None:
        """Adds a line to the log; ``params`` fill the line ``events.<type>[.<variant>]`` of the dictionaries."""
        seq = self.state.event_seq + 1
        key = f"events.{type_.value}.{variant}" if variant else f"events.{type_.value}"
        texts = {name: plain(value) for name, value in (params or {}).items()}
        self._events.append(RunEvent(seq, self.now, type_, key, severity, intent_id, texts, data or {}))
        self.state.event_seq = seq

    def move_run(self, status: RunStatus) -> None:
        """Moves the run by the published table and logs it."""
        before = self.state.status
        if before is status:
            return
        cause = check_run(before, status)
        self.update(status=status)
        data = {"machine": "run", "from": before.value, "to": status.value, "cause": cause}
        self.emit(EventType.STATE_TRANSITION, "run", data=data, params={"from": before.value, "to": status.value})

    def move_trading(self, trading: TradingState) -> None:
        """Moves trading by the published table and logs it."""
        before = self.state.trading
        if before is trading:
            return
        cause = check_trading(before, trading)
        self.update(trading=trading)
        data = {"machine": "trading", "from": before.value, "to": trading.value, "cause": cause}
        self.emit(EventType.STATE_TRANSITION, "trading", data=data, params={"from": before.value, "to": trading.value})

    def hold(self, **changes: Any) -> Holding:
        """Replaces fields of the holding, which must exist."""
        holding = self.state.holding
        if holding is None:
            raise AssertionError("there is no holding to change")
        changed = replace(holding, **changes)
        self.update(holding=changed)
        return changed

    def save(self, intent: Intent) -> None:
        """Keeps a changed intent: on the state while it lives, and in its row always."""
        if intent.kind.of_ladder:
            living = {order.intent_id: order for order in self.state.ladder} | {intent.intent_id: intent}
            self.update(ladder=tuple(order for order in living.values() if not order.settled))
        else:
            slot = "entry" if intent.kind is IntentKind.ENTRY else "exit"
            self.update(**{slot: None if intent.settled else intent})
        self._intents[intent.intent_id] = intent

    def book(self, execution: ExecutionFact, intent_id: str, exit_reason: str) -> None:
        """Notes an execution as booked."""
        self.booked.append(Booked(execution, intent_id, exit_reason))
        self._booked_ids.add(execution.exec_id)

    def change_rung(self, number: int, change: Callable[[Rung], Rung]) -> None:
        """Changes one rung of what is held, if anything is."""
        holding = self.state.holding
        if holding is not None:
            self.hold(rungs=tuple(change(rung) if rung.number == number else rung for rung in holding.rungs))

    @property
    def account_known(self) -> bool:
        """Whether the account has been read for this decision, and agrees with the record."""
        return self.snapshot_seen and not self.state.reconcile_due and not self.state.mismatch_ms

    def has_booked(self, exec_id: str) -> bool:
        """Whether this decision has booked the execution already."""
        return exec_id in self._booked_ids

    def new_intent(
        self,
        kind: IntentKind,
        *,
        side: Side,
        qty: Decimal,
        order_type: str,
        reason: str,
        price: Decimal | None = None,
        stop_loss: Decimal | None = None,
        take_profit: Decimal | None = None,
        level_inputs: dict[str, Decimal] | None = None,
        expires_market_ms: int = 0,
        rung: int = 0,
    ) -> Intent:
        """The run's next intent, written with this decision and sent after it."""
        number = self.state.intent_seq + 1
        self.update(intent_seq=number)
        intent = Intent(
            intent_id=numbered(number),
            kind=kind,
            order_link_id=order_link_id(self.terms.prefix, self.terms.run_id, kind, number),
            symbol=self.terms.symbol,
            side=side,
            order_type=order_type,
            qty=qty,
            price=price,
            stop_loss=stop_loss,
            take_profit=take_profit,
            reason=reason,
            epoch=self.epoch,
            status=IntentStatus.INTENDED,
            created_ms=self.now,
            updated_ms=self.now,
            level_inputs=level_inputs or {},
            expires_market_ms=expires_market_ms,
            rung=rung,
        )
        self.save(intent)
        self.emit(
            EventType.ORDER_INTENT_CREATED,
            kind.value,
            intent_id=intent.intent_id,
            data={"orderLinkId": intent.order_link_id, "reason": reason},
            params={
                "side": side.value,
                "qty": qty,
                "symbol": self.terms.symbol,
                "price": price if price is not None else order_type,
                "stopLoss": stop_loss,
                "takeProfit": take_profit,
                "reason": reason,
                "rung": rung,
            },
        )
        return intent

    def error(self, variant: str, detail: str, *, intent_id: str | None = None, params: Params | None = None) -> None:
        """Logs an error and counts it towards pauseOnError."""
        self.emit(
            EventType.ERROR,
            variant,
            severity=Severity.ERROR,
            intent_id=intent_id,
            data={"detail": detail},
            params=params,
        )
        recent = tuple(at for at in self.state.error_times_ms if at > self.now - ERROR_WINDOW_MS)
        counts = self.state.counts.plus(errors=1)
        self.update(error_times_ms=(*recent[-ERRORS_BEFORE_PAUSE:], self.now), counts=counts)

    def _urgent(self) -> bool:
        state = self.state
        if self.read_failed and self.now - state.reconciled_ms > UNREADABLE_AFTER_MS:
            # Refused or away for long: asked again at the pace of the supervision, not without a pause.
            return False
        if state.holding is not None and state.holding.next_exit_ms - self.now > NEXT_EXIT_SOON_MS:
            return False
        if state.status is RunStatus.STOPPING:
            return True
        if state.holding is not None and (state.holding.protected_ms is None or state.holding.closing):
            return True
        return any(intent.status is IntentStatus.UNRESOLVED for intent in state.living)

    def finding(
        self, variant: str, level: FindingLevel, *, data: dict[str, Any] | None = None, params: Params | None = None
    ) -> None:
        """Logs a difference between the record and the exchange; ``data.level`` says how grave it is."""
        told = {**(data or {}), "level": level.value}
        self.emit(EventType.FINDING, variant, severity=level.severity, data=told, params=params)

    def decision(self) -> Decision:
        """The finished decision."""
        return Decision(
            state=self.state,
            events=tuple(self._events),
            intents=tuple(self._intents.values()),
            fills=tuple(self.booked),
            commands=tuple(self.commands),
            reads=self._reads,
            waiting=self.waiting,
            urgent=self._urgent(),
            ended=self.ended,
            halt=self.halt,
        )


def plain(value: object) -> str:
    """A value as the dictionaries take it: decimals without exponent, nothing as an em dash."""
    if type(value) is str:
        return value
    if value is None:
        return "—"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    return str(value)
