"""Previews of strategies."""

from __future__ import annotations

from chalicelib.api.models.preview import PreviewBody, PreviewView
from chalicelib.api.operation import Call, Routes
from chalicelib.domain.market.interval import Interval

routes = Routes("Lab")


@routes.post("/lab/preview", refusals=(404, 422, 502))
def preview_strategy(call: Call, body: PreviewBody) -> PreviewView:
    """What a strategy says of the newest bars; nothing is stored."""
    datasets = {Interval(interval): one for interval, one in body.datasets.items()}
    return PreviewView.of(call.services.preview(call.actor, body.spec, body.bars, datasets))
