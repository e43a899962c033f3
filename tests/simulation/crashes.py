"""Crashes between any two port calls: every port is wrapped, and any call may be the last one a Tick makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

Hook = Callable[[str], None]


class Crash(BaseException):
    """The process is gone. Not an Exception, so that nothing in the product can catch it."""


class Crashing:
    """A port whose calls are announced before and after: ``hook`` may raise Crash at either moment."""

    def __init__(self, port: Any, name: str, hook: Hook) -> None:
        self._port = port
        self._name = name
        self._hook = hook

    def __getattr__(self, method: str) -> Any:
        target = getattr(self._port, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._hook(f"before {self._name}.{method}")
            answer = target(*args, **kwargs)
            self._hook(f"after {self._name}.{method}")
            return answer

        return call


class CrashAt:
    """Crashes at the ``number``-th moment (from 1), counting all of them; 0 never crashes."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.moments = 0
        self.points: Counter[str] = Counter()
        self.hit = ""

    def __call__(self, moment: str) -> None:
        self.moments += 1
        self.points[moment] += 1
        if self.moments == self.number:
            self.hit = moment
            raise Crash(moment)
