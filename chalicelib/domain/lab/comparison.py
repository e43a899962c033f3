"""Two backtests held side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.domain.lab.job import LabJob


@dataclass(frozen=True, slots=True)
class Comparison:
    """``delta`` is the second less the first, for each headline figure that both have."""

    delta: dict[str, Any]
    same_strategy: bool
    same_data: bool
    same_assumptions: bool


def compared(a: LabJob, b: LabJob) -> Comparison:
    """The comparison of two backtests; without figures (not done yet) there are no deltas."""
    both = [name for name in a.summary if name in b.summary]
    delta = {
        name: b.summary[name] - a.summary[name]
        for name in both
        if a.summary[name] is not None and b.summary[name] is not None
    }
    return Comparison(
        delta,
        a.request["strategyHash"] == b.request["strategyHash"],
        _data(a) == _data(b),
        a.request["assumptions"] == b.request["assumptions"],
    )


def _data(job: LabJob) -> dict[str, str]:
    return {interval: one["hash"] for interval, one in job.request["datasets"].items()}
