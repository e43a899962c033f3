"""Who the demo user is: made up once for each local cloud and kept with its state, never written in code."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

import pyotp

EMAIL = "demo@botmarketplace.local"


@dataclass(frozen=True, slots=True)
class DemoCredentials:
    """The demo user's login and the simulated exchange account's API key."""

    email: str
    password: str
    totp_secret: str
    api_key: str
    api_secret: str


def demo_credentials(state: Path) -> DemoCredentials:
    """The credentials of the local cloud whose state is in ``state``; made at its first start."""
    file = state / "credentials.json"
    if file.exists():
        return DemoCredentials(**json.loads(file.read_text()))
    made = DemoCredentials(
        email=EMAIL,
        password=f"demo-{secrets.token_urlsafe(12)}",
        totp_secret=pyotp.random_base32(),
        api_key=secrets.token_hex(9),
        api_secret=secrets.token_hex(18),
    )
    state.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(made), indent=2) + "\n")
    return made
