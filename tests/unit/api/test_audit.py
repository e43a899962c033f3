"""The audit trail over HTTP: rows by filter, the verdict, the export; and what requests leave in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from chalicelib.domain.audit.chain import genesis, link_hash
from chalicelib.domain.audit.entry import AuditEntry
from tests.unit.api.gateway import Client, Gateway, strategy_document


def actions(client: Client, **query: str) -> list[str]:
    """The actions of the first page, newest first."""
    answer = client.get("/audit", **query)
    assert answer.status == 200, answer.text
    return [item["action"] for item in answer.json["items"]]


def test_a_request_that_changes_something_leaves_a_row_with_who_what_and_which_fields(
    gateway: Gateway, client: Client
) -> None:
    strategy_id = client.strategy()

    row = client.get("/audit", action="strategy").json["items"][0]

    assert (row["action"], row["subject"]) == ("strategy.created", strategy_id)
    assert row["actor"] == client.get("/me").json["user"]["id"]
    assert json.loads(row["detail"]) == {"fields": ["spec"], "requestId": "request-1"}


def test_fields_are_named_as_they_were_sent_and_only_those_that_were(gateway: Gateway, client: Client) -> None:
    client.connection()
    times = {"from": 1_640_995_200_000, "to": 1_641_000_000_000}
    client.post("/lab/datasets", {"symbol": "BTCUSDT", "interval": "1m", **times})

    details = {row[1]: json.loads(row[4]) for row in gateway.services.audit.rows if row[4].startswith("{")}

    assert details["connection.added"]["fields"] == ["apiKey", "env", "exchange", "name", "secret"]
    assert details["dataset.created"]["fields"] == ["from", "interval", "symbol", "to"]


def test_no_value_of_a_request_stands_in_its_row(gateway: Gateway, client: Client) -> None:
    client.connection("Canary name")

    assert "TOP-SECRET-CANARY" not in str(gateway.services.audit.rows)
    assert "APIKEY123456" not in str(gateway.services.audit.rows)
    assert "Canary name" not in str(gateway.services.audit.rows)


def test_a_refused_request_leaves_no_row(gateway: Gateway, client: Client) -> None:
    before = list(gateway.services.audit.rows)

    assert client.post("/strategies", {"spec": {}}).status == 400

    assert gateway.services.audit.rows == before


def test_a_repeated_request_leaves_one_row(gateway: Gateway, client: Client) -> None:
    for _ in range(2):
        client.post("/strategies", {"spec": strategy_document()}, key="again")

    assert actions(client, action="strategy.created") == ["strategy.created"]


def test_signing_in_is_audited_by_the_id_of_who_did(gateway: Gateway, client: Client) -> None:
    row = client.get("/audit", action="session.opened").json["items"][0]

    assert row["actor"] == row["subject"] == client.get("/me").json["user"]["id"]
    assert "example.com" not in str(gateway.services.audit.rows)


def test_an_act_is_answered_even_if_its_row_is_lost(gateway: Gateway, client: Client) -> None:
    gateway.services.audit.writable = False

    assert client.post("/strategies", {"spec": strategy_document()}).status == 201


def test_rows_come_newest_first_and_in_pages(client: Client) -> None:
    client.strategy()
    client.connection()

    first = client.get("/audit", limit="2").json
    rest = client.get("/audit", limit="200", cursor=first["nextCursor"]).json

    found = [item["action"] for item in [*first["items"], *rest["items"]]]
    assert found == ["connection.tested", "connection.added", "strategy.created", "session.opened"]
    assert rest["nextCursor"] is None


def test_rows_are_found_by_family_actor_and_time(client: Client) -> None:
    client.connection()
    rows = client.get("/audit").json["items"]
    me = client.get("/me").json["user"]["id"]

    assert actions(client, action="connection") == ["connection.tested", "connection.added"]
    assert actions(client, action="connection.added") == ["connection.added"]
    assert len(actions(client, actor=me)) == 3
    assert actions(client, actor="nobody") == []
    assert len(rows) == 3
    assert actions(client, fromMs="1700000000003") == ["connection.tested"]
    assert actions(client, toMs="1700000000003") == ["connection.added", "session.opened"]


def test_another_workspace_s_rows_are_not_shown(gateway: Gateway, client: Client) -> None:
    client.connection()

    assert actions(gateway.user("other@example.com")) == ["session.opened"]


def test_the_verdict_counts_what_is_not_sealed_yet(gateway: Gateway, client: Client) -> None:
    client.connection()

    before = client.get("/audit/verification").json
    gateway.services.seal()
    after = client.get("/audit/verification").json

    assert (before["verdict"], before["unsealed"], before["head"]) == ("intact", 3, None)
    assert (after["verdict"], after["unsealed"], after["head"]["seq"]) == ("intact", 0, 3)


def test_the_verdict_names_the_place_where_a_row_was_changed(gateway: Gateway, client: Client) -> None:
    client.connection()
    gateway.services.seal()
    rows = gateway.services.audit.log.rows
    key = sorted(rows)[1]
    rows[key] = replace(rows[key], actor="somebody-else")

    verdict = client.get("/audit/verification").json

    assert (verdict["verdict"], verdict["brokenAt"], verdict["reason"]) == ("broken", 2, "row_changed")


def test_an_export_can_be_verified_without_us(gateway: Gateway, client: Client) -> None:
    client.connection()
    gateway.services.seal()

    answer = client.get("/audit/export")

    assert answer.headers["Content-Type"] == "application/x-ndjson"
    lines: list[dict[str, Any]] = [json.loads(line) for line in answer.text.splitlines()]
    previous = genesis(client.workspace_id)
    for number, line in enumerate(lines, 1):
        row = line["row"]
        entry = AuditEntry(row["workspaceId"], row["auditId"], row["atMs"], row["action"], row["actor"],
                           row["subject"], row["detail"])  # fmt: skip
        assert (line["seq"], line["prevHash"]) == (number, previous)
        assert line["hash"] == link_hash(number, previous, line["sealedMs"], entry)
        previous = line["hash"]
    assert len(lines) == 3


def test_an_export_goes_on_where_the_last_one_ended_and_is_audited(gateway: Gateway, client: Client) -> None:
    client.connection()
    gateway.services.seal()

    first = client.get("/audit/export", limit="2").text.splitlines()
    second = client.get("/audit/export", afterSeq="2").text.splitlines()

    assert [json.loads(line)["seq"] for line in [*first, *second]] == [1, 2, 3]
    assert actions(client, action="audit") == ["audit.exported", "audit.exported"]
