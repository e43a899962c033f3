"""Holds the pinned dependencies against the advisories of PyPI (pip-audit), where those can be reached.

Without a network, or behind a mirror that keeps packages without their advisories, it says so and passes: a build must
not depend on it. pip-audit has an environment of its own (requirements-audit.txt), built when it is first needed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from infra.checks.tool_environment import NotBuilt, tool_python
from infra.package import PROJECT

SOURCE = "https://pypi.org"
REQUIREMENTS = PROJECT / "requirements.txt"
SECONDS = 5.0
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def advises(requirements: str, source: str = SOURCE) -> bool:
    """Whether the source tells of the advisories of a release: of the first that the requirements pin. Raises
    ValueError when they pin none."""
    pin = _PIN.search(requirements)
    if pin is None:
        raise ValueError("the requirements pin no release")
    try:
        answer = httpx.get(f"{source}/pypi/{pin[1]}/{pin[2]}/json", timeout=SECONDS)
        return answer.status_code == httpx.codes.OK and "vulnerabilities" in answer.json()
    except (httpx.HTTPError, ValueError):
        return False


def main() -> int:
    """Audits requirements.txt, which is what is shipped. Returns the exit code: 1 for a known vulnerability."""
    if not advises(REQUIREMENTS.read_text()):
        print(f"skipped: {SOURCE} cannot be reached or tells of no release, so no advisories are known")
        return 0
    try:
        python = tool_python("audit")
    except NotBuilt as error:
        print(f"skipped: {error}")
        return 0
    command = [
        str(python),
        "-m",
        "pip_audit",
        "--no-deps",
        "--disable-pip",
        "--format",
        "json",
        "-r",
        str(REQUIREMENTS),
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    try:
        return verdict(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError):
        print(f"pip-audit gave no report: {done.stderr.strip()[-300:]}")
        return 1


def verdict(dependencies: Sequence[Mapping[str, Any]]) -> int:
    """Says what the report says. Returns 1 for a known vulnerability; what was not looked up is never called clean."""
    unknown = [dependency for dependency in dependencies if "skip_reason" in dependency]
    vulnerable = [dependency for dependency in dependencies if dependency.get("vulns")]
    for dependency in vulnerable:
        ids = ", ".join(str(one["id"]) for one in dependency["vulns"])
        print(f"{dependency['name']} {dependency['version']}: {ids}")
    judged = len(dependencies) - len(unknown)
    if not judged:
        print(f"skipped: the source knows none of {len(dependencies)} dependencies")
    else:
        print(f"{judged} of {len(dependencies)} dependencies looked up, {len(vulnerable)} vulnerable")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
