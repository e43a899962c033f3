"""Looks for credentials in every tracked file: known forms of keys and tokens, private keys, passwords in addresses.

A finding fails the check: take the secret out and revoke it; or, when it is none, end its line with the comment
``pragma: allowlist secret``. What was reviewed is said where it stands, so a line may move without a list to mend.
Names that look like passwords are ruff's part (S105 to S107).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.package import PROJECT

_BIN = Path(sys.executable).parent
_FORMLESS = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector")
# Lock files are hashes all over; the others are made from files that are looked through (tests hold them to those).
_LEFT_OUT = {"frontend/package-lock.json", "docs/openapi.json", "frontend/src/api/generated.ts"}


def tracked_files() -> list[str]:
    """The files that git keeps and that are looked through, by their paths within the project."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and name not in _LEFT_OUT and (PROJECT / name).is_file()]


def holds_secrets(files: Sequence[str | Path]) -> bool:
    """Whether a line of the files looks like a credential; each finding is printed. Nothing is written or sent.

    Raises ``subprocess.CalledProcessError`` when the scanner itself fails: not having looked is no good news.
    """
    disabled = [part for plugin in _FORMLESS for part in ("--disable-plugin", plugin)]
    command = [str(_BIN / "detect-secrets-hook"), "--no-verify", *disabled, *map(str, files)]
    done = subprocess.run(command, cwd=PROJECT, check=False)
    if done.returncode not in (0, 1):
        raise subprocess.CalledProcessError(done.returncode, command[0])
    return done.returncode == 1


def main() -> int:
    """Scans what git keeps. Returns the exit code: 1 for a finding."""
    if not (PROJECT / ".git").exists():
        print("skipped: not a git work tree, so nothing says which files are kept")
        return 0
    files = tracked_files()
    if holds_secrets(files):
        return 1
    print(f"nothing in {len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
