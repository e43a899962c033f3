"""Builds the Chalice application: one blueprint a resource, every route behind the same dispatcher."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Blueprint, Chalice, Response

from chalicelib.api.cors import preflight_headers
from chalicelib.api.dispatch import dispatch
from chalicelib.api.operation import JSON
from chalicelib.api.operations import operation_of
from chalicelib.api.services import ApiServices
from chalicelib.domain.accounts.route_access import ROUTE_ACCESS

PREFIX = "/api/v1"


def create_app(services: Callable[[], ApiServices]) -> Chalice:
    """The application; ``services`` is asked at the first request, so importing builds nothing."""
    app = Chalice(app_name="botmarketplace", configure_logs=False)
    blueprints: dict[str, Blueprint] = {}
    for method, path in ROUTE_ACCESS:
        blueprint = blueprints.setdefault(path.split("/")[1], Blueprint(__name__))
        # The dispatcher answers a wrong content type itself, as a problem: Chalice is given none to check.
        blueprint.route(path, methods=[method], content_types=[])(_view(app, method, path, services))
    for path in dict.fromkeys(path for _, path in ROUTE_ACCESS):
        blueprints[path.split("/")[1]].route(path, methods=["OPTIONS"])(_preflight(app, path, services))
    for blueprint in blueprints.values():
        app.register_blueprint(blueprint, url_prefix=PREFIX)
    return app


def _view(app: Chalice, method: str, path: str, services: Callable[[], ApiServices]) -> Callable[..., Response]:
    def view(**values: str) -> Response:
        request = app.current_request
        if request is None:
            raise RuntimeError("Chalice called a view outside a request")
        return dispatch(operation_of(method, path), request, values, services())

    return view


def _preflight(app: Chalice, path: str, services: Callable[[], ApiServices]) -> Callable[..., Response]:
    """Answers a browser that asks whether a page of another origin may call this path: no, unless it is on the list."""
    methods = [method for method, served in ROUTE_ACCESS if served == path]

    def view(**_: str) -> Response:
        request = app.current_request
        origin = None if request is None else request.headers.get("origin")
        headers: dict[str, Any] = {"Content-Type": JSON, **preflight_headers(origin, services().cors_origins, methods)}
        return Response(body="", status_code=204, headers=headers)

    return view
