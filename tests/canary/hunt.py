"""Looks for planted secrets in everything that a local cloud keeps."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.function_logs import log_pages
from tests.canary.forms import forms_of

Place = tuple[str, bytes]
"""Where something is kept, and what."""

LARGEST_ARCHIVE_MEMBER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Find:
    """A secret that lies where it must not."""

    secret: str
    form: str
    place: str


@dataclass(frozen=True, slots=True)
class Hunt:
    """What was looked through, and what was found."""

    finds: tuple[Find, ...]
    places: int
    size: int


def hunt(secrets: Mapping[str, str], places: Iterable[Place]) -> Hunt:
    """Looks for every form of every secret (by its name) in every place."""
    wanted = [(name, form, text) for name, secret in secrets.items() for form, text in forms_of(secret).items()]
    finds: list[Find] = []
    count = size = 0
    for place, content in places:
        count, size = count + 1, size + len(content)
        finds.extend(Find(name, form, place) for name, form, text in wanted if text in content)
    return Hunt(tuple(finds), count, size)


def of_tables(dynamodb: Any, but: Iterable[str] = ()) -> Iterator[Place]:
    """Every row of every table, binary values as they are, unpacked, and in their JSON form."""
    skipped = set(but)
    for page in dynamodb.get_paginator("list_tables").paginate():
        for table in page["TableNames"]:
            if table in skipped:
                continue
            for rows in dynamodb.get_paginator("scan").paginate(TableName=table):
                for row in rows["Items"]:
                    yield f"table {table}", _row(row)


def of_logs(logs: Any) -> Iterator[Place]:
    """Every event of every log group."""
    for name, messages in log_pages(logs):
        yield f"log {name}", "\n".join(messages).encode()


def of_buckets(s3: Any) -> Iterator[Place]:
    """Every object of every bucket, and what is inside of archives."""
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for found in page.get("Contents", []):
                answer = s3.get_object(Bucket=bucket["Name"], Key=found["Key"])
                place = f"bucket {bucket['Name']}/{found['Key']}"
                yield from unpacked(place, answer["Body"].read())
                yield place, json.dumps(answer["Metadata"]).encode()


def of_executions(stepfunctions: Any) -> Iterator[Place]:
    """Input, output and history of every execution."""
    for machines in stepfunctions.get_paginator("list_state_machines").paginate():
        for machine in machines["stateMachines"]:
            arn = machine["stateMachineArn"]
            for page in stepfunctions.get_paginator("list_executions").paginate(stateMachineArn=arn):
                for execution in page["executions"]:
                    told = [stepfunctions.describe_execution(executionArn=execution["executionArn"])]
                    history = stepfunctions.get_paginator("get_execution_history")
                    for events in history.paginate(executionArn=execution["executionArn"]):
                        told.extend(events["events"])
                    yield f"execution {execution['name']}", json.dumps(told, default=str).encode()


def of_queues(sqs: Any) -> Iterator[Place]:
    """Every message that waits in a queue."""
    for url in sqs.list_queues().get("QueueUrls", []):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in answer.get("Messages", []):
            yield f"queue {url}", str(message["Body"]).encode()


def of_files(folder: Path, but: Iterable[str] = ()) -> Iterator[Place]:
    """Every file below the folder, and what is inside of archives."""
    skipped = {folder / name for name in but}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink() and file not in skipped:
            yield from unpacked(f"file {file.relative_to(folder)}", file.read_bytes())


def unpacked(place: str, content: bytes) -> Iterator[Place]:
    """The content, and what it holds packed: gzip, zlib or zip."""
    yield place, content
    if content[:2] == b"\x1f\x8b":
        try:
            yield f"{place} (unpacked)", gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return
    elif content[:1] == b"\x78":
        try:
            yield f"{place} (unpacked)", zlib.decompress(content)
        except zlib.error:
            return
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.file_size <= LARGEST_ARCHIVE_MEMBER:
                    yield f"{place}: {member.filename}", archive.read(member)


def _row(row: dict[str, Any]) -> bytes:
    binary = b"\n".join(part for packed in _binaries(row) for _, part in unpacked("", packed))
    return json.dumps(row, default=lambda value: bytes(value).decode("latin-1")).encode() + b"\n" + binary


def _binaries(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes | bytearray):
        yield bytes(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _binaries(inner)
    elif isinstance(value, list | set | tuple):
        for inner in value:
            yield from _binaries(inner)
