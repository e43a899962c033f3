"""Virtual environments of tools whose requirements do not agree with the project's own, built at first use.

Each has a ``requirements-<name>.txt`` in the project's root and lies in build/<name>/venv.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from infra.package import PROJECT

BUILD_SECONDS = 600


class NotBuilt(Exception):
    """The environment could not be made; the message says why in one line."""


def tool_python(name: str) -> Path:
    """The interpreter of the environment ``name``. Says on stderr that it builds it. Raises NotBuilt."""
    requirements = PROJECT / f"requirements-{name}.txt"
    folder = PROJECT / "build" / name / "venv"
    python, stamp = folder / "bin" / "python", folder / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"building {folder.relative_to(PROJECT)} from {requirements.name}", file=sys.stderr, flush=True)
    try:
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        subprocess.run(
            [*command, "-r", str(requirements)], check=True, capture_output=True, text=True, timeout=BUILD_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = str(getattr(error, "stderr", "") or error).strip().splitlines()[-1:]
        raise NotBuilt(f"{folder.relative_to(PROJECT)} cannot be built: {' '.join(reason)}") from error
    stamp.write_text(wanted)
    return python
