"""Commands that give way to all others.

Linux shares the processor between sessions first and looks at niceness only within one (autogroup, sched(7)); the parts
of a local cloud have sessions of their own. So what gives way gets a session too, and its niceness is said of both.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

NICENESS = 10
AT_LOW_PRIORITY = ("nice", "-n", str(NICENESS))
"""What a command is put behind."""
_TRIES = 5


def lower_session(pid: int) -> None:
    """Says it of the whole session that the process leads. Without autogroups there is nothing to say."""
    for _ in range(_TRIES):
        try:
            Path(f"/proc/{pid}/autogroup").write_text(str(NICENESS))
        except BlockingIOError:  # the kernel takes one such wish in a tenth of a second
            time.sleep(0.1)
        except OSError:
            return
        else:
            return


def end_sessions(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Asks those that still run, and all that they have started, to end."""
    for process in processes:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
