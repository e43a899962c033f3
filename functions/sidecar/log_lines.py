"""One JSON object a line on standard output, written as every Lambda function writes its own."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

from chalicelib.domain.runtime.record import ActiveRun
from chalicelib.domain.streams.shards import shard_ids
from chalicelib.observability import SERVICE, line_format, lines_about, lines_also_about

# These libraries log what they send; a login frame carries the key and a signature.
_SILENT = ("websocket", "urllib3", "botocore", "pynamodb")


def json_lines(output: TextIO) -> logging.Handler:
    """Writes records to ``output`` as the sidecar's lines."""
    handler = logging.StreamHandler(output)
    handler.setFormatter(line_format(service=SERVICE, name="%(name)s"))
    return handler


def log_as_json(level: str) -> None:
    """Configures the process's logging, once."""
    logging.basicConfig(level=level, handlers=[json_lines(sys.stdout)], force=True)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.WARNING)


def lines_about_run(run: ActiveRun) -> None:
    """From here on this thread's lines name the run, and whose it is."""
    lines_also_about(runId=run.run_id, workspaceId=run.workspace_id, exchangeConnectionId=run.connection_id)


def lines_about_shard(name: str) -> None:
    """From here on this thread's lines name what the shard is about, and nothing else."""
    lines_about(**shard_ids(name))
