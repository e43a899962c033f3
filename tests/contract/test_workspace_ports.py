"""Members, quotas and invitations: the fakes and DynamoDB (moto) keep the same promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from pynamodb.connection import Connection

from chalicelib.adapters.dynamodb.account_items import AccountItem
from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
from chalicelib.adapters.dynamodb.invitations import DynamoInvitations
from chalicelib.adapters.dynamodb.members import DynamoMembers
from chalicelib.adapters.dynamodb.quotas import DynamoQuotas, QuotaItem
from chalicelib.domain.accounts.invitation import Invitation
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.quotas import Quotas
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, User, Workspace
from chalicelib.identity_ports import AccountRepository, InvitationRepository
from chalicelib.ports import Conflict, NotFound
from chalicelib.workspace_ports import MemberRepository, QuotaRepository
from tests.contract.moto_aws import REGION, moto_aws
from tests.fakes.memory_accounts import MemoryAccounts
from tests.fakes.memory_mail import MemoryInvitations
from tests.fakes.memory_workspaces import MemoryMembers, MemoryQuotas

ADMIN = Membership("u1", "w1", Role.ADMIN)
INVITATION = Invitation("w1", "01I1", "hash-1", "guest@example.com", Role.TRADER, "u1", 1_000, 9_000)


@dataclass(frozen=True)
class Ports:
    """All of one kind."""

    accounts: AccountRepository
    members: MemberRepository
    quotas: QuotaRepository
    invitations: InvitationRepository


@pytest.fixture(params=["memory", "dynamodb"])
def ports(request: pytest.FixtureRequest) -> Iterator[Ports]:
    """With a workspace of one admin, and a second user in a workspace of their own."""
    if request.param == "memory":
        accounts = MemoryAccounts()
        yield _filled(Ports(accounts, MemoryMembers(accounts), MemoryQuotas(), MemoryInvitations(accounts)))
        return
    with moto_aws(AccountItem, missing=(QuotaItem,)):
        connection = Connection(region=REGION)
        yield _filled(
            Ports(DynamoAccounts(connection), DynamoMembers(connection), DynamoQuotas(), DynamoInvitations(connection))
        )


def _filled(ports: Ports) -> Ports:
    for number, address in ((1, "admin@example.com"), (2, "guest@example.com")):
        user = User(f"u{number}", address, "hash", "en", 1)
        workspace = Workspace(f"w{number}", "Desk", WorkspaceLimits(), 1)
        ports.accounts.create(user, workspace, Membership(user.user_id, workspace.workspace_id, Role.ADMIN))
    return ports


def joined(ports: Ports, role: Role = Role.TRADER) -> Membership:
    """The second user in the first one's workspace."""
    member = Membership("u2", "w1", role)
    ports.invitations.put(replace(INVITATION, role=role))
    ports.invitations.join(member, replace(INVITATION, role=role), 2_000)
    return member


def test_members_are_those_who_created_or_joined(ports: Ports) -> None:
    member = joined(ports)

    assert ports.members.members("w1") == (ADMIN, member)
    assert ports.accounts.membership("u2", "w1") == member
    assert [one.workspace_id for one in ports.accounts.memberships("u2")] == ["w1", "w2"]


def test_a_role_changes_in_both_directions_of_looking(ports: Ports) -> None:
    member = joined(ports)

    ports.members.change_role(member, Role.VIEWER, None)

    assert ports.members.members("w1")[1].role is Role.VIEWER
    assert ports.accounts.membership("u2", "w1").role is Role.VIEWER


def test_a_change_of_what_has_changed_meanwhile_is_refused(ports: Ports) -> None:
    member = joined(ports)
    ports.members.change_role(member, Role.VIEWER, None)

    with pytest.raises(Conflict):
        ports.members.change_role(member, Role.ADMIN, None)
    with pytest.raises(Conflict):
        ports.members.remove(member, None)


def test_a_removed_member_is_gone_from_both_sides(ports: Ports) -> None:
    ports.members.remove(joined(ports), None)

    assert ports.members.members("w1") == (ADMIN,)
    with pytest.raises(NotFound):
        ports.accounts.membership("u2", "w1")


