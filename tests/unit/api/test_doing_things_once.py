"""Every POST is safe to repeat: by its Idempotency-Key, or because a second one finds what the first left."""

from __future__ import annotations

import pytest

from chalicelib.api.operation import Operation
from chalicelib.api.operations import defined_operations
from tests.unit.api.gateway import Client

REPEATABLE = {
    "/auth/login": "makes a session that the caller asked for; ended by signing out",
    "/auth/register": "an address is registered once",
    "/auth/verify-email": "the link is good once",
    "/auth/verify-email/resend": "the newest link voids the earlier ones",
    "/auth/password/forgot": "the newest link voids the earlier ones",
    "/auth/password/reset": "the link is good once",
    "/auth/refresh": "a refresh token is good once, and its second use ends the session",
    "/auth/switch": "a refresh token is good once, and its second use ends the session",
    "/auth/logout": "what is signed out stays so",
    "/auth/step-up": "proves the same again",
    "/me/password": "a second one meets a password that is changed already",
    "/me/sessions/revoke-others": "what is revoked stays so",
    "/me/totp": "begins anew; nothing holds until it is confirmed",
    "/me/totp/confirm": "a one-time code is good once",
    "/me/recovery-codes": "the newest codes void the earlier ones, and no reply that holds a secret is kept",
    "/me/erase": "what is erased stays so",
    "/sockets/tickets": "a ticket is good once and for a minute",
    "/exchanges/{connection_id}/test": "asks the exchange the same again",
    "/terminal/orders/{order_id}/cancel": "what is cancelled stays so",
    "/strategies/validate": "changes nothing",
    "/strategies/{strategy_id}/webhook-secret": "the newest secret voids the earlier one; none is kept in a reply",
    "/signals/{strategy_id}": "the eventId is its identity",
    "/runs/stop-all": "what is stopping stays so",
    "/runs/{run_id}/stop": "what is stopping stays so",
    "/runs/{run_id}/kill": "what is killed stays so",
    "/runs/{run_id}/pause": "what is paused stays so",
    "/runs/{run_id}/resume": "what goes on stays so",
    "/lab/datasets/import": "the file's hash is its identity",
    "/lab/datasets/uploads": "an address that is not used leaves nothing",
    "/lab/preview": "changes nothing",
    "/lab/backtests/{job_id}/cancel": "what is cancelled stays so",
    "/lab/sweeps/{job_id}/cancel": "what is cancelled stays so",
    "/lab/walk-forwards/{job_id}/cancel": "what is cancelled stays so",
    "/kill-switch": "what is engaged stays so",
    "/kill-switch/release": "what is released stays so",
    "/invitations/accept": "the link is good once",
    "/invitations/{invitation_id}/resend": "the newest link voids the earlier one",
}
"""The POSTs that take no key, with what makes a repeat harmless."""


def test_every_post_takes_a_key_or_is_known_to_be_harmless_when_repeated() -> None:
    posts = [operation for operation in defined_operations() if operation.method == "POST"]
    keyless = {operation.path for operation in posts if not (operation.cached_reply or operation.takes_key)}

    assert keyless == set(REPEATABLE)


def test_no_reply_with_a_secret_in_it_is_kept() -> None:
    kept = {operation.path for operation in defined_operations() if operation.cached_reply}

    assert not kept & {"/me/totp", "/me/recovery-codes", "/strategies/{strategy_id}/webhook-secret"}


def test_an_invitation_whose_answer_was_lost_is_made_once(client: Client) -> None:
    client.step_up()
    body = {"email": "guest@example.com", "role": "viewer"}

    first = client.post("/invitations", body, key="invite-1")
    second = client.post("/invitations", body, key="invite-1")
    other = client.post("/invitations", {**body, "role": "admin"}, key="invite-1")

    assert (first.status, second.status, second.text) == (201, 201, first.text)
    assert (other.status, other.json["code"]) == (422, "idempotency.key_reused")
    assert len(client.get("/invitations").json["items"]) == 1


@pytest.mark.parametrize("blank", ["", " ", "\n\t "])
def test_white_space_with_a_key_is_the_same_body_as_an_empty_object(client: Client, blank: str) -> None:
    first = client.post("/presets/ema-cross/instantiate", raw=blank, key="preset-1")
    second = client.post("/presets/ema-cross/instantiate", {}, key="preset-1")

    assert (first.status, second.status, second.text) == (201, 201, first.text)


@pytest.mark.parametrize(
    "operation", [one for one in defined_operations() if one.cached_reply], ids=lambda one: one.name
)
def test_white_space_with_a_key_is_no_defect(client: Client, operation: Operation) -> None:
    path = "/".join("some-id" if part.startswith("{") else part for part in operation.path.split("/"))

    assert client.post(path, raw="  ", key="blank").status < 500
