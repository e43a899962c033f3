"""Chalice entry point: the HTTP API. Everything is built at the first request that needs it."""

from __future__ import annotations

from functools import cache

from chalicelib.api.application import create_app
from chalicelib.api.services import ApiServices
from chalicelib.bootstrap.api import LazyApiServices


@cache
def services() -> ApiServices:
    """The services of this process."""
    return LazyApiServices(lambda: app.lambda_context)


app = create_app(services)
