"""A run of the local cloud, replayed through the backtest."""

from __future__ import annotations

import time
from typing import Any

from tests.e2e.api_client import ApiClient
from tests.e2e.trading_bot import every_bar, ready_bot

CAUSES = {"slippage", "latency", "reject", "occupied", "missed", "run_end", "other_exit", "not_expected"}


def ended(api: ApiClient, run_id: str, seconds: float = 120) -> dict[str, Any]:
    """The run once it has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run = api.get(f"/runs/{run_id}")
        if run["status"] in ("finished", "stopped", "error"):
            return run
        time.sleep(1)
    raise AssertionError(run)


def test_every_difference_between_a_run_and_its_backtest_has_a_cause(api: ApiClient) -> None:
    bot = ready_bot(api, every_bar("To be replayed"))
    run = api.post(f"/bots/{bot['id']}/runs", {"durationMinutes": 1}, key=f"{time.time_ns()}")
    ended(api, run["id"])
    report = api.get(f"/runs/{run['id']}/report")

    replay = api.get(f"/runs/{run['id']}/replay")

    assert len(replay["actual"]) == len(report["trades"]) > 0
    assert len(replay["expected"]) > 0
    assert replay["matched"] > 0
    assert {found["cause"].partition(":")[0] for found in replay["differences"]} <= CAUSES | {"blocked"}
