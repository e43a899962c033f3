"""Builds the page into frontend/dist, only when something under frontend/ has changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra.package import PROJECT

FRONTEND = PROJECT / "frontend"
DIST = FRONTEND / "dist"
_STAMP = DIST / ".built-from"
NODE_MAJOR = 20
_NOT_SOURCE = frozenset({"node_modules", "dist", "test-results", "playwright-report", ".vite"})


class PageNotBuilt(Exception):
    """The page could not be built; the message says what to do."""


def ensure_dependencies() -> None:
    """Installs the locked npm packages unless they are there. Raises PageNotBuilt."""
    if not _installed():
        _require_node()
        _npm("ci", "--no-audit", "--no-fund", "--loglevel=error")


def _installed() -> bool:
    """Whether npm's own record of what it installed has every locked package in its version."""
    record = FRONTEND / "node_modules" / ".package-lock.json"
    if not record.exists():
        return False
    locked = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    installed = json.loads(record.read_text())["packages"]
    return all(
        installed.get(path, {}).get("version") == package.get("version")
        for path, package in locked.items()
        if path and not package.get("optional")
    )


def ensure_page() -> None:
    """Builds frontend/dist unless it was built from these very sources. Raises PageNotBuilt."""
    sources = _fingerprint()
    if not _is_built_from(sources):
        _require_node()
        ensure_dependencies()
        _npm("run", "--silent", "build")
        _STAMP.write_text(sources)


def require_tools() -> None:
    """Raises PageNotBuilt when the page has to be built and Node is missing: said before anything is started."""
    if not _is_built_from(_fingerprint()):
        _require_node()


def _is_built_from(sources: str) -> bool:
    return _STAMP.exists() and _STAMP.read_text() == sources


def _require_node() -> None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise PageNotBuilt(f"Node {NODE_MAJOR} or later is missing: install it with npm, then run the command again")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < NODE_MAJOR:
        raise PageNotBuilt(f"Node {version} is too old: install Node {NODE_MAJOR} or later, then run the command again")


def _npm(*arguments: str) -> None:
    # Keeps npm and the bundler from asking and from colouring what may end in one line of ours.
    environment = {**os.environ, "CI": "true", "NO_COLOR": "1"}
    done = subprocess.run(
        ["npm", *arguments],
        cwd=FRONTEND,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()[:12]
        raise PageNotBuilt(f"`npm {' '.join(arguments)}` in frontend/ failed:\n" + "\n".join(words))


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(_sources(FRONTEND)):
        digest.update(str(path.relative_to(FRONTEND)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _sources(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in folder.iterdir():
        if path.name in _NOT_SOURCE:
            continue
        found += _sources(path) if path.is_dir() else [path]
    return found


def main(arguments: list[str]) -> int:
    """Builds the page, or installs its packages only (``dependencies``)."""
    try:
        (ensure_dependencies if arguments == ["dependencies"] else ensure_page)()
    except PageNotBuilt as failure:
        print(f"page: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
