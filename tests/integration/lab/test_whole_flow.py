"""The lab over the public API: dataset import, backtest, sweep, walk-forward, comparison, each with its progress."""

from __future__ import annotations

import base64
import gzip
import math
import time
from typing import Any

import httpx
import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.api_client import ApiClient

MINUTE = 60_000
FIRST = 1_640_995_200_000  # 2022-01-01
FAST, SLOW = "/entry/long/a/params/length", "/entry/long/b/params/length"
ENDED = {"DONE", "FAILED", "CANCELLED"}


def minutes(count: int) -> str:
    """A CSV of one-minute candles whose price swings."""
    lines, last = ["timestamp,open,high,low,close,volume"], 40_000.0
    for number in range(count):
        close = 40_000 + 900 * math.sin(number / 180) + 300 * math.sin(number / 23)
        high, low = max(last, close) + 8, min(last, close) - 8
        lines.append(f"{FIRST + number * MINUTE},{last:.2f},{high:.2f},{low:.2f},{close:.2f},{1 + number % 7}")
        last = close
    return "\n".join(lines) + "\n"


def cross() -> dict[str, Any]:
    """An EMA cross on minutes, long only."""
    return {
        "id": "lab-cross",
        "name": "Lab cross",
        "dslVersion": 1,
        "market": {"symbol": "BTCUSDT"},
        "timeframe": "1m",
        "entry": {
            "long": {
                "type": "crossover",
                "a": {"indicator": "ema", "params": {"length": 10}},
                "b": {"indicator": "ema", "params": {"length": 30}},
            }
        },
        "exit": {"stopLoss": {"type": "fixed_pct", "value": 0.5}, "takeProfit": {"type": "fixed_pct", "value": 1}},
        "risk": {"riskPerTradePct": 1, "maxPositionSizeUsd": 5000, "maxLossPerRunUsd": 9000, "cooldownSeconds": 0},
    }


def parameter(pointer: str, start: int, stop: int, step: int) -> dict[str, Any]:
    return {"pointer": pointer, "start": str(start), "stop": str(stop), "step": str(step)}


def followed(api: ApiClient, path: str, seconds: float = 180) -> tuple[dict[str, Any], list[float]]:
    """The ended job and the progress that was seen on the way."""
    seen: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = api.get(path)
        seen.append(job["progress"])
        if job["status"] in ENDED:
            return job, seen
        time.sleep(0.2)
    raise AssertionError(f"{path} did not end: {job['status']} {job['progress']}")


def spread(cloud: LocalCloud, job_id: str) -> str:
    """How the state machine that spread the sweep ended."""
    arn = cloud.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:").replace("-bot-run", "-lab-sweep")
    return str(cloud.client("stepfunctions").describe_execution(executionArn=f"{arn}:{job_id}")["status"])


def imported(api: ApiClient, count: int) -> dict[str, Any]:
    text = base64.b64encode(gzip.compress(minutes(count).encode(), mtime=0)).decode()
    body = {"symbol": "BTCUSDT", "interval": "1m", "name": f"{count} minutes", "csvGzipBase64": text}
    return api.post("/lab/datasets/import", body)


def test_from_a_dataset_to_a_comparison_over_the_api(api: ApiClient, cloud: LocalCloud) -> None:
    dataset = imported(api, 44_640)
    assert (dataset["status"], dataset["candles"], dataset["months"]) == (
        "READY",
        44_640,
        [{"month": "2022-01", "candles": 44_640}],
    )
    assert imported(api, 44_640)["id"] == dataset["id"]
    data = {"spec": cross(), "datasets": {"1m": dataset["id"]}}

    plain = api.post("/lab/backtests", data | {"assumptions": {"takerFeeBps": "0", "qty": "1"}})
    dear = api.post("/lab/backtests", data | {"assumptions": {"takerFeeBps": "5.5", "qty": "1"}})
    first, _ = followed(api, f"/lab/backtests/{plain['id']}")
    followed(api, f"/lab/backtests/{dear['id']}")
    assert (first["status"], first["progress"]) == ("DONE", 1)
    assert first["report"]["trades"] == len(first["report"]["trade_list"]) > 10
    assert first["report"]["datasets"] == {"1m": dataset["hash"]}

    side_by_side = api.get("/lab/backtests/compare", a=plain["id"], b=dear["id"])
    same = (side_by_side["sameStrategy"], side_by_side["sameData"], side_by_side["sameAssumptions"])
    assert same == (True, True, False)
    assert side_by_side["delta"]["net_pnl"] == pytest.approx(-side_by_side["delta"]["fees"])
    assert side_by_side["delta"]["fees"] > 0

    parameters = [parameter(FAST, 4, 22, 2), parameter(SLOW, 24, 52, 2)]
    sweep = api.post("/lab/sweeps", data | {"parameters": parameters, "rankBy": "sharpe"})
    swept, progress = followed(api, f"/lab/sweeps/{sweep['id']}")
    assert swept["status"] == "DONE", swept["problem"]
    assert sorted(progress) == progress
    rows = swept["report"]["rows"]
    assert sorted(row["index"] for row in rows) == list(range(150))
    assert [row["sharpe"] for row in rows] == sorted((row["sharpe"] for row in rows), reverse=True)

    assert spread(cloud, sweep["id"]) == "SUCCEEDED"

    folds = {"isBars": 10_080, "oosBars": 2_880, "step": 5_760}
    forward = api.post("/lab/walk-forwards", data | {"parameters": [parameter(FAST, 6, 18, 6)], "folds": folds})
    walked, progress = followed(api, f"/lab/walk-forwards/{forward['id']}")
    assert walked["status"] == "DONE", walked["problem"]
    assert walked["report"]["is_optimised"] is True
    assert len(walked["report"]["folds"]) == walked["total"] == 6

    assert {job["id"] for job in api.items("/lab/backtests")} >= {plain["id"], dear["id"]}


