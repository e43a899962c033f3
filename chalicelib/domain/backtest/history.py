"""From candidates to trades: which signals were taken, one position at a time, and what each brought.

With a fixed quantity the walk is a jump from candidate to candidate and the money is computed in arrays. With sizing by
risk every entry is sized with the live bot's own functions, in order, since it depends on the equity before it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from chalicelib.domain.backtest.outcome import ExitReason, Leg, Outcome
from chalicelib.domain.backtest.scene import Scene
from chalicelib.domain.backtest.sizing import LossLimits, entry_qty
from chalicelib.domain.backtest.static_exits import StaticExits
from chalicelib.domain.backtest.trades import Legs, TradeRow, Trades
from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.market.bars import Floats, Ints
from chalicelib.domain.market.side import Side


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """The position that the end of the data found open; it is no trade and counts nowhere."""

    side: Side
    qty: float
    entry_price: float
    entry_time_ms: int
    unrealised: float


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What was traded. ``refused`` counts entries that were not taken, by reason; ``stopped_by`` names a loss limit."""

    trades: Trades
    open_position: OpenPosition | None
    refused: dict[str, int]
    stopped_by: str | None


class Exits(Protocol):
    """Says what becomes of a candidate that is taken with a quantity."""

    def outcome(self, candidate: int, qty: float, /) -> Outcome:
        """The outcome of the candidate."""


def fixed_history(scene: Scene, exits: StaticExits) -> History:
    """The history of a static strategy with a fixed quantity, all in arrays."""
    candidates, count = scene.candidates, len(scene.candidates)
    taken: list[int] = []
    at = 0
    while at < count:
        begin, following = exits.following(at)
        end = begin + len(following)
        while at < end:
            taken.append(at)
            at = following[at - begin]
    rows = np.array(taken, np.int64)
    valid = candidates.valid[rows]
    refused = {"level_wrong_side": int(np.count_nonzero(~valid))} if not valid.all() else {}
    rows = rows[valid]
    qty = scene.settings.fixed_qty or 0.0
    still_open = rows[~exits.closed[rows]]
    rows = rows[exits.closed[rows]]
    trades = _static_trades(scene, exits, rows, np.full(len(rows), qty))
    position = _open_position(scene, int(still_open[0]), qty) if len(still_open) else None
    return History(trades, position, refused, None)


def _static_trades(scene: Scene, exits: StaticExits, rows: Ints, qty: Floats) -> Trades:
    candidates = scene.candidates
    sign, entry, leave = candidates.sign[rows], candidates.entry[rows], exits.bar[rows]
    entry_price, exit_price, at_open = candidates.price[rows], exits.price[rows], exits.at_open[rows]
    entry_time = scene.time_of(entry, np.ones(len(rows), np.bool_))
    exit_time = scene.time_of(leave, at_open)
    gross = sign * qty * (exit_price - entry_price)
    fees = qty * (entry_price + exit_price) * (scene.settings.taker_fee_bps / 10_000)
    funding = sign * qty * scene.funding.paid(entry_time, np.where(at_open, exit_time, exit_time - 1))
    return Trades(
        signal_bar=candidates.signal[rows],
        entry_bar=entry,
        exit_bar=leave,
        sign=sign,
        qty=qty,
        entry_price=entry_price,
        exit_price=exit_price,
        stop=candidates.stop[rows],
        gross=gross,
        fees=fees,
        funding=funding,
        pnl=gross - fees - funding,
        reason=exits.reason[rows],
        entry_time_ms=entry_time,
        exit_time_ms=exit_time,
        legs={},
    )


def _open_position(scene: Scene, candidate: int, qty: float) -> OpenPosition:
    sign, price = int(scene.candidates.sign[candidate]), float(scene.candidates.price[candidate])
    entry = int(scene.candidates.entry[candidate])
    return OpenPosition(
        Side.BUY if sign > 0 else Side.SELL,
        qty,
        price,
        int(scene.bars.open_time_ms[entry]),
        sign * qty * (float(scene.bars.close[-1]) - price),
    )


def sized_history(scene: Scene, exits: Exits) -> History:
    """The history with every entry sized, refused or limited as the live bot would; also that of moving levels."""
    return _Ledger(scene, exits).run()