def test_of_two_admins_who_remove_each_other_one_fails(ports: Ports) -> None:
    other = joined(ports, Role.ADMIN)
    ports.members.remove(other, "u1")

    with pytest.raises(Conflict):
        ports.members.remove(ADMIN, "u2")

    assert ports.members.members("w1") == (ADMIN,)


def test_quotas_are_the_platform_s_until_somebody_sets_them(ports: Ports) -> None:
    assert ports.quotas.quotas("w1") == Quotas()

    ports.quotas.set_quotas("w1", Quotas(active_runs=9, bots=1))

    assert ports.quotas.quotas("w1") == Quotas(active_runs=9, bots=1)
    assert ports.quotas.quotas("w2") == Quotas()


def test_open_invitations_are_listed_newest_first(ports: Ports) -> None:
    newer = replace(INVITATION, invitation_id="01I2", token_hash="hash-2", email="b@example.com")
    for one in (INVITATION, newer, replace(INVITATION, workspace_id="w2", invitation_id="01I3", token_hash="hash-3")):
        ports.invitations.put(one)

    assert ports.invitations.open("w1", 2_000) == (newer, INVITATION)
    assert ports.invitations.open("w1", 9_000) == ()
    assert ports.invitations.by_token("hash-1", 2_000) == INVITATION


def test_a_renewed_invitation_has_one_good_token(ports: Ports) -> None:
    ports.invitations.put(INVITATION)
    renewed = replace(INVITATION, token_hash="hash-9", expires_ms=20_000)

    ports.invitations.renew(INVITATION, renewed)

    assert ports.invitations.open("w1", 2_000) == (renewed,)
    assert ports.invitations.by_token("hash-9", 2_000) == renewed
    with pytest.raises(NotFound):
        ports.invitations.by_token("hash-1", 2_000)
    with pytest.raises(NotFound):
        ports.invitations.renew(INVITATION, renewed)


def test_a_cancelled_invitation_is_gone(ports: Ports) -> None:
    ports.invitations.put(INVITATION)

    ports.invitations.cancel(INVITATION)

    assert ports.invitations.open("w1", 2_000) == ()
    with pytest.raises(NotFound):
        ports.invitations.by_token("hash-1", 2_000)
    with pytest.raises(NotFound):
        ports.invitations.cancel(INVITATION)


def test_an_invitation_lets_one_user_join_once(ports: Ports) -> None:
    member = joined(ports)

    with pytest.raises(NotFound):
        ports.invitations.join(member, INVITATION, 2_000)
    assert ports.invitations.open("w1", 2_000) == ()


def test_a_member_does_not_join_again(ports: Ports) -> None:
    member = joined(ports)
    ports.invitations.put(INVITATION)

    with pytest.raises(Conflict):
        ports.invitations.join(member, INVITATION, 2_000)

    assert ports.invitations.open("w1", 2_000) == (INVITATION,)


def test_an_invitation_that_is_over_lets_nobody_join(ports: Ports) -> None:
    ports.invitations.put(INVITATION)

    with pytest.raises(NotFound):
        ports.invitations.join(Membership("u2", "w1", Role.TRADER), INVITATION, 9_000)


def test_registering_by_invitation_takes_it_from_the_list(ports: Ports) -> None:
    ports.invitations.put(replace(INVITATION, email="new@example.com"))

    ports.invitations.register(User("u3", "new@example.com", "hash", "en", 1), INVITATION, 2_000)

    assert ports.invitations.open("w1", 2_000) == ()
    assert ports.accounts.membership("u3", "w1").role is Role.TRADER


def test_registering_with_a_taken_address_keeps_the_invitation(ports: Ports) -> None:
    ports.invitations.put(INVITATION)

    with pytest.raises(Conflict):
        ports.invitations.register(User("u3", "guest@example.com", "hash", "en", 1), INVITATION, 2_000)

    assert ports.invitations.open("w1", 2_000) == (INVITATION,)
