"""Faults to order: by script (the next n matching calls) or by seed (a probability)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

BEFORE = frozenset({"lost_request", "ret_code", "http_status", "slow", "stale_rest", "delayed_acceptance"})
AFTER = frozenset({"lost_reply", "ret_code_after", "truncated", "slow_reply"})
CALL_KINDS = BEFORE | AFTER
# What a storm is made of: (kind, code, delay in ms).
STORM = (
    ("lost_reply", 0, 0),
    ("lost_request", 0, 0),
    ("ret_code", 10000, 0),
    ("ret_code", 10016, 0),
    ("ret_code", 10006, 0),
    ("ret_code_after", 10016, 0),
    ("http_status", 502, 0),
    ("http_status", 429, 0),
    ("slow", 0, 300),
    ("slow_reply", 0, 300),
    ("delayed_acceptance", 0, 400),
    ("stale_rest", 0, 0),
    ("truncated", 0, 0),
)


@dataclass(slots=True)
class Fault:
    """``kind`` happens to calls whose path ends with ``path`` and that match ``symbol`` and ``uid`` (empty: any).

    ``count`` is how often it may still happen (None: without end), ``probability`` how likely each time. ``code`` is a
    retCode or an HTTP status, ``delay_ms`` a time to wait, ``text`` the message.
    """

    kind: str
    path: str = ""
    symbol: str = ""
    uid: str = ""
    count: int | None = 1
    probability: float = 1.0
    delay_ms: int = 0
    code: int = 10016
    text: str = "Server error."

    def matches(self, path: str, uid: str, params: dict[str, Any]) -> bool:
        """Whether the fault concerns this call."""
        if self.count == 0 or not path.endswith(self.path):
            return False
        if self.uid and self.uid != uid:
            return False
        return not self.symbol or params.get("symbol") == self.symbol


@dataclass(slots=True)
class FaultPlan:
    """The installed faults and how often each kind has happened."""

    random: Random
    faults: list[Fault] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)

    def install(self, fault: Fault) -> None:
        """Adds a fault."""
        self.faults.append(fault)

    def storm(self, seed: int, probability: float) -> None:
        """Faults by seed: each kind that a client must survive, ``probability`` shared among them for every call."""
        self.random.seed(seed)
        share = probability / len(STORM)
        for kind, code, delay_ms in STORM:
            self.install(Fault(kind, count=None, probability=share, code=code, delay_ms=delay_ms))

    def clear(self) -> None:
        """Removes all faults; the counts stay."""
        self.faults.clear()

    def draw(self, kinds: frozenset[str], path: str, uid: str, params: dict[str, Any]) -> Fault | None:
        """The fault that happens to this call, if any; its count goes down."""
        for fault in self.faults:
            if fault.kind in kinds and fault.matches(path, uid, params):
                if fault.probability < 1 and self.random.random() >= fault.probability:
                    continue
                if fault.count is not None:
                    fault.count -= 1
                self.happened[fault.kind] += 1
                return fault
        return None
