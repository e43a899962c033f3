"""How a figure is printed: one JSON object a line."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence


def emit(name: str, value: float, unit: str, *, baseline: float | None = None, limit: float | None = None) -> None:
    """Prints a figure, with what it is compared with and what it may be at most, where there is such a thing."""
    figure: dict[str, object] = {"name": name, "value": _rounded(value), "unit": unit}
    if baseline is not None:
        figure["baseline"] = _rounded(baseline)
    if limit is not None:
        figure["limit"] = limit
    print(json.dumps(figure), flush=True)


def is_figure(line: str) -> bool:
    """Whether a printed line is a figure; what else a measured process writes, its log above all, is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return isinstance(found, dict) and found.keys() >= {"name", "value", "unit"}


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` (0 to 1) of the values lie: the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def _rounded(value: float) -> float:
    return float(f"{value:.4g}") if abs(value) < 1000 else round(value, 1)
