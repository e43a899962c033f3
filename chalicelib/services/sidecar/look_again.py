"""Wakes runs that hold something and whose account was last read almost a minute ago (C-24).

A run's own supervision is slower than that, and its candles may be. Who holds nothing is left in peace: wakes cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chalicelib.domain.runtime.record import ActiveRun
from chalicelib.ports import Clock, ExchangeUnavailable
from chalicelib.run_ports import Inbox

REPEAT_MS = 60_000
# A candle that is about to wake the run, or has just closed, brings the look: two wakes for one minute cost twice. By
# this much more than a minute may pass between two looks when it does not come.
CANDLE_AHEAD_MS = 2_500
CANDLE_LATE_MS = 2_000


class LookAgain:
    """Rings each due run once, then only after a minute: an exchange that does not answer is asked no more often.

    It rings some seconds later when a candle is expected to wake the run before that, which reads the account too.
    """

    def __init__(
        self,
        inbox: Inbox,
        clock: Clock,
        candle_delay_ms: Callable[[str], int],
        serving: Callable[[ActiveRun], None] = lambda run: None,
    ) -> None:
        """``candle_delay_ms`` tells how long after a candle's close the run of this id is woken by it; ``serving`` is
        told of each run before it is rung."""
        self._inbox = inbox
        self._serving = serving
        self._clock = clock
        self._candle_delay_ms = candle_delay_ms
        self._rung: dict[str, tuple[int, int]] = {}

    def __call__(self, runs: Iterable[ActiveRun]) -> None:
        """Rings those of the runs whose time has come."""
        now = self._clock.now_ms()
        rung: dict[str, tuple[int, int]] = {}
        for run in runs:
            look_ms, rung_ms = self._rung.get(run.run_id, (0, 0))
            asked = look_ms == run.look_ms and now - rung_ms < REPEAT_MS
            if asked:
                rung[run.run_id] = (look_ms, rung_ms)
            elif run.look_ms and now >= run.look_ms and not self._candle_brings_it(run):
                self._serving(run)
                self._inbox.ring(run.run_id)
                rung[run.run_id] = (run.look_ms, now)
        self._rung = rung

    def _candle_brings_it(self, run: ActiveRun) -> bool:
        try:
            market_now = self._clock.market_now_ms()
        except ExchangeUnavailable:
            return False
        shortest = min(interval.milliseconds for interval in run.intervals)
        since = (market_now - self._candle_delay_ms(run.run_id)) % shortest
        return since < CANDLE_LATE_MS or shortest - since <= CANDLE_AHEAD_MS
