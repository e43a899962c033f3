"""Roles and the table of access."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.route_access import ROUTE_ACCESS, required_access


@pytest.mark.parametrize(
    ("role", "reached"),
    [
        (Role.VIEWER, {Role.VIEWER}),
        (Role.TRADER, {Role.VIEWER, Role.TRADER}),
        (Role.ADMIN, {Role.VIEWER, Role.TRADER, Role.ADMIN}),
    ],
)
def test_a_role_reaches_itself_and_those_below(role: Role, reached: set[Role]) -> None:
    assert {other for other in Role if role.reaches(other)} == reached
    assert all(Actor("u", "w", role).has(other) for other in reached)


def test_a_route_that_is_not_in_the_table_is_closed() -> None:
    with pytest.raises(KeyError):
        required_access("GET", "/secret")


def test_whatever_changes_something_needs_more_than_a_viewer() -> None:
    open_to_viewers = {route for route, need in ROUTE_ACCESS.items() if route[0] != "GET" and need is Role.VIEWER}

    # These change nothing: a validation and a preview store nothing, a ticket lets its owner read.
    harmless = {("POST", "/strategies/validate"), ("POST", "/lab/preview"), ("POST", "/sockets/tickets")}
    harmless |= {("POST", "/auth/step-up")}
    # Whoever is invited may come, whatever they are elsewhere.
    harmless |= {("POST", "/invitations/accept")}
    # One's own account is one's own, whatever the role.
    open_to_viewers = {route for route in open_to_viewers if route[1].split("/")[1] != "me"}
    assert open_to_viewers == harmless
