"""``LabStore`` on one bucket. Months are npz (deflated float64 and int64 columns, no pickles), results gzipped JSON.

Keys: ``{workspace}/candles/{symbol}/{interval}/{month}/{hash}.npz``, ``{workspace}/funding/{symbol}/{hash}.npz``,
 ``{workspace}/jobs/{job}/{name}.json.gz``,
``uploads/{workspace}/{upload}``, which the bucket forgets after a day.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from typing import Any

import numpy as np
from botocore.exceptions import ClientError

from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.lab_ports import Upload
from chalicelib.ports import Clock, Conflict, NotFound

_UPLOAD_SECONDS = 900
_COLUMNS = ("open", "high", "low", "close", "volume")


class S3LabStore:
    """See ``LabStore``."""

    def __init__(self, client: Any, bucket: str, clock: Clock) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock

    def put_month(self, workspace_id: str, symbol: str, interval: str, month: str, bars: Bars) -> str:
        """See ``LabStore.put_month``. The hash is of the columns, not of the file, whose compression may differ."""
        columns = [bars.open_time_ms, *(getattr(bars, name) for name in _COLUMNS)]
        digest = _digest(*columns)
        key = f"{workspace_id}/candles/{symbol}/{interval}/{month}/{digest[:32]}.npz"
        return self._put_arrays(key, ts=columns[0], **dict(zip(_COLUMNS, columns[1:], strict=True)))

    def get_month(self, key: str) -> Bars:
        """See ``LabStore.get_month``."""
        with np.load(io.BytesIO(self._read(key)), allow_pickle=False) as arrays:
            return Bars(arrays["ts"], *(arrays[name] for name in _COLUMNS))

    def put_funding(self, workspace_id: str, symbol: str, funding: FundingSeries) -> str:
        """See ``LabStore.put_funding``."""
        key = f"{workspace_id}/funding/{symbol}/{_digest(funding.time_ms, funding.rate)[:32]}.npz"
        return self._put_arrays(key, ts=funding.time_ms, rate=funding.rate)

    def get_funding(self, key: str) -> FundingSeries:
        """See ``LabStore.get_funding``."""
        with np.load(io.BytesIO(self._read(key)), allow_pickle=False) as arrays:
            return FundingSeries(arrays["ts"], arrays["rate"])

    def put_result(self, workspace_id: str, job_id: str, name: str, content: bytes) -> None:
        """See ``LabStore.put_result``. ``mtime`` 0: equal results are equal files."""
        self._client.put_object(
            Bucket=self._bucket,
            Key=_result_key(workspace_id, job_id, name),
            Body=gzip.compress(content, mtime=0),
            ContentType="application/json",
            ContentEncoding="gzip",
        )

    def get_result(self, workspace_id: str, job_id: str, name: str) -> bytes:
        """See ``LabStore.get_result``."""
        return gzip.decompress(self._read(_result_key(workspace_id, job_id, name)))

    def offer_upload(self, workspace_id: str, upload: str) -> Upload:
        """See ``LabStore.offer_upload``."""
        url: str = self._client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": _upload_key(workspace_id, upload)},
            ExpiresIn=_UPLOAD_SECONDS,
        )
        return Upload(upload, url, self._clock.now_ms() + _UPLOAD_SECONDS * 1000)

    def read_upload(self, workspace_id: str, upload: str, most_bytes: int) -> bytes:
        """See ``LabStore.read_upload``."""
        return self._read(_upload_key(workspace_id, upload), most_bytes)

    def _put_arrays(self, key: str, **arrays: Any) -> str:
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        self._client.put_object(Bucket=self._bucket, Key=key, Body=file.getvalue())
        return key

    def _read(self, key: str, most_bytes: int | None = None) -> bytes:
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            # Without the right to list, S3 answers 403 for what is not there.
            if error.response["Error"]["Code"] in {"NoSuchKey", "404", "AccessDenied"}:
                raise NotFound(key) from error
            raise
        if most_bytes is not None and int(answer["ContentLength"]) > most_bytes:
            raise Conflict("upload_too_large")
        content: bytes = answer["Body"].read()
        return content


def _digest(*columns: Any) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(column).tobytes() for column in columns)).hexdigest()


def _result_key(workspace_id: str, job_id: str, name: str) -> str:
    return f"{workspace_id}/jobs/{job_id}/{name}.json.gz"


def _upload_key(workspace_id: str, upload: str) -> str:
    return f"uploads/{workspace_id}/{upload}"
