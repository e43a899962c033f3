"""What the functions of a throw-away cloud complained of, kept beside its other logs before the local AWS is gone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

COMPLAINT = re.compile(r'"level": ?"(ERROR|CRITICAL)"|^\[ERROR\]|^Traceback|Task timed out|Worker process')


def keep_complaints(logs: Any, path: Path) -> None:
    """Writes the lines of all functions' logs that tell of an error to ``path``, each after its function's name.

    ``logs`` is a boto3 client of CloudWatch Logs. Raises botocore's errors.
    """
    with path.open("w") as out:
        for page in logs.get_paginator("describe_log_groups").paginate():
            for group in page["logGroups"]:
                name = group["logGroupName"]
                for found in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                    lines = (event["message"].strip() for event in found["events"])
                    out.writelines(f"{name.rsplit('/', 1)[-1]}  {line}\n" for line in lines if COMPLAINT.search(line))
