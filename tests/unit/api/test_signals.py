"""Signals from outside over HTTP: signed, timely, once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.workspace.webhook import signature_of
from tests.unit.api.gateway import Answer, Client, Gateway, strategy_document

BODY = {"eventId": "event-1", "side": "long"}


class Webhook:
    """A strategy with an external entry, a run of it, and the secret that signs its signals."""

    def __init__(self, gateway: Gateway, client: Client) -> None:
        self.gateway, self.client = gateway, client
        document = strategy_document()
        document["entry"]["long"] = {"type": "external"}
        self.strategy_id = client.post("/strategies", {"spec": document}).json["id"]
        bot = {"name": "Bot", "strategyId": self.strategy_id, "exchangeConnectionId": client.connection()}
        bot_id = client.post("/bots", bot).json["id"]
        self.run_id = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5}).json["id"]
        client.step_up()
        self.secret = client.post(f"/strategies/{self.strategy_id}/webhook-secret").json["secret"]

    def send(self, body: Any = None, *, late: int = 0, raw: str | None = None, **changes: str) -> Answer:
        """A signed signal; ``changes`` replace the strategy, the secret, the timestamp or the signature."""
        text = raw if raw is not None else json.dumps(BODY if body is None else body)
        stamp = changes.get("timestamp", str(self.gateway.services.clock.now // 1000 - late))
        signature = changes.get("signature") or signature_of(changes.get("secret", self.secret), stamp, text.encode())
        return self.gateway.call(
            "POST",
            f"/signals/{changes.get('strategy', self.strategy_id)}",
            raw=text,
            headers={"X-Timestamp": stamp, "X-Signature": signature},
        )

    def messages(self) -> list[Any]:
        """What waits in the run's inbox."""
        return list(self.gateway.services.inbox.messages.get(self.run_id, {}).values())


@pytest.fixture
def webhook(gateway: Gateway, client: Client) -> Webhook:
    return Webhook(gateway, client)


def test_a_signed_signal_reaches_the_runs_that_wait_for_it(webhook: Webhook) -> None:
    answer = webhook.send({**BODY, "price": "40000.5"})

    assert (answer.status, answer.json["runIds"]) == (202, [webhook.run_id])
    (message,) = webhook.messages()
    assert (message.event_id, message.side, str(message.price)) == ("event-1", Side.BUY, "40000.5")


def test_a_repeated_event_gets_the_first_answer_and_reaches_nobody_again(webhook: Webhook) -> None:
    first = webhook.send()
    webhook.gateway.services.inbox.messages.clear()
    webhook.gateway.services.clock.now += 5_000

    again = webhook.send({**BODY, "side": "short"})

    assert (again.status, again.text) == (202, first.text)
    assert webhook.messages() == []
    rows = [row for row in webhook.gateway.services.audit.rows if row[1] == "signal.accepted"]
    assert len(rows) == 1


def test_a_signal_that_was_not_delivered_is_delivered_by_its_repeat_with_its_first_time(webhook: Webhook) -> None:
    webhook.send()
    (first,) = webhook.messages()
    signals = webhook.gateway.services.signal_rows
    ((key, (signal, _)),) = signals.rows.items()
    signals.rows[key] = (signal, False)
    webhook.gateway.services.inbox.messages.clear()
    webhook.gateway.services.clock.now += 5_000

    webhook.send()

    assert webhook.messages() == [first]


def test_after_a_day_an_event_id_is_free_again(webhook: Webhook) -> None:
    first = webhook.send()
    webhook.gateway.services.clock.now += 24 * 3600 * 1000 + 1000

    assert webhook.send().json["acceptedAt"] != first.json["acceptedAt"]


