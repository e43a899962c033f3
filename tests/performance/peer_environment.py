"""The environment of the engines that ours is measured against: built at first use, not missed when it cannot be."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = _ROOT / "build" / "bench" / "venv"
_REQUIREMENTS = _ROOT / "requirements-bench.txt"
_BUILD_SECONDS = 600


def peers_python() -> Path | None:
    """The interpreter that has the peers, None (with a line on stderr) where they cannot be installed."""
    python = _ENVIRONMENT / "bin" / "python"
    if python.exists() and _has_peers(python):
        return python
    print(f"bench: building {_ENVIRONMENT.relative_to(_ROOT)} for the peers", file=sys.stderr)
    try:
        venv.create(_ENVIRONMENT, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(
            [*command, "-r", str(_REQUIREMENTS)], check=True, capture_output=True, text=True, timeout=_BUILD_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = str(getattr(error, "stderr", "") or error).strip().splitlines()[-1:]
        print(f"bench: no peers beside: {' '.join(reason)}", file=sys.stderr)
        return None
    return python


def _has_peers(python: Path) -> bool:
    code = "from importlib.metadata import version; version('vectorbt'); version('backtesting')"
    return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0
