"""Runs the page's browser tests against a local cloud of their own: the real page, API, run and exchange."""

from __future__ import annotations

import os
import subprocess
import sys

from infra.local.cloud import LocalCloud
from infra.local.page_build import FRONTEND

SPEED = 60.0


def main() -> int:
    """Starts a cloud, runs the tests, stops it. Returns the tests' exit code."""
    with LocalCloud(speed=SPEED, page=True) as cloud:
        environment = {
            **os.environ,
            "BASE_URL": cloud.endpoints["web"],
            "ENDPOINTS": str(cloud.state / "endpoints.json"),
        }
        command = ["npm", "run", "--silent", "e2e:live"]
        return subprocess.run(command, cwd=FRONTEND, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
