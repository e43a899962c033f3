"""``make clean``: removes the local clouds' state, unless one of them is running."""

from __future__ import annotations

import json
import shutil
import sys
from urllib.parse import urlsplit

from infra.local.ports import Ports, PortTaken
from infra.local.up import DEFAULT_PORT
from infra.package import PROJECT


def main() -> int:
    """Removes .local. Returns 1, and says why, when a local cloud still uses it."""
    root = PROJECT / ".local"
    for endpoints in root.rglob("endpoints.json"):
        port = urlsplit(json.loads(endpoints.read_text())["web"]).port or DEFAULT_PORT
        try:
            Ports.following(port).require_free()
        except PortTaken:
            print(f"make clean: the local cloud on port {port} is running; stop it first (Ctrl-C)", file=sys.stderr)
            return 1
    shutil.rmtree(root, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
