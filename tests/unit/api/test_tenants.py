"""Nobody reaches into another workspace: every id, in every place of every request, made from the tables themselves.

A new route with an id in its path, or a new field that holds an id, fails here until it is in the matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.route_access import ROUTE_ACCESS, STEP_UP
from chalicelib.ports import NotFound
from tests.unit.api.gateway import Answer, Client, Gateway, order_body, strategy_document
from tests.unit.api.tenants import Owned, Place, named_ids

GUARDED = [(method, path) for (method, path), need in ROUTE_ACCESS.items() if isinstance(need, Role)]
NOBODY_S = {"{symbol}", "{slug}"}
WITH_ID = [(method, path) for method, path in GUARDED if "{" in path and not NOBODY_S & set(path.split("/"))]

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/exchanges/{connection_id}"): {"name": "Stolen"},
    ("PUT", "/strategies/{strategy_id}"): {"spec": strategy_document("ETHUSDT")},
    ("POST", "/terminal/orders/{order_id}/amend"): {"price": "39999"},
    ("PATCH", "/bots/{bot_id}"): {"name": "Stolen"},
    ("PATCH", "/members/{user_id}"): {"role": "viewer"},
}
"""What makes a request to another's thing valid but for whose it is."""


@pytest.mark.parametrize(("method", "template"), WITH_ID)
def test_what_belongs_to_another_workspace_does_not_exist(gateway: Gateway, method: str, template: str) -> None:
    owned = Owned(gateway)
    intruder = gateway.user("intruder@example.com")
    if (method, template) in STEP_UP:
        intruder.step_up()

    answer = intruder.call(method, owned.path(template), body=BODIES.get((method, template)))
    missing = intruder.call(method, _with_no_such_id(template), body=BODIES.get((method, template)))

    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert _but_for_the_id(answer) == _but_for_the_id(missing)


def test_the_owner_reaches_all_of_it(gateway: Gateway) -> None:
    owned = Owned(gateway)

    for method, template in WITH_ID:
        if method == "GET" and not template.endswith(("/report", "/replay")):
            assert owned.owner.call(method, owned.path(template)).status == 200, template


def test_lists_show_one_s_own_only(gateway: Gateway) -> None:
    Owned(gateway)
    intruder = gateway.user("intruder@example.com")

    jobs = ("/lab/backtests", "/lab/sweeps", "/lab/walk-forwards", "/lab/datasets")
    for path in ("/exchanges", "/strategies", "/bots", "/runs", "/terminal/orders", "/invitations", *jobs):
        assert intruder.get(path).json["items"] == [], path
    assert [one["email"] for one in intruder.get("/members").json["items"]] == ["intruder@example.com"]
    assert [one["current"] for one in intruder.get("/workspaces").json["items"]] == [True]


Ask = Callable[[Client, Owned, Owned], Answer]
"""A request of the first's that is good but for one id, the second owner's; the third's are the asker's own."""


def _experiment(own: Owned, **changes: Any) -> dict[str, Any]:
    return {"spec": strategy_document(), "datasets": {"1m": own.dataset_id}, **changes}


def _of_strategy(path: str, **more: Any) -> Ask:
    def ask(intruder: Client, owned: Owned, own: Owned) -> Answer:
        return intruder.post(path, {"strategyId": owned.strategy_id, "datasets": {"1m": own.dataset_id}, **more})

    return ask


def _on_dataset(path: str, **more: Any) -> Ask:
    def ask(intruder: Client, owned: Owned, own: Owned) -> Answer:
        return intruder.post(path, _experiment(own, datasets={"1m": owned.dataset_id}, **more))

    return ask


def _of_account(path: str, **more: str) -> Ask:
    def ask(intruder: Client, owned: Owned, own: Owned) -> Answer:
        return intruder.get(path, exchangeConnectionId=owned.connection_id, **more)

    return ask


def _posting(path: str, body: Callable[[Owned, Owned], dict[str, Any]]) -> Ask:
    def ask(intruder: Client, owned: Owned, own: Owned) -> Answer:
        return intruder.post(path, body(owned, own))

    return ask


_LENGTH = {"pointer": "/entry/long/a/params/length", "start": "3", "stop": "4", "step": "1"}
_FOLDS = {"isBars": 20, "oosBars": 10, "step": 10}
_LEVELS = {"symbol": "BTCUSDT", "stopLoss": "39000", "takeProfit": "42000"}

