"""Looks for credentials in every tracked file: known forms of keys and tokens, private keys, passwords in addresses.

What was found and reviewed is in .secrets.baseline, by hash. A new finding fails the check: take the secret out and
revoke it; or, when it is none, run ``python -m infra.checks.secret_scan --accept`` and say in the commit why. Names
that look like passwords are ruff's part (S105 to S107).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from infra.package import PROJECT

BASELINE = ".secrets.baseline"
_BIN = Path(sys.executable).parent
_FORMLESS = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector")


def tracked_files() -> list[str]:
    """The files that git keeps, but for lock files, which are hashes all over, the baseline itself, and what is made
    from files that are looked through (tests hold it to them)."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
    left_out = {BASELINE, "frontend/package-lock.json", "docs/openapi.json", "frontend/src/api/generated.ts"}
    return [name for name in done.stdout.split("\0") if name and name not in left_out and (PROJECT / name).is_file()]


def main() -> int:
    """Scans, or with ``--accept`` writes the baseline anew. Returns the exit code: 1 for a finding that is new."""
    if not (PROJECT / ".git").exists():
        print("skipped: not a git work tree, so nothing says which files are kept")
        return 0
    disabled = [part for plugin in _FORMLESS for part in ("--disable-plugin", plugin)]
    if "--accept" in sys.argv[1:]:
        command = [str(_BIN / "detect-secrets"), "scan", *disabled, *tracked_files()]
        found = json.loads(subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout)
        (PROJECT / BASELINE).write_text(json.dumps(found, indent=2) + "\n")
        return 0
    command = [str(_BIN / "detect-secrets-hook"), "--no-verify", *disabled, "--baseline", BASELINE, *tracked_files()]
    code = subprocess.run(command, cwd=PROJECT, check=False).returncode
    if code == 0:
        print(f"nothing new in {len(tracked_files())} files")
    return code


if __name__ == "__main__":
    sys.exit(main())
