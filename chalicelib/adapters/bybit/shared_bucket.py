"""One limit of the exchange, spent from by many processes."""

from __future__ import annotations

from chalicelib.domain.exchange.rate_window import RateWindow
from chalicelib.rate_ports import RateLimitStore


class SharedBucket:
    """Asks the store when this process cannot tell by itself that the bucket is spent.

    What it remembers of a window can only be too little, as counters only grow: a "no" from memory is right and costs
    no request, and a "yes" is the store's, by a conditional write. The window before is read once, when a window is
    entered: by then nobody spends in it.
    """

    def __init__(self, store: RateLimitStore, name: str, window: RateWindow) -> None:
        self._store = store
        self._name = name
        self._window = window
        self._start_ms = -1
        self._before = self._current = window.nothing

    def take(self, now_ms: int, tokens: int, at_most: int) -> int:
        """0 and ``tokens`` counted, if the rolling period then holds ``at_most`` or less; else the wait in ms.

        Raises RateLimitsUnavailable.
        """
        self._enter(now_ms)
        wait = self._wait_ms(now_ms, at_most - tokens)
        if wait:
            return wait
        window = self._window
        room = at_most - window.carried(self._before, now_ms)
        counted = self._store.spend(
            self._key(self._start_ms), window.part(now_ms), tokens, room, now_ms, window.part_count
        )
        if counted is None:
            self._current = self._store.counted(self._key(self._start_ms), window.part_count)
            return max(1, self._wait_ms(now_ms, at_most - tokens))
        self._current = counted
        return 0

    def close(self, now_ms: int, until_ms: int) -> None:
        """Nobody takes anything before ``until_ms``, or the end of the next window. Raises RateLimitsUnavailable."""
        self._store.close(self._key(self._window.start_ms(now_ms)), until_ms, now_ms)

    def raise_to(self, now_ms: int, spent: int) -> None:
        """Counts what somebody else spent: the exchange says ``spent`` in the rolling period.

        Nothing happens when that is what our own processes spent meanwhile. Raises RateLimitsUnavailable.
        """
        self._enter(now_ms)
        missing = spent - self._window.carried(self._before, now_ms) - self._current.total
        if missing <= 0:
            return
        key, part = self._key(self._start_ms), self._window.part(now_ms)
        upper = self._current.total + missing
        counted = self._store.spend(key, part, missing, upper, now_ms, self._window.part_count)
        self._current = counted or self._store.counted(key, self._window.part_count)

    def room(self, now_ms: int, at_most: int) -> int:
        """How much can be left of ``at_most``, by what this process knows. Raises RateLimitsUnavailable."""
        self._enter(now_ms)
        return at_most - self._window.carried(self._before, now_ms) - self._current.total

    def known(self, now_ms: int) -> int:
        """What this process knows to be counted in the window of ``now_ms``; asks nobody."""
        return self._current.total if self._window.start_ms(now_ms) == self._start_ms else 0

    def _enter(self, now_ms: int) -> None:
        start_ms = self._window.start_ms(now_ms)
        if start_ms != self._start_ms:
            self._before = self._store.counted(self._key(start_ms - self._window.period_ms), self._window.part_count)
            self._current = self._window.nothing
            self._start_ms = start_ms

    def _wait_ms(self, now_ms: int, at_most: int) -> int:
        closed = max(self._before.closed_until_ms, self._current.closed_until_ms) - now_ms
        return max(closed, self._window.wait_ms(self._before, self._current, now_ms, at_most), 0)

    def _key(self, start_ms: int) -> str:
        return f"{self._name}#{start_ms}"
