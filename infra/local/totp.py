"""Prints the demo user's current six-digit code: ``python -m infra.local.totp [endpoints.json]``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyotp

from infra.package import PROJECT


def main() -> int:
    """Prints the code, or says that no local cloud has been started."""
    endpoints = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / ".local" / "endpoints.json"
    if not endpoints.exists():
        print(f"{endpoints} is not there: start the local cloud with `make run`", file=sys.stderr)
        return 1
    print(pyotp.TOTP(json.loads(endpoints.read_text())["totp_secret"]).now())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
