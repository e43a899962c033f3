"""Requests that must be refused: each answers with a problem that points at the place, and changes nothing."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest

from chalicelib.adapters.tokens import KmsAccessTokens
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import AccessClaims
from tests.e2e.api_client import ApiClient, Refused
from tests.e2e.trading_bot import always_long, ready_bot, strategy_spec
from tests.integration.runs.stage import Stage, WatchedCloud


def order(stage: Stage, **changes: Any) -> dict[str, Any]:
    """The body of a good order, with changes; None leaves a field out."""
    last = float(stage.api.get("/terminal/ticker", symbol="BTCUSDT")["lastPrice"])
    body = {
        "exchangeConnectionId": stage.connection_id,
        "symbol": "BTCUSDT",
        "side": "Buy",
        "type": "Market",
        "qty": "0.001",
        "stopLoss": f"{last * 0.95:.1f}",
        "takeProfit": f"{last * 1.05:.1f}",
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def nested(levels: int) -> dict[str, Any]:
    """An object so many levels deep."""
    inner: dict[str, Any] = {}
    for _ in range(levels - 1):
        inner = {"a": inner}
    return inner


def invalid_strategy() -> dict[str, Any]:
    """The scalper with an indicator that does not exist."""
    spec = strategy_spec("Invalid")
    spec["entry"]["long"]["a"]["indicator"] = "crystal_ball"
    return spec


def counted(stage: Stage) -> dict[str, Any]:
    """Everything that a refused request could have changed."""
    books = stage.truth()
    return {
        "strategies": len(list(stage.api.items("/strategies"))),
        "bots": len(list(stage.api.items("/bots"))),
        "runs": len(list(stage.api.items("/runs"))),
        "manual orders": len(stage.api.get("/terminal/orders")["items"]),
        "orders on the exchange": len(books["orders"]),
        "positions": len(books["positions"]),
    }


BAD_REQUESTS: dict[str, tuple[Callable[[Stage], tuple[str, Any]], int, str]] = {
    "an invalid strategy": (
        lambda stage: ("/strategies", {"spec": invalid_strategy()}),
        400,
        "/entry/long/a/indicator",
    ),
    "an unknown symbol": (lambda stage: ("/terminal/orders", order(stage, symbol="NOSUCHUSDT")), 422, "/symbol"),
    "a quantity off its step": (lambda stage: ("/terminal/orders", order(stage, qty="0.0015")), 400, "/qty"),
    "a missing stop loss": (lambda stage: ("/terminal/orders", order(stage, stopLoss=None)), 400, "/stopLoss"),
    "an unknown field": (lambda stage: ("/terminal/orders", order(stage, leverage="50")), 400, "/leverage"),
    "a number where a string is asked for": (lambda stage: ("/terminal/orders", order(stage, qty=0.001)), 400, "/qty"),
    "a body too deep": (lambda stage: ("/strategies", {"spec": nested(40)}), 400, "/spec" + "/a" * 31),
    "a body too large": (lambda stage: ("/strategies", {"spec": {"name": "x" * 70_000}}), 413, ""),
}


@pytest.mark.parametrize("what", BAD_REQUESTS)
def test_it_is_refused_with_a_pointer_and_changes_nothing(stage: Stage, what: str) -> None:
    make, status, pointer = BAD_REQUESTS[what]
    path, body = make(stage)
    before = counted(stage)

    with pytest.raises(Refused) as refused:
        stage.api.post(path, body, key=f"bad-{secrets.token_hex(8)}")

    assert refused.value.status == status
    assert any(found.endswith(pointer) for found in refused.value.pointers), refused.value.problem
    assert refused.value.problem["requestId"]
    assert counted(stage) == before


def test_a_second_run_on_the_same_symbol_is_refused_and_the_first_goes_on(stage: Stage) -> None:
    first = stage.start(always_long("First on its symbol"), minutes=2)
    bot = ready_bot(stage.api, strategy_spec("Second on its symbol"))
    before = len(list(stage.api.items("/runs")))

    with pytest.raises(Refused) as refused:
        stage.api.post(f"/bots/{bot['id']}/runs", {"durationMinutes": 1})

    assert (refused.value.status, refused.value.code) == (409, "run.symbol_busy")
    assert refused.value.pointers == ["#/path/bot_id"]
    assert len(list(stage.api.items("/runs"))) == before
    assert stage.run(first["id"])["stopReason"] is None


def test_an_expired_token_is_refused_and_starts_nothing(cloud: WatchedCloud, stage: Stage) -> None:
    bot = ready_bot(stage.api, strategy_spec("Expired token"))
    token = _expired(cloud, stage.api.session["accessToken"])

    answer = httpx.post(
        f"{stage.endpoints['api']}/bots/{bot['id']}/runs",
        json={"durationMinutes": 1},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "auth.token_expired")
    assert answer.json()["errors"][0]["pointer"] == "#/header/Authorization"
    assert list(stage.api.items(f"/bots/{bot['id']}/runs")) == []


def test_a_token_with_a_changed_signature_is_refused(stage: Stage) -> None:
    token = str(stage.api.session["accessToken"])
    changed = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")

    answer = httpx.get(f"{stage.endpoints['api']}/bots", headers={"Authorization": f"Bearer {changed}"}, timeout=30)

    assert (answer.status_code, answer.json()["code"]) == (401, "auth.token_invalid")


def test_what_belongs_to_another_workspace_does_not_exist(stage: Stage, stranger: ApiClient) -> None:
    run = stage.start(always_long("Seen by nobody else"), minutes=1)
    foreign = [
        ("GET", f"/runs/{run['id']}"),
        ("GET", f"/runs/{run['id']}/events"),
        ("GET", f"/runs/{run['id']}/intents"),
        ("POST", f"/runs/{run['id']}/stop"),
        ("GET", f"/bots/{run['botId']}"),
        ("POST", f"/bots/{run['botId']}/runs"),
        ("GET", f"/strategies/{run['strategyId']}"),
        ("DELETE", f"/strategies/{run['strategyId']}"),
        ("GET", f"/exchanges/{run['exchangeConnectionId']}"),
        ("DELETE", f"/exchanges/{run['exchangeConnectionId']}"),
    ]

    answers = [_status(stranger, method, path) for method, path in foreign]

    assert answers == [404] * len(foreign)
    assert stage.run(run["id"])["stopReason"] is None


@pytest.fixture(scope="module")
def stranger(cloud: WatchedCloud) -> Iterator[ApiClient]:
    """A user of another workspace of the same cloud."""
    login = {
        "email": "stranger@botmarketplace.local",
        "password": secrets.token_urlsafe(16),
    }
    made = {**login, "api_key": "unused", "api_secret": "unused"}
    done = subprocess.run(
        [sys.executable, "-m", "infra.local.seed_user"],
        env=cloud.cloud.environment(),
        input=json.dumps(made),
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    client = ApiClient({**cloud.endpoints, **login, **json.loads(done.stdout)})
    client.login()
    yield client
    client.close()


def _status(client: ApiClient, method: str, path: str) -> int:
    try:
        client.call(method, path, body={} if method == "POST" else None)
    except Refused as refused:
        return refused.status
    return 200


def _expired(cloud: WatchedCloud, token: str) -> str:
    """The same claims, signed by this cloud's own key, with their time over."""
    given = jwt.decode(token, options={"verify_signature": False})
    key_id = cloud.cloud.environment()["TOKEN_KEY_IDS"]
    signer = KmsAccessTokens(cloud.cloud.client("kms"), [key_id], issuer=given["iss"], audience=given["aud"])
    now = int(time.time())
    role = Role(given["role"])
    return signer.sign(AccessClaims(given["sub"], given["wsp"], role, given["sid"], "expired", now - 1000, now - 1))
