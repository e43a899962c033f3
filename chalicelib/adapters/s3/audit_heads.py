"""``PublishedHeads`` on a bucket of its own, whose versions nobody may remove: ``heads/{workspace}.json``."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.domain.audit.chain import Head

_FOLDER = "heads/"
_ABSENT = frozenset({"NoSuchKey", "404"})


class S3AuditHeads:
    """See ``PublishedHeads``."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def publish(self, workspace_id: str, head: Head, now_ms: int) -> None:
        """See ``PublishedHeads.publish``."""
        body = json.dumps({"seq": head.seq, "hash": head.hash, "atMs": now_ms}).encode()
        self._client.put_object(Bucket=self._bucket, Key=_key(workspace_id), Body=body, ContentType="application/json")

    def published(self, workspace_id: str) -> Head | None:
        """See ``PublishedHeads.published``. Readers may list, so what is absent is told apart from what is refused."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=_key(workspace_id))
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        document = json.loads(answer["Body"].read())
        return Head(int(document["seq"]), str(document["hash"]))

    def workspaces(self) -> tuple[str, ...]:
        """See ``PublishedHeads.workspaces``."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=_FOLDER)
        keys = [str(found["Key"]) for page in pages for found in page.get("Contents", [])]
        return tuple(sorted(key.removeprefix(_FOLDER).removesuffix(".json") for key in keys))


def _key(workspace_id: str) -> str:
    return f"{_FOLDER}{workspace_id}.json"
