"""Datasets."""

from __future__ import annotations

from chalicelib.api.models.base import NoBody
from chalicelib.api.models.datasets import (
    MOST_IMPORT_BODY_BYTES,
    BarList,
    CreateDatasetBody,
    DatasetList,
    DatasetView,
    ImportDatasetBody,
    PreviewQuery,
    UploadView,
)
from chalicelib.api.operation import Call, Routes
from chalicelib.api.problems import Problem, RequestRefused
from chalicelib.domain.errors import Finding
from chalicelib.domain.market.interval import Interval

routes = Routes("Lab")


@routes.get("/lab/datasets")
def list_datasets(call: Call) -> DatasetList:
    """The workspace's datasets."""
    found = call.services.datasets.list(call.actor)
    return DatasetList(items=[DatasetView.of(dataset) for dataset in found], next_cursor=None)


@routes.post("/lab/datasets", status=202, refusals=(422, 502), cached_reply=True)
def create_dataset(call: Call, body: CreateDatasetBody) -> DatasetView:
    """Begins to collect candles from the exchange, or to read an upload; poll the dataset until it is settled."""
    datasets, interval = call.services.datasets, Interval(body.interval)
    if body.upload_key is not None:
        return DatasetView.of(datasets.from_upload(call.actor, body.name, body.symbol, interval, body.upload_key))
    made = datasets.collect(call.actor, body.name, body.symbol, interval, body.from_ or 0, body.to or 0)
    return DatasetView.of(made)


@routes.post("/lab/datasets/import", status=201, most_bytes=MOST_IMPORT_BODY_BYTES)
def import_dataset(call: Call, body: ImportDatasetBody) -> DatasetView:
    """Makes a dataset of a CSV at once; the same file again finds the same dataset."""
    try:
        content = body.content()
    except ValueError as error:
        finding = Finding("/csvGzipBase64", str(error), "request.base64")
        raise RequestRefused(Problem(400, "request.invalid", "the request is not valid", (finding,))) from error
    made = call.services.datasets.import_csv(call.actor, body.name, body.symbol, Interval(body.interval), content)
    return DatasetView.of(made)


@routes.post("/lab/datasets/uploads", status=201)
def offer_dataset_upload(call: Call, body: NoBody) -> UploadView:
    """An address to put a large CSV at."""
    return UploadView.of(call.services.datasets.offer_upload(call.actor))


@routes.get("/lab/datasets/{dataset_id}", refusals=(404,))
def get_dataset(call: Call, dataset_id: str) -> DatasetView:
    """One dataset."""
    return DatasetView.of(call.services.datasets.get(call.actor, dataset_id))


@routes.get("/lab/datasets/{dataset_id}/preview", refusals=(404,))
def preview_dataset(call: Call, dataset_id: str, query: PreviewQuery) -> BarList:
    """A page of a dataset's candles."""
    return BarList.of(*call.services.datasets.preview(call.actor, dataset_id, query.offset, query.limit))
