"""Runs MiniStack with one change: every Lambda worker ends when it has been idle, the first of each function too.

MiniStack keeps the first worker of a function for ever; a dozen of them hold half a gigabyte of an idle laptop. AWS
takes idle environments away as well. This touches names that MiniStack does not promise; its version is pinned.
"""

from __future__ import annotations

import os
import threading
import time

from ministack.app import main
from ministack.core import lambda_runtime

CHECK_SECONDS = 15


def end_idle_workers(idle_seconds: float) -> None:
    """Ends the workers that nobody has called for ``idle_seconds``."""
    idle_since = time.time() - idle_seconds
    ended = []
    with lambda_runtime._lock:
        for key, workers in list(lambda_runtime._workers.items()):
            kept = [worker for worker in workers if worker.in_use or worker.last_used > idle_since]
            ended += [worker for worker in workers if worker not in kept]
            lambda_runtime._workers[key] = kept
    lambda_runtime.kill_workers(ended)


def _keep_ending_idle_workers(idle_seconds: float) -> None:
    while True:
        time.sleep(CHECK_SECONDS)
        end_idle_workers(idle_seconds)


if __name__ == "__main__":
    seconds = float(os.environ["LAMBDA_WARM_TTL_SECONDS"])
    threading.Thread(target=_keep_ending_idle_workers, args=(seconds,), daemon=True, name="idle-workers").start()
    main()