REFUSED: dict[Place, Ask] = {
    ("POST", "/terminal/orders", "body/exchangeConnectionId"): _posting(
        "/terminal/orders", lambda owned, own: order_body(owned.connection_id)
    ),
    ("GET", "/terminal/positions", "query/exchangeConnectionId"): _of_account("/terminal/positions"),
    ("POST", "/terminal/positions/protection", "body/exchangeConnectionId"): _posting(
        "/terminal/positions/protection",
        lambda owned, own: {"exchangeConnectionId": owned.connection_id, **_LEVELS},
    ),
    ("POST", "/terminal/positions/close", "body/exchangeConnectionId"): _posting(
        "/terminal/positions/close",
        lambda owned, own: {"exchangeConnectionId": owned.connection_id, "symbol": "BTCUSDT"},
    ),
    ("GET", "/terminal/open-orders", "query/exchangeConnectionId"): _of_account("/terminal/open-orders"),
    ("GET", "/terminal/order-history", "query/exchangeConnectionId"): _of_account(
        "/terminal/order-history", symbol="BTCUSDT"
    ),
    ("GET", "/terminal/closed-pnl", "query/exchangeConnectionId"): _of_account("/terminal/closed-pnl"),
    ("POST", "/bots", "body/strategyId"): _posting(
        "/bots",
        lambda owned, own: {
            "name": "B",
            "strategyId": owned.strategy_id,
            "exchangeConnectionId": own.connection_id,
        },
    ),
    ("POST", "/bots", "body/exchangeConnectionId"): _posting(
        "/bots",
        lambda owned, own: {
            "name": "B",
            "strategyId": own.strategy_id,
            "exchangeConnectionId": owned.connection_id,
        },
    ),
    ("PATCH", "/bots/{bot_id}", "body/strategyId"): lambda intruder, owned, own: intruder.call(
        "PATCH", f"/bots/{intruder.bot()}", body={"strategyId": owned.strategy_id}
    ),
    ("PATCH", "/bots/{bot_id}", "body/exchangeConnectionId"): lambda intruder, owned, own: intruder.call(
        "PATCH", f"/bots/{intruder.bot()}", body={"exchangeConnectionId": owned.connection_id}
    ),
    ("POST", "/lab/preview", "body/datasets/*"): _posting(
        "/lab/preview",
        lambda owned, own: {"spec": strategy_document(), "datasets": {"1m": owned.dataset_id}},
    ),
    ("POST", "/lab/backtests", "body/strategyId"): _of_strategy("/lab/backtests"),
    ("POST", "/lab/backtests", "body/datasets/*"): _on_dataset("/lab/backtests"),
    ("GET", "/lab/backtests/compare", "query/a"): lambda intruder, owned, own: intruder.get(
        "/lab/backtests/compare", a=owned.backtest_id, b=own.backtest_id
    ),
    ("GET", "/lab/backtests/compare", "query/b"): lambda intruder, owned, own: intruder.get(
        "/lab/backtests/compare", a=own.backtest_id, b=owned.backtest_id
    ),
    ("POST", "/lab/sweeps", "body/strategyId"): _of_strategy("/lab/sweeps", parameters=[_LENGTH]),
    ("POST", "/lab/sweeps", "body/datasets/*"): _on_dataset("/lab/sweeps", parameters=[_LENGTH]),
    ("POST", "/lab/walk-forwards", "body/strategyId"): _of_strategy("/lab/walk-forwards", folds=_FOLDS),
    ("POST", "/lab/walk-forwards", "body/datasets/*"): _on_dataset("/lab/walk-forwards", folds=_FOLDS),
    ("POST", "/presets/{slug}/instantiate", "body/exchangeConnectionId"): lambda intruder, owned, own: intruder.post(
        f"/presets/{intruder.get('/presets').json['items'][0]['slug']}/instantiate",
        {"exchangeConnectionId": owned.connection_id, "symbol": "BTCUSDT"},
    ),
}
"""Where naming another's thing answers 404, and how to name it there."""

FILTERS: dict[Place, Callable[[Owned], tuple[str, str, str]]] = {
    ("GET", "/terminal/orders", "query/exchangeConnectionId"): lambda owned: (
        "/terminal/orders", "exchangeConnectionId", owned.connection_id,
    ),
    ("GET", "/runs", "query/botId"): lambda owned: ("/runs", "botId", owned.bot_id),
}  # fmt: skip
"""Filters of one's own list: another's id finds nothing, as one that does not exist. (They are no references: what a
removed bot or connection has done can still be listed.)"""

ELSEWHERE: dict[Place, str] = {
    ("POST", "/auth/switch", "body/workspaceId"): "test_workspaces: needs the cookie",
    ("POST", "/lab/datasets", "body/uploadKey"): "looked for among the asker's own uploads alone: see below",
    ("POST", "/lab/backtests", "body/detail"): "no id: the name of a detail",
    ("POST", "/lab/sweeps", "body/detail"): "no id: the name of a detail",
    ("POST", "/lab/walk-forwards", "body/detail"): "no id: the name of a detail",
}


def test_the_matrix_has_every_place_that_names_an_id() -> None:
    assert set(named_ids()) == set(REFUSED) | set(FILTERS) | set(ELSEWHERE)


@pytest.mark.parametrize("place", sorted(REFUSED), ids=" ".join)
def test_naming_what_belongs_to_another_workspace_is_refused(gateway: Gateway, place: Place) -> None:
    owned, own = Owned(gateway), Owned(gateway, "intruder@example.com")
    sent = len(gateway.services.exchange.placed)

    answer = REFUSED[place](own.owner, owned, own)

    assert answer.status == 404, answer.text
    assert len(gateway.services.exchange.placed) == sent


@pytest.mark.parametrize("place", sorted(FILTERS), ids=" ".join)
def test_a_filter_by_another_s_id_finds_nothing(gateway: Gateway, place: Place) -> None:
    owned, own = Owned(gateway), Owned(gateway, "intruder@example.com")
    path, name, foreign = FILTERS[place](owned)

    answer = own.owner.get(path, **{name: foreign})

    assert (answer.status, answer.json["items"]) == (200, [])
    assert answer.text == own.owner.get(path, **{name: "01J0000000000000000000ZZZZ"}).text


def test_another_s_upload_is_looked_for_among_one_s_own(gateway: Gateway) -> None:
    owned, own = Owned(gateway), Owned(gateway, "intruder@example.com")
    gateway.services.lab_store.uploads[(owned.workspace_id, owned.upload)] = b"timestamp,open,high,low,close,volume\n"

    own.owner.post("/lab/datasets", {"symbol": "BTCUSDT", "interval": "1m", "uploadKey": owned.upload})

    with pytest.raises(NotFound):
        gateway.services.lab_store.read_upload(own.workspace_id, owned.upload, 1_000)


def _with_no_such_id(template: str) -> str:
    return "/".join("01J0000000000000000000ZZZZ" if part.startswith("{") else part for part in template.split("/"))


def _but_for_the_id(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in answer.json.items() if name != "instance"}
