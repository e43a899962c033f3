"""The margin mode of each account, remembered for ten minutes: it decides how much of the wallet is usable."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.ports import ConnectionRef

REMEMBER_MS = 600_000


class MarginModes:
    """One process's memory of margin modes."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._known: dict[ConnectionRef, tuple[int, str]] = {}

    def of(self, ref: ConnectionRef, read: Callable[[], str]) -> str:
        """The remembered mode, or the one that ``read`` finds; raises what ``read`` raises."""
        known = self._known.get(ref)
        if known is not None and self._now_ms() - known[0] < REMEMBER_MS:
            return known[1]
        mode = read()
        self._known[ref] = (self._now_ms(), mode)
        return mode

    def forget(self, ref: ConnectionRef) -> None:
        """The next ``of`` reads again."""
        self._known.pop(ref, None)
