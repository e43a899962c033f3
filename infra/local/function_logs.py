"""What the functions of a throw-away cloud complained of, kept beside its other logs before the local AWS is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COMPLAINT = re.compile(r'"level": ?"(ERROR|CRITICAL)"|^\[ERROR\]|^Traceback|Task timed out|Worker process')


def log_pages(logs: Any) -> Iterator[tuple[str, list[str]]]:
    """Every log group's name with its lines, a page of them at a time. ``logs`` is a boto3 client of CloudWatch Logs.

    Raises botocore's errors.
    """
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            name = group["logGroupName"]
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                yield name, [str(event["message"]) for event in page["events"]]


def keep_complaints(logs: Any, path: Path) -> None:
    """Writes the lines of all functions' logs that tell of an error to ``path``, each after its function's name."""
    with path.open("w") as out:
        for name, messages in log_pages(logs):
            lines = (message.strip() for message in messages)
            out.writelines(f"{name.rsplit('/', 1)[-1]}  {line}\n" for line in lines if COMPLAINT.search(line))
