"""Starts a run: terms agreed, slots taken, execution begun. A repeat with the same key finds the first one's run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.account_ports import BotRepository, ConnectionRepository, ReusedKey, StrategyRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.errors import Finding, InvalidDocument
from chalicelib.domain.runtime.events import EventType, RunEvent
from chalicelib.domain.runtime.record import RunRecord, RunState, RunTerms
from chalicelib.domain.runtime.refusals import RunConflict
from chalicelib.domain.strategy.live import not_traded_live
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.workspace.bot import Bot
from chalicelib.identity_ports import AccountRepository
from chalicelib.ports import Clock, Conflict, Ids, NotFound
from chalicelib.run_ports import KillSwitch, RunStore, StartLimits, Workflow
from chalicelib.services.instruments import Instruments

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DAY_MS = 86_400_000
_LOOK_BACK = 100
_LEVERAGE = Decimal(5)
_ASKED = "askedMinutes"


@dataclass(frozen=True, slots=True)
class StartRun:
    """Use-case: a trader starts a bot for some minutes."""

    accounts: AccountRepository
    bots: BotRepository
    connections: ConnectionRepository
    strategies: StrategyRepository
    instruments: Instruments
    store: RunStore
    workflow: Workflow
    kill_switch: KillSwitch
    clock: Clock
    ids: Ids

    def __call__(
        self, actor: Actor, bot_id: str, duration_minutes: int | None, idempotency_key: str | None
    ) -> RunRecord:
        """The run, queued; for a repeat the first request's run as it is now, whatever would refuse a new one.

        Raises ReusedKey (the key has started a run for another duration), and for what is not a repeat NotFound,
        InvalidDocument, UnknownSymbol, RunConflict, ExchangeUnavailable.
        """
        run_id = self._run_id(actor, bot_id, idempotency_key)
        run = None if idempotency_key is None else self._started_before(run_id, duration_minutes)
        if run is None:
            run = self._started_now(actor, bot_id, run_id, duration_minutes)
        if not run.state.status.terminal:
            # Also for a repeat: the first request may have ended between its two writes.
            self.workflow.start(run_id, 0, run.terms.deadline_ms)
        return run

    def _started_before(self, run_id: str, asked: int | None) -> RunRecord | None:
        """The run that the same request has started before. Raises ReusedKey when that was another request."""
        try:
            run = self.store.get(run_id)
        except NotFound:
            return None
        (queued,) = self.store.events(run_id, 0, 1)
        if _ASKED in queued["data"]:
            is_repeat = queued["data"][_ASKED] == asked
        else:
            # A run from before this was written down: nobody knows whether its duration was asked for or the default.
            is_repeat = asked in (None, run.terms.duration_minutes)
        if not is_repeat:
            raise ReusedKey(run_id)
        return run

    def _started_now(self, actor: Actor, bot_id: str, run_id: str, asked: int | None) -> RunRecord:
        bot = self.bots.get(actor.workspace_id, bot_id)
        limits = self.accounts.workspace(actor.workspace_id).limits
        record = self._terms(actor, bot, run_id, _minutes(asked, limits))
        queued = RunEvent(
            seq=1,
            at_ms=record.terms.created_ms,
            type=EventType.RUN_QUEUED,
            key="events.run_queued",
            params={"symbol": bot.symbol, "minutes": str(record.terms.duration_minutes), "bot": bot.name},
            data={"strategyVersion": bot.strategy_version, _ASKED: asked},
        )
        try:
            return self.store.create(
                record, queued, StartLimits(limits.max_active_runs, limits.start_cooldown_seconds * 1000)
            )
        except Conflict as conflict:
            # A twin of this request was quicker, between the look and the write.
            twin = self._started_before(run_id, asked) if conflict.what == "run" else None
            if twin is not None:
                return twin
            refusal = _refusal(conflict, bot, limits)
            if refusal is None:
                raise
            raise refusal from conflict

    def _terms(self, actor: Actor, bot: Bot, run_id: str, minutes: int) -> RunRecord:
        halt = self.kill_switch.engaged(actor.workspace_id)
        if halt is not None:
            raise RunConflict("trading.off", reason=halt.reason)
        connection = self.connections.get(actor.workspace_id, bot.connection_id)
        if not connection.usable:
            raise RunConflict("run.connection_not_tested")
        if not connection.outlives(self.clock.now_ms() + minutes * 60_000):
            raise RunConflict("run.key_expires")
        version = self.strategies.version(actor.workspace_id, bot.strategy_id, bot.strategy_version)
        spec = parse_strategy(version.normalised)
        if not spec.enabled:
            raise RunConflict("run.strategy_disabled")
        findings = not_traded_live(spec)
        if findings:
            raise InvalidDocument(findings)
        instrument = self.instruments.get(bot.symbol)
        instrument.require_tradable("/symbol")
        now = self.clock.now_ms()
        terms = RunTerms(
            run_id=run_id,
            workspace_id=actor.workspace_id,
            user_id=actor.user_id,
            bot_id=bot.bot_id,
            bot_name=bot.name,
            strategy_id=bot.strategy_id,
            strategy_version=bot.strategy_version,
            connection_id=bot.connection_id,
            symbol=bot.symbol,
            timeframe=spec.timeframe,
            intervals=tuple(dict.fromkeys((spec.timeframe, *spec.timeframes))),
            env=connection.env,
            duration_minutes=minutes,
            created_ms=now,
            deadline_ms=now + minutes * 60_000,
            prefix=spec.execution.client_order_id_prefix,
            leverage=min(_LEVERAGE, instrument.max_leverage),
            instrument=instrument,
            net_today=self._net_today(actor, bot.bot_id, now),
            slots=(),
        )
        return RunRecord(terms=terms, state=RunState(event_seq=1))

    def _net_today(self, actor: Actor, bot_id: str, now: int) -> Decimal:
        """What the bot's runs that ended this UTC day have earned together."""
        midnight = now - now % _DAY_MS
        page = self.store.of_workspace(actor.workspace_id, bot_id=bot_id, active=False, limit=_LOOK_BACK, cursor=None)
        ended = (record.state for record in page.items if record.state.ended_ms >= midnight)
        return sum((state.ledger.net for state in ended), Decimal(0))

    def _run_id(self, actor: Actor, bot_id: str, key: str | None) -> str:
        """A fresh ULID, or 26 of its characters made from the request's key, so that a repeat names the same run."""
        if key is None:
            return self.ids.ulid()
        digest = int.from_bytes(hashlib.sha256(f"{actor.workspace_id}:{bot_id}:{key}".encode()).digest()[:16])
        letters = []
        for _ in range(25):
            digest, digit = divmod(digest, 32)
            letters.append(_CROCKFORD[digit])
        return "0" + "".join(letters)


def _refusal(conflict: Conflict, bot: Bot, limits: WorkspaceLimits) -> RunConflict | None:
    """What a taken slot means to who starts a run; None for any other conflict."""
    if conflict.what == "symbol":
        return RunConflict("run.symbol_busy", symbol=bot.symbol)
    if conflict.what == "quota":
        return RunConflict("run.quota", limit=str(limits.max_active_runs))
    if conflict.what == "cooldown":
        return RunConflict("run.cooldown", seconds=str(limits.start_cooldown_seconds))
    return None


def _minutes(asked: int | None, limits: WorkspaceLimits) -> int:
    minutes = limits.default_duration_minutes if asked is None else asked
    if not 1 <= minutes <= limits.max_duration_minutes:
        detail = f"{minutes} is outside 1 to {limits.max_duration_minutes} minutes"
        params = {"min": "1", "max": str(limits.max_duration_minutes)}
        raise InvalidDocument([Finding("/durationMinutes", detail, "run.duration_out_of_range", params)])
    return minutes