def test_a_cancelled_sweep_keeps_the_rows_that_were_done(api: ApiClient) -> None:
    dataset = imported(api, 44_640)
    parameters = [parameter(FAST, 2, 60, 1), parameter(SLOW, 61, 160, 1)]
    sweep = api.post("/lab/sweeps", {"spec": cross(), "datasets": {"1m": dataset["id"]}, "parameters": parameters})
    path = f"/lab/sweeps/{sweep['id']}"
    end = time.monotonic() + 60
    while api.get(path)["progress"] == 0 and time.monotonic() < end:
        time.sleep(0.2)

    api.post(f"{path}/cancel")
    cancelled, _ = followed(api, path)

    assert cancelled["status"] == "CANCELLED"
    assert 0 < len(cancelled["report"]["rows"]) < 5900


def test_candles_are_collected_from_the_exchange_and_read_from_an_upload(api: ApiClient) -> None:
    newest = api.get("/terminal/candles", symbol="BTCUSDT", interval="5m", limit=1000)["items"]
    begin, end = newest[0]["openTime"], newest[-1]["openTime"]
    made = api.post("/lab/datasets", {"symbol": "BTCUSDT", "interval": "5m", "from": begin, "to": end})
    upload = api.post("/lab/datasets/uploads")
    httpx.put(upload["url"], content=gzip.compress(minutes(3_000).encode())).raise_for_status()
    sent = api.post("/lab/datasets", {"symbol": "BTCUSDT", "interval": "1m", "uploadKey": upload["uploadKey"]})

    collected, uploaded = settled(api, made["id"]), settled(api, sent["id"])

    assert (collected["status"], collected["candles"]) == ("READY", len(newest) - 1), collected
    [first] = api.get(f"/lab/datasets/{made['id']}/preview", limit=1)["items"]
    assert (first["openTime"], first["close"]) == (begin, float(newest[0]["close"]))
    assert (uploaded["status"], uploaded["candles"]) == ("READY", 3_000), uploaded


def settled(api: ApiClient, dataset_id: str) -> dict[str, Any]:
    """The dataset once it is no longer PENDING."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        dataset = api.get(f"/lab/datasets/{dataset_id}")
        if dataset["status"] != "PENDING":
            return dataset
        time.sleep(0.3)
    raise AssertionError(dataset)


def test_a_preset_becomes_a_strategy_and_a_bot_at_once(api: ApiClient) -> None:
    connection = next(iter(api.items("/exchanges")))
    slugs = [preset["slug"] for preset in api.get("/presets")["items"]]
    assert len(slugs) == 9

    made = api.post("/presets/ema-cross/instantiate", {"exchangeConnectionId": connection["id"]})
    again = api.post("/presets/ema-cross/instantiate", {"exchangeConnectionId": connection["id"]})

    assert api.get(f"/bots/{made['bot']['id']}")["strategyId"] == made["strategy"]["id"]
    assert again["strategy"]["name"] == made["strategy"]["name"] + " (2)"
    shown = api.post("/lab/preview", {"spec": made["strategy"]["spec"], "bars": 50})
    assert len(shown["items"]) == 50


def test_a_large_space_is_searched_by_a_seeded_search_on_the_local_cloud(api: ApiClient) -> None:
    dataset = imported(api, 20_000)
    parameters = [parameter(FAST, 2, 60, 1), parameter(SLOW, 61, 460, 1)]
    search = {"method": "tpe", "trials": 25, "seed": 7}
    body = {"spec": cross(), "datasets": {"1m": dataset["id"]}, "parameters": parameters, "search": search}

    results = []
    for _ in range(2):
        job, progress = followed(api, f"/lab/sweeps/{api.post('/lab/sweeps', body)['id']}")
        assert job["status"] == "DONE", job["problem"]
        assert sorted(progress) == progress
        results.append([(row["index"], row["net_pnl"]) for row in job["report"]["rows"]])

    assert len(results[0]) == 25
    assert results[0] == results[1], "one seed, two answers"
