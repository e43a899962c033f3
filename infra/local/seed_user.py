"""Creates the demo user and workspace in the tables that the environment names; reads the login as JSON from stdin and
writes the authenticator seed to stdout.

The first user of an installation is made by its operator: registration takes an invitation, and nobody could invite
yet. Doing it again changes nothing.
"""

from __future__ import annotations

import json
import sys

from chalicelib.bootstrap.accounts import seeding
from chalicelib.domain.accounts.limits import WorkspaceLimits

LIMITS = WorkspaceLimits(max_active_runs=4, start_cooldown_seconds=0)


def main() -> int:
    """Makes them unless they are there."""
    login = json.load(sys.stdin)
    seeded = seeding().ensure_user(email=login["email"], password=login["password"], limits=LIMITS)
    print(json.dumps({"totp_secret": seeded.totp_seed}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
