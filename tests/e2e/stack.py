"""The local cloud that tests and smoke runs use: one that runs already, or one of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from infra.local.cloud import LocalCloud

PROJECT = Path(__file__).resolve().parents[2]
RUNNING = PROJECT / ".local" / "endpoints.json"


def running_endpoints(file: Path = RUNNING) -> dict[str, str] | None:
    """The addresses of a local cloud that answers now; None when there is none."""
    if not file.exists():
        return None
    endpoints: dict[str, str] = json.loads(file.read_text())
    try:
        alive = httpx.get(f"{endpoints['api']}/healthz", timeout=20).is_success
    except httpx.HTTPError:
        return None
    return endpoints if alive else None


def market_speed(endpoints: dict[str, str]) -> float:
    """How many times faster than the wall the simulated market runs; 1 where the exchange is not the simulator."""
    try:
        clock = httpx.get(f"{endpoints['exchange_rest']}/sim/clock", timeout=5)
        return float(clock.json()["speed"]) if clock.is_success else 1.0
    except (httpx.HTTPError, KeyError):
        return 1.0


@contextmanager
def local_stack(*, speed: float, tell: Callable[[str], None]) -> Iterator[dict[str, str]]:
    """The addresses of the running local cloud, or of one that is started here and stopped at the end."""
    endpoints = running_endpoints()
    if endpoints is not None:
        tell(f"using the local cloud at {endpoints['web']}")
        yield endpoints
        return
    tell(f"starting a local cloud of its own, market at {speed:g}x")
    with LocalCloud(speed=speed) as cloud:
        yield cloud.endpoints
