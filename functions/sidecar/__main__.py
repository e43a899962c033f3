"""``python -m functions.sidecar``: listens until SIGTERM or SIGINT."""

from __future__ import annotations

import signal
import threading

from chalicelib.bootstrap import settings
from functions.sidecar.assembly import supervisor
from functions.sidecar.log_lines import log_as_json


def main() -> None:
    """Runs the sidecar; returns when it was stopped in order."""
    log_as_json(settings().log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    supervisor().run(stop)


if __name__ == "__main__":
    main()
