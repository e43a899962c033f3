"""The kill switches on the local cloud: what is open is closed within seconds, what is new is refused."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from chalicelib.domain.accounts.roles import Role
from infra.local.cloud import DEMO_UID
from tests.e2e.api_client import Refused
from tests.e2e.run_observer import ENDED
from tests.e2e.trading_bot import always_long, ready_bot, strategy_spec
from tests.integration.runs.order_proof import assert_ended_in_order
from tests.integration.runs.stage import Stage, WatchedCloud

pytestmark = pytest.mark.integration

OPENED = "events.position_update.open"
MOST_SECONDS = 5.0
SYMBOL = "SOLUSDT"


@pytest.fixture
def admin(stage: Stage) -> Iterator[Stage]:
    """The workspace's admin; the switch is released afterwards."""
    yield stage
    stage.api.step_up()
    stage.api.post("/kill-switch/release")


def test_engaging_closes_a_run_and_forbids_the_next_until_an_admin_releases(cloud: WatchedCloud, admin: Stage) -> None:
    run = admin.start(always_long("To be switched off"), minutes=3)
    admin.await_event(run, OPENED, seconds=30)

    engaged = admin.api.post("/kill-switch", {"reason": "Strange fills"})
    seconds = _seconds_until_ended(admin, run)
    refused_start = _refusal_of_a_start(admin)
    unproved = _release(cloud, admin, Role.ADMIN)
    admin.api.step_up()
    trader = _release(cloud, admin, Role.TRADER)
    still = admin.api.get("/kill-switch")
    by_admin = _release(cloud, admin, Role.ADMIN)

    ended = admin.run(run["id"])
    assert (engaged["killSwitch"]["reason"], engaged["runsTold"], engaged["left"]) == ("Strange fills", [run["id"]], [])
    assert (ended["status"], ended["stopReason"], ended["position"]) == ("stopped", "kill_switch", None)
    assert seconds <= MOST_SECONDS
    assert (refused_start.status, refused_start.code) == (409, "trading.off")
    assert (unproved.status_code, unproved.json()["code"]) == (403, "auth.step_up_required")
    assert (trader.status_code, trader.json()["code"], still["engaged"]) == (403, "auth.role_required", True)
    assert (by_admin.status_code, by_admin.json()["engaged"]) == (200, False)
    assert_ended_in_order(admin.until_ended(run))


def test_killing_one_run_closes_it_though_its_strategy_would_leave_the_position(admin: Stage) -> None:
    spec = always_long("To be killed", symbol="ETHUSDT")
    spec["execution"] = {**spec["execution"], "onStop": "leave_protected"}
    run = admin.start(spec, minutes=3)
    admin.await_event(run, OPENED, seconds=30)

    admin.api.post(f"/runs/{run['id']}/kill")
    seconds = _seconds_until_ended(admin, run)

    assert admin.run(run["id"])["stopReason"] == "kill_switch"
    assert [row for row in admin.truth()["positions"] if row["symbol"] == "ETHUSDT"] == []
    assert seconds <= MOST_SECONDS
    assert admin.api.get("/kill-switch")["engaged"] is False


def test_the_operators_function_closes_every_run(cloud: WatchedCloud, admin: Stage) -> None:
    run = admin.start(always_long("To be switched off by the operator"), minutes=3)
    admin.await_event(run, OPENED, seconds=30)

    engaged = _operate(cloud, "engage", "Exchange incident")
    try:
        seconds = _seconds_until_ended(admin, run)
        shown = admin.api.get("/kill-switch")
        refused = _refusal_of_a_start(admin)
    finally:
        released = _operate(cloud, "release", "Over")

    assert (engaged["engaged"], engaged["runsTold"], released["engaged"]) == (True, 1, False)
    assert (admin.run(run["id"])["stopReason"], refused.code) == ("kill_switch", "trading.off")
    assert (shown["platform"]["reason"], shown["workspace"]) == ("Exchange incident", None)
    assert seconds <= MOST_SECONDS


def test_what_was_opened_by_hand_is_closed_and_nothing_new_is_opened(admin: Stage) -> None:
    order = _market_order(admin)
    resting = {**order, "type": "Limit", "price": _at(admin, "0.9")}
    admin.api.post("/terminal/orders", order, key=secrets.token_hex(8))
    admin.api.post("/terminal/orders", resting, key=secrets.token_hex(8))
    _await_size(admin, Decimal(order["qty"]))

    engaged = admin.api.post("/kill-switch", {"reason": "Strange fills"})
    with pytest.raises(Refused) as refused:
        admin.api.post("/terminal/orders", order, key=secrets.token_hex(8))

    assert (SYMBOL in engaged["ordersCancelled"], SYMBOL in engaged["positionsClosed"], engaged["left"]) == (
        True,
        True,
        [],
    )
    assert (refused.value.status, refused.value.code) == (409, "trading.off")
    assert [row for row in admin.truth()["open_orders"] if row["symbol"] == SYMBOL] == []
    _await_size(admin, Decimal(0))


