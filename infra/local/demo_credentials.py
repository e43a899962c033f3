"""Who the demo user is: made up once for each local cloud and kept with its state, never written in code."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

EMAIL = "demo@botmarketplace.local"


@dataclass(frozen=True, slots=True)
class DemoCredentials:
    """The demo user's login and the simulated exchange account's API key."""

    email: str
    password: str
    api_key: str
    api_secret: str


class StateTooOld(Exception):
    """The kept state was made by an earlier version that this one does not read; the message says what to do."""


def demo_credentials(state: Path) -> DemoCredentials:
    """The credentials of the local cloud whose state is in ``state``; made at its first start. Raises StateTooOld."""
    file = state / "credentials.json"
    if file.exists():
        kept = json.loads(file.read_text())
        if set(kept) != {field.name for field in fields(DemoCredentials)}:
            raise StateTooOld(f"the state in {state} was made by an earlier version: remove it with `make clean`")
        return DemoCredentials(**kept)
    made = DemoCredentials(
        email=EMAIL,
        password=f"demo-{secrets.token_urlsafe(12)}",
        api_key=secrets.token_hex(9),
        api_secret=secrets.token_hex(18),
    )
    state.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(made), indent=2) + "\n")
    return made