def test_a_signal_asks_once_whose_webhook_signed_it(webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = webhook.gateway.services.signal_rows
    asked: list[str] = []
    stored = rows.webhook
    monkeypatch.setattr(rows, "webhook", lambda strategy_id: (asked.append(strategy_id), stored(strategy_id))[1])

    assert webhook.send().status == 202

    assert asked == [webhook.strategy_id]


REFUSED: dict[str, dict[str, str]] = {
    "unknown strategy": {"strategy": "01J0000000000000000000ZZZZ"},
    "another secret": {"secret": "x" * 43},
    "no signature": {"signature": "v1="},
    "another scheme": {"signature": "v2=00"},
    "not ASCII": {"signature": "v1=é"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_who_has_no_secret_learns_nothing(webhook: Webhook, name: str) -> None:
    answer = webhook.send(raw="not even JSON", **REFUSED[name])

    assert (answer.status, answer.json["code"], answer.json["errors"][0]["detail"]) == (
        401,
        "signal.refused",
        "the signal is not signed by a webhook of this strategy",
    )
    assert webhook.messages() == []


def test_a_strategy_without_a_secret_answers_like_an_unknown_one(webhook: Webhook) -> None:
    other = webhook.client.strategy()

    answer = webhook.send(strategy=other)

    assert (answer.status, answer.json["code"]) == (401, "signal.refused")


def test_a_deleted_strategy_takes_no_signals(webhook: Webhook) -> None:
    webhook.gateway.services.strategy_rows.deleted.add((webhook.client.workspace_id, webhook.strategy_id))

    assert webhook.send().json["code"] == "signal.refused"


def test_a_changed_body_is_refused(webhook: Webhook) -> None:
    stamp = str(webhook.gateway.services.clock.now // 1000)
    signature = signature_of(webhook.secret, stamp, json.dumps(BODY).encode())

    assert webhook.send({**BODY, "side": "short"}, signature=signature).json["code"] == "signal.refused"


@pytest.mark.parametrize(("late", "status"), [(300, 202), (301, 401), (-300, 202), (-301, 401)])
def test_a_request_is_good_for_five_minutes_around_its_time(webhook: Webhook, late: int, status: int) -> None:
    assert webhook.send(late=late).status == status


@pytest.mark.parametrize("stamp", ["", "soon", "1.5", "-1", "٣", "9" * 13])
def test_a_signed_time_that_is_none_is_stale(webhook: Webhook, stamp: str) -> None:
    answer = webhook.send(timestamp=stamp)

    assert (answer.status, answer.json["code"]) == (401, "signal.stale")


def test_a_signal_is_traded_within_a_minute_of_its_signature(webhook: Webhook) -> None:
    webhook.send(late=50)

    (message,) = webhook.messages()
    assert message.good_until_ms == webhook.gateway.services.clock.now + 10_000


@pytest.mark.parametrize(
    "body",
    [{}, {"eventId": "e"}, {**BODY, "side": "up"}, {**BODY, "eventId": ""}, {**BODY, "price": 1}, {**BODY, "qty": "1"}],
)
def test_a_signed_body_is_held_to_its_model(webhook: Webhook, body: dict[str, Any]) -> None:
    assert webhook.send(body).status == 400
    assert webhook.messages() == []


def test_a_new_secret_voids_the_one_before(webhook: Webhook) -> None:
    old = webhook.secret
    made = webhook.client.post(f"/strategies/{webhook.strategy_id}/webhook-secret").json

    assert (made["version"], made["secret"] == old) == (2, False)
    assert webhook.send().json["code"] == "signal.refused"
    assert webhook.send(secret=made["secret"]).status == 202


def test_making_a_secret_needs_a_fresh_proof_of_presence(client: Client) -> None:
    answer = client.post(f"/strategies/{client.strategy()}/webhook-secret")

    assert (answer.status, answer.json["code"]) == (403, "auth.step_up_required")


def test_the_webhook_tells_where_and_when_and_never_the_secret(webhook: Webhook) -> None:
    webhook.send()

    view = webhook.client.get(f"/strategies/{webhook.strategy_id}/webhook")

    assert view.json["path"] == f"/api/v1/signals/{webhook.strategy_id}"
    assert (view.json["version"], view.json["lastEventId"]) == (1, "event-1")
    assert webhook.secret not in view.text


def test_a_run_of_a_version_that_waits_for_nothing_gets_nothing(webhook: Webhook) -> None:
    version = webhook.gateway.services.strategy_rows
    key = next(iter(key for key in version.rows if key[1] == webhook.strategy_id))
    plain = webhook.client.post("/strategies/validate", {"spec": strategy_document()}).json["normalised"]
    version.rows[key] = replace(version.rows[key], normalised=plain)

    assert webhook.send().json["runIds"] == []