def test_a_size_that_nothing_explains_blocks_the_workspace_and_ends_no_run(admin: Stage) -> None:
    run = admin.start(always_long("To lose its position"), minutes=4)
    other = admin.start(always_long("To go on", symbol="ETHUSDT"), minutes=4)
    admin.await_event(run, OPENED, seconds=30)
    admin.await_event(other, OPENED, seconds=30)

    admin.sim("faults", {"kind": "untold_close", "uid": DEMO_UID, "symbol": run["symbol"]})
    admin.sim("faults", {"kind": "drop_sockets", "uid": DEMO_UID})
    found = admin.await_event(run, "events.finding.unexplained_size", seconds=75)
    switch = admin.api.get("/kill-switch")["workspace"]
    refused = _refusal_of_a_start(admin)

    assert (found["data"]["level"], switch["mode"], switch["reason"].split()[0]) == ("critical", "block", run["symbol"])
    assert (refused.code, admin.run(run["id"])["status"], admin.run(other["id"])["status"]) == (
        "trading.off",
        "paused",
        "running",
    )
    assert [row["actor"] for row in _engaged_by(admin, run)] == ["run"]
    admin.api.post(f"/runs/{run['id']}/stop")
    admin.api.post(f"/runs/{other['id']}/stop")
    for one in (run, other):
        admin.await_run(one["id"], lambda now: now["status"] in ENDED, seconds=30)
    assert [row for row in admin.truth()["positions"] if Decimal(row["size"])] == []


def _engaged_by(stage: Stage, run: dict[str, Any]) -> list[dict[str, Any]]:
    """The audit rows that say that the run switched trading off; the stream of its events brings them."""
    end = time.monotonic() + 30
    while True:
        rows = stage.api.items("/audit", action="kill_switch.engage")
        found = [row for row in rows if row["subject"] == run["id"]]
        if found or time.monotonic() > end:
            return found
        time.sleep(0.5)


def _seconds_until_ended(stage: Stage, run: dict[str, Any]) -> float:
    began = time.monotonic()
    stage.await_run(run["id"], lambda now: now["status"] in ENDED, seconds=15)
    return time.monotonic() - began


def _refusal_of_a_start(stage: Stage) -> Refused:
    bot = ready_bot(stage.api, strategy_spec("Refused by the switch"))
    with pytest.raises(Refused) as refused:
        stage.api.post(f"/bots/{bot['id']}/runs", {"durationMinutes": 1}, key=secrets.token_hex(8))
    return refused.value


def _release(cloud: WatchedCloud, stage: Stage, role: Role) -> httpx.Response:
    """Asks for the release as the same user, who has this role in the workspace from now on."""
    user, workspace = stage.api.session["user"]["id"], stage.api.session["workspace"]["id"]
    cloud.cloud.client("dynamodb").update_item(
        TableName=f"{cloud.cloud.environment()['TABLE_PREFIX']}-accounts",
        Key={"pk": {"S": f"USER#{user}"}, "sk": {"S": f"MEMBER#{workspace}"}},
        UpdateExpression="SET #role = :role",
        ExpressionAttributeNames={"#role": "role"},
        ExpressionAttributeValues={":role": {"S": role.value}},
    )
    return stage.api.answer("POST", "/kill-switch/release")


def _operate(cloud: WatchedCloud, action: str, reason: str) -> dict[str, Any]:
    prefix = cloud.cloud.environment()["TABLE_PREFIX"]
    event = {"action": action, "reason": reason, "operator": "test"}
    answer = cloud.cloud.client("lambda").invoke(
        FunctionName=f"{prefix}-platform-kill-switch", Payload=json.dumps(event).encode()
    )
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    return told


def _market_order(stage: Stage) -> dict[str, Any]:
    instrument = stage.api.get(f"/instruments/{SYMBOL}")
    last = Decimal(stage.api.get("/terminal/ticker", symbol=SYMBOL)["lastPrice"])
    step = Decimal(instrument["qtyStep"])
    qty = max(Decimal(instrument["minOrderQty"]), (Decimal(50) / last / step).to_integral_value() * step)

    return {
        "exchangeConnectionId": stage.connection_id,
        "symbol": SYMBOL,
        "side": "Buy",
        "type": "Market",
        "qty": format(qty, "f"),
        "stopLoss": _at(stage, "0.8"),
        "takeProfit": _at(stage, "1.2"),
    }


def _at(stage: Stage, part: str) -> str:
    """A price at this part of the last one."""
    tick = Decimal(stage.api.get(f"/instruments/{SYMBOL}")["tickSize"])
    last = Decimal(stage.api.get("/terminal/ticker", symbol=SYMBOL)["lastPrice"])
    return format((last * Decimal(part) / tick).to_integral_value() * tick, "f")


def _await_size(stage: Stage, size: Decimal) -> None:
    end = time.monotonic() + 10
    while True:
        held = [Decimal(row["size"]) for row in stage.truth()["positions"] if row["symbol"] == SYMBOL]
        if sum(held, Decimal(0)) == size:
            return
        assert time.monotonic() < end, held
        time.sleep(0.2)
