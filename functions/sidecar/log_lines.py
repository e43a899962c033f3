"""One JSON object a line on standard output, with the time in UTC and whatever ``extra`` carries."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from chalicelib.observability import redacted

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "taskName"}
# These libraries log what they send; a login frame carries the key and a signature.
_SILENT = ("websocket", "urllib3", "botocore", "pynamodb")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in _STANDARD},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(redacted(line))


def log_as_json(level: str) -> None:
    """Configures the process's logging, once."""
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[output], force=True)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.WARNING)
