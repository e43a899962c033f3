"""The sidecar's pulse, for the container's health check: a file that each good step touches.

``python -m functions.sidecar.pulse`` ends with 0 when the last good step, and with it the heartbeat in the lease table,
is at most ten seconds old. The file is in memory (/dev/shm): the container's own file system is read-only.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

FRESH_SECONDS = 10.0
# One empty file of our own, in the only place that can be written.
_MEMORY = Path("/dev/shm")  # noqa: S108  # nosec B108  # only its age is read
PULSE = (_MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())) / "botmarketplace-sidecar.pulse"


def beat(file: Path = PULSE) -> None:
    """Touches the file. Where it cannot be written, the health check fails and says so by itself."""
    try:
        file.touch()
    except OSError:
        return


def is_fresh(file: Path = PULSE, now: float | None = None) -> bool:
    """Whether the last beat is recent."""
    try:
        age = (time.time() if now is None else now) - file.stat().st_mtime
    except OSError:
        return False
    return age <= FRESH_SECONDS


if __name__ == "__main__":
    sys.exit(0 if is_fresh() else 1)
