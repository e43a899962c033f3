"""Runs MiniStack with two changes that bring it nearer to AWS. They touch names that MiniStack does not promise; its
version is pinned.

- Every Lambda worker ends when it has been idle, the first of each function too. MiniStack keeps the first worker of a
  function for ever; a dozen of them hold half a gigabyte of an idle laptop. AWS takes idle environments away as well.
- A task that waits for a token fails at once when its function raises or its process dies. MiniStack drops the error
  and waits for the token until the state times out, so that a killed Tick would be missed for 90 s.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from ministack.app import main
from ministack.core import lambda_runtime
from ministack.services import stepfunctions

CHECK_SECONDS = 15
_call_lambda = stepfunctions._call_lambda


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


def call_lambda(function: str, event: Any) -> Any:
    """MiniStack's own call for a state's task; a failure also fails the task whose token the event carries."""
    try:
        return _call_lambda(function, event)
    except stepfunctions._ExecutionError as failure:
        waiting = stepfunctions._task_tokens.get(event.get("token")) if isinstance(event, dict) else None
        if waiting is not None:
            waiting["error"] = {"Error": failure.error, "Cause": failure.cause}
            waiting["event"].set()
        raise


def _keep_ending_idle_workers(idle_seconds: float) -> None:
    while True:
        time.sleep(CHECK_SECONDS)
        end_idle_workers(idle_seconds)


if __name__ == "__main__":
    stepfunctions._call_lambda = call_lambda
    seconds = float(os.environ["LAMBDA_WARM_TTL_SECONDS"])
    threading.Thread(target=_keep_ending_idle_workers, args=(seconds,), daemon=True, name="idle-workers").start()
    main()
