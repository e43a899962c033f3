"""Jobs of the lab. The range key is ``{kind}#{id}``, so that each kind is listed newest first without a filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pynamodb.attributes import BooleanAttribute, JSONAttribute, MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.account_ports import Listing
from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.adapters.patience import Patient
from chalicelib.domain.lab.job import JobKind, JobStatus, LabJob
from chalicelib.ports import NotFound


class LabJobItem(Model):
    """One job of a workspace. ``parts`` maps a part's name to its steps made."""

    class Meta(Patient):
        table_name = "lab-jobs"

    workspace_id = UnicodeAttribute(hash_key=True)
    job = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    request = UnicodeAttribute()
    status = UnicodeAttribute()
    total = NumberAttribute()
    parts: MapAttribute[str, Any] = MapAttribute(default=dict)
    cancel_requested = BooleanAttribute(default=False)
    created_ms = NumberAttribute()
    updated_ms = NumberAttribute()
    started_ms = NumberAttribute(null=True)
    ended_ms = NumberAttribute(null=True)
    summary = JSONAttribute(null=True)
    problem = JSONAttribute(null=True)


class DynamoLabJobs:
    """See ``LabJobRepository``."""

    def create(self, job: LabJob) -> None:
        """See ``LabJobRepository.create``."""
        LabJobItem(
            job.workspace_id,
            _key(job.kind, job.job_id),
            name=job.name,
            request=orjson.dumps(job.request).decode(),
            status=job.status.value,
            total=job.total,
            parts=dict(job.parts),
            created_ms=job.created_ms,
            updated_ms=job.updated_ms,
        ).save(condition=LabJobItem.job.does_not_exist())

    def get(self, workspace_id: str, kind: JobKind, job_id: str) -> LabJob:
        """See ``LabJobRepository.get``."""
        try:
            return _job(LabJobItem.get(workspace_id, _key(kind, job_id), consistent_read=True))
        except DoesNotExist as error:
            raise NotFound("job") from error

    def list(self, workspace_id: str, kind: JobKind, limit: int, after: str | None) -> Listing[LabJob]:
        """See ``LabJobRepository.list``."""
        last = _key(kind, "~") if after is None else _key(kind, after)
        rows = LabJobItem.query(
            workspace_id,
            LabJobItem.job.between(f"{kind.value}#", last),
            scan_index_forward=False,
            consistent_read=True,
            limit=limit + 2,
        )
        jobs = [_job(row) for row in rows]
        found = [job for job in jobs if job.job_id != after]
        return Listing(tuple(found[:limit]), found[limit - 1].job_id if len(found) > limit else None)

    def begin(self, workspace_id: str, kind: JobKind, job_id: str, now_ms: int) -> LabJob:
        """See ``LabJobRepository.begin``."""
        item = LabJobItem(workspace_id, _key(kind, job_id))
        _update_if(
            item,
            LabJobItem.status == JobStatus.PENDING.value,
            LabJobItem.status.set(JobStatus.RUNNING.value),
            LabJobItem.started_ms.set(now_ms),
            LabJobItem.updated_ms.set(now_ms),
        )
        return self.get(workspace_id, kind, job_id)

    def advance(self, job: LabJob, part: str, done: int, now_ms: int) -> bool:
        """See ``LabJobRepository.advance``."""
        item = LabJobItem(job.workspace_id, _key(job.kind, job.job_id))
        running = _update_if(
            item,
            LabJobItem.status == JobStatus.RUNNING.value,
            LabJobItem.parts[part].set(done),
            LabJobItem.updated_ms.set(now_ms),
        )
        return not running or bool(item.cancel_requested)

    def cancel(self, workspace_id: str, kind: JobKind, job_id: str, now_ms: int) -> LabJob:
        """See ``LabJobRepository.cancel``. Nobody works on a PENDING job yet: it ends at once."""
        self.get(workspace_id, kind, job_id)
        item = LabJobItem(workspace_id, _key(kind, job_id))
        pending = _update_if(
            item,
            LabJobItem.status == JobStatus.PENDING.value,
            LabJobItem.status.set(JobStatus.CANCELLED.value),
            LabJobItem.cancel_requested.set(True),
            LabJobItem.ended_ms.set(now_ms),
            LabJobItem.updated_ms.set(now_ms),
        )
        if not pending:
            _update_if(item, LabJobItem.status == JobStatus.RUNNING.value, LabJobItem.cancel_requested.set(True))
        return self.get(workspace_id, kind, job_id)

    def end(
        self, job: LabJob, status: JobStatus, now_ms: int, *, summary: Mapping[str, Any], problem: Mapping[str, Any]
    ) -> None:
        """See ``LabJobRepository.end``."""
        _update_if(
            LabJobItem(job.workspace_id, _key(job.kind, job.job_id)),
            LabJobItem.status.is_in(JobStatus.PENDING.value, JobStatus.RUNNING.value),
            LabJobItem.status.set(status.value),
            LabJobItem.summary.set(dict(summary)),
            LabJobItem.problem.set(dict(problem)),
            LabJobItem.ended_ms.set(now_ms),
            LabJobItem.updated_ms.set(now_ms),
        )


def _key(kind: JobKind, job_id: str) -> str:
    return f"{kind.value}#{job_id}"


def _update_if(item: LabJobItem, condition: Condition, *actions: Any) -> bool:
    """Whether the condition held and the row was changed; ``item`` is then as it is now."""
    try:
        item.update(actions=list(actions), condition=condition)
    except UpdateError as error:
        if condition_failed(error):
            return False
        raise
    return True


def _job(item: LabJobItem) -> LabJob:
    kind, _, job_id = item.job.partition("#")
    return LabJob(
        workspace_id=item.workspace_id,
        job_id=job_id,
        kind=JobKind(kind),
        name=item.name,
        request=orjson.loads(item.request),
        status=JobStatus(item.status),
        total=int(item.total),
        created_ms=int(item.created_ms),
        updated_ms=int(item.updated_ms),
        started_ms=int(item.started_ms or 0),
        ended_ms=int(item.ended_ms or 0),
        cancel_requested=bool(item.cancel_requested),
        parts={name: int(steps) for name, steps in item.parts.as_dict().items()},
        summary=item.summary or {},
        problem=item.problem or {},
    )
