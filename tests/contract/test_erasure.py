"""Erasing a person: the fake and DynamoDB (moto) leave the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pynamodb.connection import Connection

from chalicelib.adapters.dynamodb.account_items import AccountItem
from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
from chalicelib.adapters.dynamodb.erasure import DynamoErasure
from chalicelib.adapters.dynamodb.sessions import DynamoSessions
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import Device, RefreshFamily
from chalicelib.domain.accounts.user import Membership, User, Workspace, erased_email
from chalicelib.identity_ports import AccountRepository, SessionRepository
from chalicelib.workspace_ports import ErasureRepository
from tests.contract.moto_aws import REGION, moto_aws
from tests.fakes.memory_accounts import MemoryAccounts, MemorySessions
from tests.fakes.memory_workspaces import MemoryErasure

USER = User("U1", "ann@example.com", "hash", "ru", 1, name="Ann", email_verified=True)
WORKSPACE = Workspace("w1", "Ann's", WorkspaceLimits(), 1)


@dataclass(frozen=True)
class Ports:
    """All of one kind."""

    accounts: AccountRepository
    sessions: SessionRepository
    erasure: ErasureRepository


@pytest.fixture(params=["memory", "dynamodb"])
def ports(request: pytest.FixtureRequest) -> Iterator[Ports]:
    """With a user who has two sessions and a second factor."""
    if request.param == "memory":
        accounts, sessions = MemoryAccounts(), MemorySessions()
        yield _filled(Ports(accounts, sessions, MemoryErasure(accounts, sessions)))
        return
    with moto_aws(AccountItem):
        connection = Connection(region=REGION)
        yield _filled(Ports(DynamoAccounts(connection), DynamoSessions(), DynamoErasure(connection)))


def _filled(ports: Ports) -> Ports:
    ports.accounts.create(USER, WORKSPACE, Membership("U1", "w1", Role.ADMIN))
    ports.accounts.set_up_totp("U1", 1)
    ports.accounts.confirm_totp("U1", 1, 1, ("h1", "h2"))
    for family_id in ("f1", "f2"):
        ports.sessions.create_family(
            RefreshFamily(
                family_id=family_id,
                user_id="U1",
                workspace_id="w1",
                current_hash="h",
                csrf_hash="c",
                generation=1,
                revoked=False,
                created_ms=1,
                expires_ms=9,
                device=Device("browser", "192.0.2.1"),
            )
        )
    return ports


@pytest.mark.parametrize("times", [1, 2])
def test_an_erased_profile_names_nobody(ports: Ports, times: int) -> None:
    for _ in range(times):
        ports.erasure.erase_user(ports.accounts.user("U1"))

    left = ports.accounts.user("U1")
    assert (left.email, left.name, left.locale, left.password_hash) == (erased_email("U1"), "", "en", "")
    assert (left.email_verified, left.totp_confirmed) == (False, False)
    assert ports.accounts.user_by_email("ann@example.com") is None


def test_an_erased_address_can_be_taken_again(ports: Ports) -> None:
    ports.erasure.erase_user(ports.accounts.user("U1"))

    again = User("U2", "ann@example.com", "hash", "en", 2)
    ports.accounts.create(again, Workspace("w2", "New", WorkspaceLimits(), 2), Membership("U2", "w2", Role.ADMIN))

    assert ports.accounts.user_by_email("ann@example.com") == again


def test_forgotten_sessions_are_gone(ports: Ports) -> None:
    ports.erasure.forget_sessions("U1")

    assert ports.sessions.families("U1") == ()


def test_a_workspace_is_renamed_and_otherwise_the_same(ports: Ports) -> None:
    ports.erasure.rename_workspace(WORKSPACE, "Erased")

    left = ports.accounts.workspace("w1")
    assert (left.name, left.limits, left.created_ms) == ("Erased", WORKSPACE.limits, 1)
