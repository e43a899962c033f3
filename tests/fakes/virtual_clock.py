"""Time that passes only when told to."""

from __future__ import annotations

from collections.abc import Callable


class VirtualClock:
    """A ``Clock``. ``on_pass`` is called with the time reached, so that the world moves while somebody sleeps."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self.now = now_ms
        self.on_pass: Callable[[int], None] | None = None

    def now_ms(self) -> int:
        return self.now

    def market_now_ms(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.advance(round(seconds * 1000))

    def advance(self, milliseconds: int) -> None:
        """Lets time pass."""
        target = self.now + milliseconds
        if self.on_pass is not None:
            self.on_pass(target)
        self.now = target