class _Ledger:
    def __init__(self, scene: Scene, exits: Exits) -> None:
        self._scene = scene
        self._exits = exits
        self._signals: list[int] = scene.candidates.signal.tolist()
        self._limited = scene.settings.fixed_qty is None
        self._limits = LossLimits(scene.spec.risk)
        self._equity = float(scene.settings.starting_equity)
        self._refused: Counter[str] = Counter()
        self._rows: list[TradeRow] = []
        self._legs: Legs = {}
        self._cool_until_ms = -1
        self._stopped_by: str | None = None
        self._open: OpenPosition | None = None

    def run(self) -> History:
        candidates = self._scene.candidates
        at, reversing = 0, False
        while at < len(candidates) and self._stopped_by is None:
            outcome = self._enter(at, reversing)
            if outcome is None:
                at, reversing = at + 1, False
                continue
            if outcome.filled and not outcome.closed:
                break
            reversing = outcome.reversed_by >= 0
            at = outcome.reversed_by if reversing else bisect_left(self._signals, outcome.bar)
        return History(
            Trades.from_rows(self._rows, self._legs), self._open, dict(sorted(self._refused.items())), self._stopped_by
        )

    def _enter(self, at: int, reversing: bool) -> Outcome | None:
        scene, candidates = self._scene, self._scene.candidates
        if not candidates.valid[at]:
            self._refused["level_wrong_side"] += 1
            return None
        entry = int(candidates.entry[at])
        if self._limited and not reversing and int(scene.bars.open_time_ms[entry]) < self._cool_until_ms:
            self._refused["cooldown"] += 1
            return None
        sign, price, stop = (float(column[at]) for column in (candidates.sign, candidates.price, candidates.stop))
        side = Side.BUY if sign > 0 else Side.SELL
        try:
            qty = entry_qty(scene.spec, scene.settings, self._equity, side, price, stop)
        except InvalidOrder as refusal:
            self._refused[refusal.findings[0].key.removeprefix("strategy.")] += 1
            return None
        outcome = self._exits.outcome(at, qty)
        if not outcome.filled:
            self._refused["limit_not_filled"] += 1
            return outcome
        if self._limited:
            outcome = self._cut_by_loss_limit(at, qty, outcome)
        if outcome.closed:
            self._book(at, qty, outcome)
        else:
            self._open = self._still_open(at, qty, outcome)
        return outcome

    def _entries(self, at: int, qty: float, outcome: Outcome) -> tuple[Leg, ...]:
        candidates = self._scene.candidates
        first = Leg(int(candidates.entry[at]), float(candidates.price[at]), qty, at_open=True)
        return outcome.entries or (first,)

    def _still_open(self, at: int, qty: float, outcome: Outcome) -> OpenPosition:
        scene, entries = self._scene, self._entries(at, qty, outcome)
        sign = int(scene.candidates.sign[at])
        bought = sum(leg.qty for leg in entries)
        held = bought - sum(leg.qty for leg in outcome.exits)
        price = sum(leg.qty * leg.price for leg in entries) / bought
        time_ms = int(scene.bars.open_time_ms[entries[0].bar])
        unrealised = sign * held * (float(scene.bars.close[-1]) - price)
        return OpenPosition(Side.BUY if sign > 0 else Side.SELL, held, price, time_ms, unrealised)

    def _cut_by_loss_limit(self, at: int, qty: float, outcome: Outcome) -> Outcome:
        """The position closed early when a loss limit is reached at a bar's close before it would have ended."""
        scene = self._scene
        entries = self._entries(at, qty, outcome)
        begin, end = entries[0].bar, min(outcome.bar, len(scene.bars))
        if end <= begin or self._cannot_breach(at, qty, outcome):
            return outcome
        unrealised = self._results_at_closes(at, entries, outcome.exits, begin, end)
        breach = self._limits.first_breach(scene.bars, begin, end, unrealised)
        fill = end if breach is None else breach[0] + 1
        if breach is None or fill > scene.track.last_fill:
            return outcome
        self._stopped_by = breach[1]
        kept = tuple(leg for leg in entries if leg.bar < fill)
        sold = tuple(leg for leg in outcome.exits if leg.bar < fill)
        rest = sum(leg.qty for leg in kept) - sum(leg.qty for leg in sold)
        slip = scene.settings.slippage_bps / 10_000
        price = float(scene.track.fill_price[fill]) * (1 - int(scene.candidates.sign[at]) * slip)
        exits = (*sold, Leg(fill, price, rest, at_open=True))
        return replace(
            outcome,
            bar=fill,
            price=price,
            reason=ExitReason.LOSS_LIMIT,
            at_open=True,
            closed=True,
            reversed_by=-1,
            entries=kept,
            exits=exits,
        )

    def _cannot_breach(self, at: int, qty: float, outcome: Outcome) -> bool:
        """Whether even a close at the stop, with fees, would leave every limit unreached: closes stay above it."""
        if outcome.entries:
            return False
        price, stop = float(self._scene.candidates.price[at]), float(self._scene.candidates.stop[at])
        fee = self._scene.settings.taker_fee_bps / 10_000
        return qty * (abs(price - stop) + (price + max(price, stop)) * 2 * fee) < self._limits.room

    def _results_at_closes(
        self, at: int, entries: tuple[Leg, ...], exits: tuple[Leg, ...], begin: int, end: int
    ) -> Floats:
        """The position's result, were it closed there, at the closes of bars ``begin`` to before ``end``."""
        scene, sign = self._scene, int(self._scene.candidates.sign[at])
        fee = scene.settings.taker_fee_bps / 10_000
        held, cash, fees = np.zeros(end - begin), np.zeros(end - begin), np.zeros(end - begin)
        for direction, legs in ((1, entries), (-1, exits)):
            for leg in legs:
                later = slice(max(leg.bar - begin, 0), None)
                held[later] += direction * leg.qty
                cash[later] -= direction * leg.qty * leg.price
                fees[later] += leg.qty * leg.price * fee
        closes = scene.bars.close[begin:end]
        return sign * (cash + held * closes) - fees - np.abs(held) * closes * fee

    def _book(self, at: int, qty: float, outcome: Outcome) -> None:
        scene, candidates = self._scene, self._scene.candidates
        sign = int(candidates.sign[at])
        entries = self._entries(at, qty, outcome)
        total = sum(leg.qty for leg in entries)
        exits = outcome.exits or (Leg(outcome.bar, outcome.price, total, outcome.at_open),)
        bought = sum(leg.qty * leg.price for leg in entries)
        sold = sum(leg.qty * leg.price for leg in exits)
        taker, maker = scene.settings.taker_fee_bps / 10_000, scene.settings.maker_fee_bps / 10_000
        fees = bought * (maker if outcome.maker_entry else taker) + sold * taker
        times = [scene.moment(leg.bar, leg.at_open) for leg in (*entries, *exits)]
        entry_time, exit_time = times[0], times[-1]
        funding = 0.0 if scene.settings.funding is None else self._funding(sign, entries, exits, times)
        gross = sign * (sold - bought)
        pnl = gross - fees - funding
        if len(entries) + len(exits) > 2:
            self._legs[len(self._rows)] = (entries, exits)
        self._rows.append(
            TradeRow(
                int(candidates.signal[at]),
                entries[0].bar,
                outcome.bar,
                sign,
                total,
                bought / total,
                sold / total,
                float(candidates.stop[at]),
                gross,
                fees,
                funding,
                pnl,
                outcome.reason,
                entry_time,
                exit_time,
            )
        )
        self._equity += pnl
        if self._limited:
            self._cool_until_ms = exit_time + scene.spec.risk.cooldown_seconds * 1000
            self._stopped_by = self._limits.book(pnl, exit_time) or self._stopped_by

    def _funding(self, sign: int, entries: tuple[Leg, ...], exits: tuple[Leg, ...], times: list[int]) -> float:
        """Each part pays from its own entry to the position's end; each part closed early gets the rest back."""
        end = times[-1] if exits[-1].at_open else times[-1] - 1
        legs = (*entries, *exits)
        begins = np.array([time if leg.at_open else time - 1 for time, leg in zip(times, legs, strict=True)])
        paid = self._scene.funding.paid(begins, np.full(len(legs), end))
        amounts = np.array([leg.qty for leg in entries] + [-leg.qty for leg in exits])
        return float(sign * (paid * amounts).sum())
