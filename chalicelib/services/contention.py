"""Doing again what somebody else was faster with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chalicelib.ports import Conflict

_T = TypeVar("_T")


def despite_contention(act: Callable[[], _T], attempts: int) -> _T:
    """What ``act`` returns at the first of so many attempts that meets no Conflict; each must look anew at what it
    changes. Raises the last Conflict."""
    for _ in range(attempts - 1):
        try:
            return act()
        except Conflict:
            continue
    return act()
