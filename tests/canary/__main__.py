"""``make canary``: plants secrets in a local cloud of its own, lets it work, and looks for them in all that it keeps.

A smoke run goes on meanwhile, so that runs, streams and the sidecar have had every chance. The last line of output is
one JSON object; the exit code is 1 when a secret lies where it must not, or the smoke run failed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from infra.local.cloud import LocalCloud
from infra.local.deploy import STACK
from tests.canary.hunt import Find, Hunt, hunt, of_buckets, of_executions, of_files, of_logs, of_queues, of_tables
from tests.canary.plant import Gardener, NotPlanted
from tests.e2e.api_client import ApiClient, Refused
from tests.e2e.run_observer import say
from tests.e2e.smoke import smoke
from tests.e2e.smoke_verdict import failures
from tests.e2e.trading_bot import NotPrepared

MAILS = f"{STACK}-mails"
"""The local mailbox: links are written there as they would be in a mail, to be read. It is emptied before the cloud
stops, and exists nowhere but in the local cloud."""

EXCHANGES_OWN = ("exchange.state",)
"""The simulated exchange's own books: it issued the key, and has to know its secret."""


def main() -> int:
    """Plants, runs, hunts. Returns the exit code."""
    arguments = _arguments()
    state = Path(tempfile.mkdtemp(prefix="botmarketplace-canary-"))
    try:
        return _hunt_in(state, arguments)
    except (NotPlanted, Refused, NotPrepared, httpx.HTTPError) as stopped:
        print(json.dumps({"status": "not_run", "reason": f"{type(stopped).__name__}: {stopped}"}))
        return 1
    finally:
        shutil.rmtree(state, ignore_errors=True)


def _hunt_in(state: Path, arguments: argparse.Namespace) -> int:
    seen: dict[str, Any] = {}
    with LocalCloud(state=state, speed=arguments.speed) as cloud:
        gardener = Gardener(cloud.endpoints)
        try:
            gardener.plant()
        except NotPlanted:
            for place, text in of_logs(cloud.client("logs")):
                for line in text.decode().splitlines():
                    if '"defect"' in line:
                        say(f"{place}: {line[:3000]}")
            raise
        finally:
            gardener.close()
        say(f"planted {len(gardener.planted)} secrets")
        if arguments.minutes:
            seen = _smoke(cloud, arguments.minutes)
        began = time.monotonic()
        alive = _hunt_alive(cloud, gardener)
        _empty_the_mailbox(cloud)
        seconds = time.monotonic() - began
    began = time.monotonic()
    at_rest = hunt(_wanted(gardener), of_files(state, but=EXCHANGES_OWN))
    seconds += time.monotonic() - began
    everything = (*alive.finds, *at_rest.finds)
    finds = sorted(
        {find for find in everything if find.secret in gardener.planted},
        key=lambda find: (find.place, find.secret, find.form),
    )
    blind = _blind_spots(gardener, everything)
    reasons = failures(seen) if seen else []
    for find in finds:
        say(f"canary: the {find.secret} lies as {find.form} in {find.place}")
    for spot in blind:
        say(f"canary: the hunt is blind: {spot}")
    for reason in reasons:
        say(f"smoke: {reason}")
    report = {
        "secrets": len(gardener.planted),
        "places": alive.places + at_rest.places,
        "megabytes": round((alive.size + at_rest.size) / 1e6, 1),
        "huntSeconds": round(seconds, 1),
        "finds": [{"secret": find.secret, "form": find.form, "place": find.place} for find in finds],
        "blind": blind,
        "smoke": seen | {"failures": reasons} if seen else None,
    }
    print(json.dumps(report))
    return 1 if finds or blind or reasons else 0


def _blind_spots(gardener: Gardener, finds: tuple[Find, ...]) -> list[str]:
    """What must be found, and was not: a hunt that finds nothing at all proves nothing."""
    seen = {(find.secret, find.place) for find in finds}
    return [
        f"the {name} was not found in any {kind.strip()}"
        for name, (_, kinds) in gardener.controls.items()
        for kind in kinds
        if not any(found == name and place.startswith(kind) for found, place in seen)
    ]


def _wanted(gardener: Gardener) -> dict[str, str]:
    return gardener.planted | {name: text for name, (text, _) in gardener.controls.items()}


def _smoke(cloud: LocalCloud, minutes: int) -> dict[str, Any]:
    api = ApiClient(cloud.endpoints)
    try:
        api.login()
        return smoke(api, minutes=minutes, symbol="BTCUSDT", speed=cloud.speed)
    finally:
        api.close()


def _hunt_alive(cloud: LocalCloud, gardener: Gardener) -> Hunt:
    found: list[Find] = []
    places = size = 0
    sources = (
        gardener.answers,
        of_tables(cloud.client("dynamodb"), but=(MAILS,)),
        of_logs(cloud.client("logs")),
        of_buckets(cloud.client("s3")),
        of_executions(cloud.client("stepfunctions")),
        of_queues(cloud.client("sqs")),
    )
    for source in sources:
        part = hunt(_wanted(gardener), source)
        found.extend(part.finds)
        places, size = places + part.places, size + part.size
    return Hunt(tuple(found), places, size)


def _empty_the_mailbox(cloud: LocalCloud) -> None:
    dynamodb = cloud.client("dynamodb")
    for page in dynamodb.get_paginator("scan").paginate(TableName=MAILS):
        for row in page["Items"]:
            key = {name: row[name] for name in ("mailbox", "mail_id")}
            dynamodb.delete_item(TableName=MAILS, Key=key)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make canary", description=__doc__)
    parser.add_argument("--minutes", type=int, default=2, help="length of the smoke run; 0: none")
    parser.add_argument("--speed", type=float, default=60, help="of the market")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
