"""``make smoke``: one timed run, watched through the public API and WebSocket only.

Uses the local cloud that runs, or starts one and stops it. The last line of output is one JSON object of what was
seen; the exit code is 1, with the reasons, when something is not as it must be.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

import httpx

from tests.e2e.api_client import ApiClient, Refused
from tests.e2e.live_events import LiveEvents
from tests.e2e.run_evidence import gather
from tests.e2e.run_observer import RunObserver, say
from tests.e2e.smoke_verdict import failures, observe
from tests.e2e.stack import local_stack, market_speed
from tests.e2e.trading_bot import NotPrepared, every_bar, ready_bot, strategy_spec

PATIENCE_SECONDS = 30.0
PUSH_SECONDS = 3.0
FAST = 20.0
NAMES = {True: "Smoke scalper", False: "Smoke every bar"}


def smoke(api: ApiClient, *, minutes: int, symbol: str, speed: float) -> dict[str, Any]:
    """Makes one run and returns what was seen of it. Raises Refused, NotPrepared.

    In a market too slow for crossings within minutes, the strategy trades every bar.
    """
    fast = speed >= FAST
    bot = ready_bot(api, (strategy_spec if fast else every_bar)(NAMES[fast], symbol=symbol))
    live = LiveEvents(api)
    try:
        began = time.time()
        run = api.post(f"/bots/{bot['id']}/runs", {"durationMinutes": minutes}, key=f"smoke-{began:.3f}")
        say(f"run {run['id']} on {symbol}, until {run['deadlineAt']}")
        observation = RunObserver(api, live, run, tell=say).until_ended(patience=PATIENCE_SECONDS)
        evidence = gather(api, live, observation, push_seconds=PUSH_SECONDS)
    finally:
        live.close()
    return observe(evidence)


def main() -> int:
    """Runs the smoke. Returns the exit code."""
    arguments = _arguments()
    try:
        with local_stack(speed=arguments.speed, tell=say) as endpoints:
            api = ApiClient(endpoints)
            api.login()
            try:
                speed = market_speed(endpoints)
                seen = smoke(api, minutes=arguments.minutes, symbol=arguments.symbol, speed=speed)
            finally:
                api.close()
    except (Refused, NotPrepared, httpx.HTTPError) as stopped:
        print(json.dumps({"status": "not_run", "reason": f"{type(stopped).__name__}: {stopped}"}))
        return 1
    reasons = failures(seen)
    for reason in reasons:
        say(f"smoke: {reason}")
    print(json.dumps({**seen, "failures": reasons}))
    return 1 if reasons else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make smoke", description=__doc__)
    parser.add_argument("--minutes", type=int, default=3, help="length of the run")
    parser.add_argument("--speed", type=float, default=60, help="of the market, when a local cloud is started here")
    parser.add_argument("--symbol", default="BTCUSDT")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
