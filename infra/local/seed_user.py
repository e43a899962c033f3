"""Creates the demo user and workspace in the tables that the environment names; reads the login as JSON from stdin.

There is no public route that makes a user yet, so this one thing is done past the API. Doing it again changes nothing.
"""

from __future__ import annotations

import json
import sys

from chalicelib.bootstrap.api import seeding
from chalicelib.domain.accounts.limits import WorkspaceLimits

LIMITS = WorkspaceLimits(max_active_runs=4, start_cooldown_seconds=0)


def main() -> int:
    """Makes them unless they are there."""
    login = json.load(sys.stdin)
    seeding().ensure_user(
        email=login["email"], password=login["password"], totp_secret=login["totp_secret"], limits=LIMITS
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
