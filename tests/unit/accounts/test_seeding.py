"""Making sure that the demo user is there."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.services.seeding import Seeding
from tests.fakes.counted_ids import CountedIds
from tests.fakes.memory_accounts import MemoryAccounts
from tests.fakes.plain_security import HmacSecrets, PlainPasswords
from tests.fakes.virtual_clock import VirtualClock


@pytest.fixture
def accounts() -> MemoryAccounts:
    """The rows that are seeded."""
    return MemoryAccounts()


@pytest.fixture
def seeding(accounts: MemoryAccounts) -> Seeding:
    """The use-case."""
    return Seeding(accounts, PlainPasswords(), HmacSecrets(), VirtualClock(), CountedIds())


def seed(seeding: Seeding, password: str = "long enough password", runs: int = 1) -> tuple[str, bool]:
    """Seeds the demo user; returns the id and whether it was made."""
    done = seeding.ensure_user(email=" Demo@Example.com ", password=password, limits=WorkspaceLimits(runs))
    return done.user_id, done.created


def test_a_user_is_made_with_a_workspace(seeding: Seeding, accounts: MemoryAccounts) -> None:
    user_id, made = seed(seeding)

    assert made
    assert accounts.user(user_id).email == "demo@example.com"
    assert len(accounts.memberships(user_id)) == 1


def test_seeding_again_finds_the_user(seeding: Seeding, accounts: MemoryAccounts) -> None:
    first, _ = seed(seeding)

    assert seed(seeding) == (first, False)
    assert len(accounts.users) == 1


def test_seeding_again_brings_new_secrets_and_limits(seeding: Seeding, accounts: MemoryAccounts) -> None:
    user_id, _ = seed(seeding)

    seed(seeding, password="another password", runs=3)

    assert accounts.user(user_id).password_hash == "hash of another password"
    assert accounts.workspace(accounts.memberships(user_id)[0].workspace_id).limits.max_active_runs == 3


def test_the_second_factor_is_set_up_once_and_its_seed_told_each_time(seeding: Seeding) -> None:
    first = seeding.ensure_user(email="a@example.com", password="long enough password", limits=WorkspaceLimits())
    again = seeding.ensure_user(email="a@example.com", password="long enough password", limits=WorkspaceLimits())

    assert first.totp_seed
    assert again.totp_seed == first.totp_seed


def test_a_second_factor_that_is_not_wanted_is_taken_off(seeding: Seeding, accounts: MemoryAccounts) -> None:
    user_id, _ = seed(seeding)

    seeding.ensure_user(
        email="demo@example.com", password="long enough password", limits=WorkspaceLimits(), second_factor=False
    )

    assert not accounts.user(user_id).totp_confirmed
