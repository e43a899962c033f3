"""Creates the demo user and workspace in the tables that the environment names; reads the login as JSON from stdin.

There is no public route that makes a user yet, so this one thing is written past the API. Doing it again changes
nothing.
"""

from __future__ import annotations

import json
import sys

from pynamodb.connection import Connection

from chalicelib.adapters.dynamodb.accounts import AccountItem, DynamoAccounts
from chalicelib.adapters.dynamodb.binding import bind
from chalicelib.adapters.passwords import Argon2Passwords
from chalicelib.bootstrap import clock, ids, settings
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, User, Workspace, normal_email

LIMITS = WorkspaceLimits(max_active_runs=4, start_cooldown_seconds=0)


def main() -> int:
    """Makes them unless they are there."""
    login = json.load(sys.stdin)
    bind(AccountItem, settings().table_prefix)
    accounts = DynamoAccounts(Connection())
    email = normal_email(login["email"])
    if accounts.user_by_email(email):
        return 0
    now_ms = clock().now_ms()
    user = User(
        user_id=ids().ulid(),
        email=email,
        password_hash=Argon2Passwords().hash(login["password"]),
        totp_secret=login["totp_secret"],
        locale="en",
        failed_logins=0,
        locked_until_ms=0,
        created_ms=now_ms,
    )
    workspace = Workspace(ids().ulid(), "Demo", LIMITS, now_ms)
    accounts.create(user, workspace, Membership(user.user_id, workspace.workspace_id, Role.ADMIN))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
