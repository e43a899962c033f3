"""The operators' proof of the audit trail, over memory."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.domain.audit.chain import Head
from chalicelib.domain.audit.verdict import Break
from functions.ops.audit import check_export, head_of, main, verify_workspaces
from tests.unit.api.gateway import Client, Gateway


@pytest.fixture
def client(gateway: Gateway) -> Client:
    """An admin whose acts are sealed, beside another workspace."""
    found = gateway.user()
    found.connection()
    gateway.user("other@example.com")
    gateway.services.seal()
    return found


@pytest.fixture
def gateway() -> Gateway:
    """The API over fakes."""
    return Gateway()


def test_all_workspaces_are_verified_unless_one_is_named(gateway: Gateway, client: Client) -> None:
    audit = gateway.services.read_audit

    every = verify_workspaces(audit, None, [])
    one = verify_workspaces(audit, client.workspace_id, [])

    assert len(every) == 2
    assert all(verdict.intact for verdict in every.values())
    assert list(one) == [client.workspace_id]


def test_a_workspace_of_which_everything_was_removed_is_missed_by_its_head(gateway: Gateway, client: Client) -> None:
    services = gateway.services
    services.audit.log.rows = {
        key: row for key, row in services.audit.log.rows.items() if key[0] != client.workspace_id
    }
    services.audit_chain.links.clear()

    verdict = verify_workspaces(services.read_audit, None, [])[client.workspace_id]

    assert (verdict.intact, verdict.reason) == (False, Break.HEAD_MISSING)


def test_a_noted_head_that_the_chain_no_longer_reaches_is_reported(gateway: Gateway, client: Client) -> None:
    verdict = verify_workspaces(gateway.services.read_audit, client.workspace_id, [Head(9, "0" * 64)])[
        client.workspace_id
    ]

    assert (verdict.broken_at, verdict.reason) == (9, Break.HEAD_MISSING)


def test_an_export_is_verified_by_itself(client: Client) -> None:
    lines = client.get("/audit/export").text.splitlines()

    assert check_export(lines)[client.workspace_id].intact


def test_an_export_with_one_changed_letter_is_not(client: Client) -> None:
    lines = client.get("/audit/export").text.splitlines()
    document = json.loads(lines[1])
    document["row"]["action"] = "connection.edded"

    verdict = check_export([lines[0], json.dumps(document), *lines[2:]])[client.workspace_id]

    assert (verdict.broken_at, verdict.reason) == (2, Break.ROW_CHANGED)


def test_a_row_that_is_gone_breaks_the_export(gateway: Gateway, client: Client) -> None:
    rows = gateway.services.audit.log.rows
    del rows[sorted(key for key in rows if key[0] == client.workspace_id)[1]]

    verdict = check_export(client.get("/audit/export").text.splitlines())[client.workspace_id]

    assert (verdict.broken_at, verdict.reason) == (2, Break.ROW_MISSING)


def test_a_head_is_read_as_it_is_printed() -> None:
    assert head_of(f"7:{'a' * 64}") == replace(Head(7, ""), hash="a" * 64)
    with pytest.raises(ValueError, match="SEQ:HASH"):
        head_of("7:abc")


def test_a_head_is_held_against_the_workspace_that_it_is_of(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["verify", "--head", f"7:{'a' * 64}"])

    assert refused.value.code == 2
    assert "--workspace" in capsys.readouterr().err
