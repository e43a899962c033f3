"""Holds the pinned dependencies against the advisories of PyPI (pip-audit), where those can be reached.

Without a network it says so and passes: a build must not depend on it. pip-audit has an environment of its own
(requirements-audit.txt), built when it is first needed.
"""

from __future__ import annotations

import subprocess
import sys

import httpx

from infra.checks.tool_environment import NotBuilt, tool_python
from infra.package import PROJECT

SOURCE = "https://pypi.org/pypi/pip/json"
SECONDS = 5.0


def reachable(url: str = SOURCE) -> bool:
    """Whether the advisories can be asked for."""
    try:
        return httpx.get(url, timeout=SECONDS).headers.get("content-type", "").startswith("application/json")
    except httpx.HTTPError:
        return False


def main() -> int:
    """Audits requirements.txt, which is what is shipped. Returns the exit code: 1 for a known vulnerability."""
    if not reachable():
        print(f"skipped: {SOURCE} cannot be reached, so no advisories are known")
        return 0
    try:
        python = tool_python("audit")
    except NotBuilt as error:
        print(f"skipped: {error}")
        return 0
    command = [str(python), "-m", "pip_audit", "--no-deps", "--disable-pip", "-r", "requirements.txt"]
    return subprocess.run(command, cwd=PROJECT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
