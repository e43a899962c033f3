"""What the repositories of users, sessions and tries promise: the fakes and DynamoDB pass the same tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.kms.derived_secrets import KmsDerivedSecrets
from chalicelib.domain.accounts.invitation import Invitation
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.one_time_link import LinkPurpose, OneTimeLink
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import Device, RefreshFamily, SocketTicket
from chalicelib.domain.accounts.user import Membership, User, Workspace
from chalicelib.identity_ports import AccountRepository, DerivedSecrets
from chalicelib.ports import Conflict, NotFound
from tests.contract.moto_aws import REGION
from tests.contract.repositories import Repositories, in_memory, on_dynamodb
from tests.fakes.plain_security import HmacSecrets

USER = User("u1", "a@example.com", "hash", "ru", 1)
WORKSPACE = Workspace("w1", "Demo", WorkspaceLimits(), 1)
FAMILY = RefreshFamily(
    "f1",
    "u1",
    "w1",
    "hash-1",
    "csrf-1",
    1,
    revoked=False,
    created_ms=1,
    expires_ms=9_000_000,
    used_ms=2,
    device=Device("Firefox", "192.0.2.1"),
)


@pytest.fixture(params=["memory", "dynamodb"])
def rows(request: pytest.FixtureRequest) -> Iterator[Repositories]:
    """Either set."""
    if request.param == "memory":
        yield in_memory()
        return
    with on_dynamodb() as repositories:
        yield repositories


@pytest.fixture
def accounts(rows: Repositories) -> AccountRepository:
    """With one user in one workspace."""
    rows.accounts.create(USER, WORKSPACE, Membership("u1", "w1", Role.TRADER))
    return rows.accounts


class TestUsers:
    def test_parts_of_a_user_change_alone(self, accounts: AccountRepository) -> None:
        accounts.update_profile("u1", "Ann", "en")
        accounts.verify_email("u1")
        accounts.set_password("u1", "other", 7)

        changed = replace(
            USER, name="Ann", locale="en", email_verified=True, password_hash="other", password_changed_ms=7
        )
        assert accounts.user("u1") == changed

    def test_who_is_not_there_cannot_change(self, accounts: AccountRepository) -> None:
        for change in (
            lambda: accounts.update_profile("u2", "Ann", "en"),
            lambda: accounts.verify_email("u2"),
            lambda: accounts.set_password("u2", "other", 7),
        ):
            with pytest.raises(NotFound):
                change()

    def test_one_membership_is_found_by_its_workspace(self, accounts: AccountRepository) -> None:
        assert accounts.membership("u1", "w1") == Membership("u1", "w1", Role.TRADER)
        with pytest.raises(NotFound):
            accounts.membership("u1", "w2")


class TestSecondFactor:
    def test_it_counts_once_it_is_confirmed(self, accounts: AccountRepository) -> None:
        accounts.set_up_totp("u1", 1)
        waiting = accounts.user("u1")
        accounts.confirm_totp("u1", 1, 50, ("r1", "r2"))

        assert (waiting.totp_version, waiting.totp_confirmed) == (1, False)
        assert accounts.user("u1") == replace(USER, totp_version=1, totp_confirmed=True, totp_step=50)

    def test_setting_it_up_again_voids_the_version_before(self, accounts: AccountRepository) -> None:
        accounts.set_up_totp("u1", 1)
        accounts.set_up_totp("u1", 2)

        with pytest.raises(Conflict, match="totp"):
            accounts.confirm_totp("u1", 1, 50, ())

    def test_of_two_that_set_it_up_at_once_one_wins(self, accounts: AccountRepository) -> None:
        accounts.set_up_totp("u1", 1)

        with pytest.raises(Conflict, match="totp"):
            accounts.set_up_totp("u1", 1)

    def test_what_is_confirmed_is_not_set_up_or_confirmed_again(self, accounts: AccountRepository) -> None:
        accounts.set_up_totp("u1", 1)
        accounts.confirm_totp("u1", 1, 50, ())

        with pytest.raises(Conflict, match="totp"):
            accounts.set_up_totp("u1", 2)
        with pytest.raises(Conflict, match="totp"):
            accounts.confirm_totp("u1", 1, 51, ())

    def test_taking_it_off_takes_the_recovery_codes_too_and_keeps_the_count(self, accounts: AccountRepository) -> None:
        accounts.set_up_totp("u1", 1)
        accounts.confirm_totp("u1", 1, 50, ("r1",))

        accounts.disable_totp("u1")

        assert accounts.user("u1") == replace(USER, totp_version=1, totp_step=50)
        with pytest.raises(NotFound):
            accounts.use_recovery_code("u1", "r1")
        accounts.set_up_totp("u1", 2)

    def test_a_step_is_used_once_and_no_older_one_after_it(self, accounts: AccountRepository) -> None:
        accounts.use_totp_step("u1", 50)

        for step in (50, 49):
            with pytest.raises(Conflict, match="totp_step"):
                accounts.use_totp_step("u1", step)
        accounts.use_totp_step("u1", 51)

    def test_a_recovery_code_is_used_once(self, accounts: AccountRepository) -> None:
        accounts.set_up_totp("u1", 1)
        accounts.confirm_totp("u1", 1, 50, ("r1", "r2"))

        assert accounts.use_recovery_code("u1", "r1") == 1
        with pytest.raises(NotFound):
            accounts.use_recovery_code("u1", "r1")
        assert accounts.use_recovery_code("u1", "r2") == 0

    def test_new_recovery_codes_void_the_old_ones(self, accounts: AccountRepository) -> None:
        accounts.set_up_totp("u1", 1)
        accounts.confirm_totp("u1", 1, 50, ("r1",))

        accounts.replace_recovery_codes("u1", ("r2",))

        with pytest.raises(NotFound):
            accounts.use_recovery_code("u1", "r1")
        assert accounts.use_recovery_code("u1", "r2") == 0

    def test_recovery_codes_belong_to_a_confirmed_second_factor(self, accounts: AccountRepository) -> None:
        with pytest.raises(Conflict, match="totp"):
            accounts.replace_recovery_codes("u1", ("r1",))


class TestAttempts:
    def take(self, rows: Repositories, now_ms: int, key: str = "k") -> tuple[bool, bool]:
        """One try of three: whether it is allowed, whether it is the last."""
        attempt = rows.attempts.take(key, now_ms, lock_after=3, lock_ms=1000)
        return attempt.allowed, attempt.last

    def test_the_last_try_locks_its_key_and_no_other_for_a_while(self, rows: Repositories) -> None:
        tries = [self.take(rows, 100) for _ in range(4)]

        assert tries == [(True, False), (True, False), (True, True), (False, False)]
        assert self.take(rows, 1099) == (False, False)
        assert self.take(rows, 1099, "other") == (True, False)
        assert [self.take(rows, 1100) for _ in range(3)] == [(True, False), (True, False), (True, True)]

    def test_a_proof_forgets_the_tries_and_the_lock(self, rows: Repositories) -> None:
        for _ in range(3):
            self.take(rows, 100)

        rows.attempts.clear("k")

        assert self.take(rows, 100) == (True, False)

    def test_tries_of_another_day_are_not_added_up(self, rows: Repositories) -> None:
        self.take(rows, 100)
        self.take(rows, 100)

        assert self.take(rows, 100 + 24 * 3600 * 1000) == (True, False)


class TestLinks:
    LINK = OneTimeLink("l1", LinkPurpose.VERIFY_EMAIL, "u1", 5, 1000)

    def test_a_link_is_taken_once(self, rows: Repositories) -> None:
        rows.links.put_link(self.LINK)

        assert rows.links.take_link("l1", LinkPurpose.VERIFY_EMAIL, 999) == self.LINK
        with pytest.raises(NotFound):
            rows.links.take_link("l1", LinkPurpose.VERIFY_EMAIL, 999)

    def test_a_link_of_another_purpose_is_not_taken_and_stays(self, rows: Repositories) -> None:
        rows.links.put_link(self.LINK)

        with pytest.raises(NotFound):
            rows.links.take_link("l1", LinkPurpose.RESET_PASSWORD, 999)
        rows.links.take_link("l1", LinkPurpose.VERIFY_EMAIL, 999)

    def test_an_old_link_is_not_taken(self, rows: Repositories) -> None:
        rows.links.put_link(self.LINK)

        with pytest.raises(NotFound):
            rows.links.take_link("l1", LinkPurpose.VERIFY_EMAIL, 1000)

    def test_a_link_to_nobody_can_be_kept(self, rows: Repositories) -> None:
        rows.links.put_link(replace(self.LINK, user_id=""))

        assert rows.links.take_link("l1", LinkPurpose.VERIFY_EMAIL, 999).user_id == ""


class TestInvitations:
    INVITATION = Invitation("w1", "i1", "h1", "b@example.com", Role.VIEWER, "u1", 5, 1000)
    INVITED = replace(USER, user_id="u2", email="b@example.com", email_verified=True)

    def test_the_invited_become_members_and_the_invitation_is_used_up(self, rows: Repositories) -> None:
        rows.invitations.put(self.INVITATION)

        rows.invitations.register(self.INVITED, rows.invitations.by_token("h1", 999), 999)

        assert rows.accounts.user("u2") == self.INVITED
        assert rows.accounts.memberships("u2") == (Membership("u2", "w1", Role.VIEWER),)
        with pytest.raises(NotFound):
            rows.invitations.by_token("h1", 999)

    def test_a_taken_address_leaves_the_invitation_open(self, rows: Repositories) -> None:
        rows.accounts.create(replace(USER, email="b@example.com"), WORKSPACE, Membership("u1", "w1", Role.ADMIN))
        rows.invitations.put(self.INVITATION)

        with pytest.raises(Conflict, match="email"):
            rows.invitations.register(self.INVITED, self.INVITATION, 999)
        assert rows.invitations.by_token("h1", 999) == self.INVITATION

    def test_an_invitation_that_is_gone_or_over_makes_no_user(self, rows: Repositories) -> None:
        rows.invitations.put(self.INVITATION)

        for invitation, now_ms in ((replace(self.INVITATION, token_hash="h2"), 999), (self.INVITATION, 1000)):
            with pytest.raises(NotFound):
                rows.invitations.register(self.INVITED, invitation, now_ms)
        assert rows.accounts.user_by_email("b@example.com") is None
        with pytest.raises(NotFound):
            rows.invitations.by_token("h1", 1000)


class TestSessions:
    def test_only_the_current_token_rotates(self, rows: Repositories) -> None:
        rows.sessions.create_family(FAMILY)
        renewed = replace(
            FAMILY, current_hash="hash-2", generation=2, used_ms=3, device=Device("Firefox 2", "192.0.2.2")
        )

        rows.sessions.rotate(renewed, "hash-1")

        assert rows.sessions.family("u1", "f1") == renewed
        with pytest.raises(Conflict):
            rows.sessions.rotate(replace(FAMILY, current_hash="hash-3"), "hash-1")

    def test_a_revoked_family_never_rotates_again(self, rows: Repositories) -> None:
        rows.sessions.create_family(FAMILY)

        rows.sessions.revoke("u1", "f1")
        rows.sessions.revoke("u1", "f1")

        assert rows.sessions.family("u1", "f1").revoked
        with pytest.raises(Conflict):
            rows.sessions.rotate(replace(FAMILY, current_hash="hash-2"), "hash-1")

    def test_revoking_what_is_not_there_is_fine(self, rows: Repositories) -> None:
        rows.sessions.revoke("u1", "nothing")

        with pytest.raises(NotFound):
            rows.sessions.family("u1", "nothing")

    def test_a_session_is_found_below_its_user_only(self, rows: Repositories) -> None:
        rows.sessions.create_family(FAMILY)
        second = replace(FAMILY, family_id="f2")
        rows.sessions.create_family(second)

        assert rows.sessions.families("u1") == (FAMILY, second)
        assert rows.sessions.families("u2") == ()
        with pytest.raises(NotFound):
            rows.sessions.family("u2", "f1")

    def test_a_ticket_is_taken_once(self, rows: Repositories) -> None:
        ticket = SocketTicket("t1", "u1", "w1", "f1", 60_000)
        rows.sessions.put_ticket(ticket)

        assert rows.sessions.take_ticket("t1", 59_999) == ticket
        with pytest.raises(NotFound):
            rows.sessions.take_ticket("t1", 59_999)

    def test_an_old_ticket_is_not_taken(self, rows: Repositories) -> None:
        rows.sessions.put_ticket(SocketTicket("t1", "u1", "w1", "f1", 60_000))

        with pytest.raises(NotFound):
            rows.sessions.take_ticket("t1", 60_000)


@pytest.fixture(params=["memory", "kms"])
def secrets(request: pytest.FixtureRequest) -> Iterator[DerivedSecrets]:
    """Either deriver."""
    if request.param == "memory":
        yield HmacSecrets()
        return
    with mock_aws():
        kms = boto3.client("kms", region_name=REGION)
        key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
        yield KmsDerivedSecrets(kms, key)


class TestDerivedSecrets:
    def test_the_same_version_gives_the_same_secret(self, secrets: DerivedSecrets) -> None:
        assert secrets.totp_seed("u1", 1) == secrets.totp_seed("u1", 1)
        assert secrets.webhook_secret("w1", "s1", 1) == secrets.webhook_secret("w1", "s1", 1)

    def test_another_user_strategy_or_version_gives_another_one(self, secrets: DerivedSecrets) -> None:
        derived = [
            secrets.totp_seed("u1", 1),
            secrets.totp_seed("u1", 2),
            secrets.totp_seed("u2", 1),
            secrets.webhook_secret("w1", "s1", 1),
            secrets.webhook_secret("w1", "s1", 2),
            secrets.webhook_secret("w1", "s2", 1),
            secrets.webhook_secret("w2", "s1", 1),
        ]

        assert len(set(derived)) == len(derived)

    def test_a_seed_has_160_bits_and_a_webhook_secret_256(self, secrets: DerivedSecrets) -> None:
        assert (len(secrets.totp_seed("u1", 1)), len(secrets.webhook_secret("w1", "s1", 1))) == (32, 43)
