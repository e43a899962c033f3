"""Finds the operation of a route. Modules of operations are imported when one of their routes is first asked for.

A cold start therefore pays only for the models that its request needs; which routes there are is known from the table
of access, and a test compares it with what the modules define.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from chalicelib.api.operation import Operation, Routes
from chalicelib.domain.accounts.route_access import ROUTE_ACCESS

_MODULES: dict[str, tuple[str, ...]] = {
    "healthz": ("service",),
    "readyz": ("service",),
    "openapi.json": ("service",),
    ".well-known": ("auth",),
    "auth": ("auth", "registration"),
    "me": ("auth", "my_account", "privacy"),
    "sockets": ("auth",),
    "exchanges": ("exchanges",),
    "instruments": ("instruments",),
    "terminal": ("terminal",),
    "strategies": ("strategies", "signals"),
    "signals": ("signals",),
    "bots": ("bots", "runs"),
    "runs": ("runs", "replay"),
    "lab": ("datasets", "experiments", "preview"),
    "presets": ("presets",),
    "kill-switch": ("kill_switch",),
    "audit": ("audit",),
    "workspaces": ("workspaces",),
    "workspace": ("workspaces",),
    "members": ("workspaces",),
    "invitations": ("workspaces",),
}


@cache
def operation_of(method: str, path: str) -> Operation:
    """The operation that serves a route of the table of access. Raises KeyError when no module defines it."""
    for module in _MODULES[path.split("/")[1]]:
        for operation in _routes(module).operations:
            if (operation.method, operation.path) == (method, path):
                return operation
    raise KeyError((method, path))


def defined_operations() -> tuple[Operation, ...]:
    """Every operation that a module defines, in the order of the table of access, then those that it lacks."""
    modules = dict.fromkeys(name for names in _MODULES.values() for name in names)
    order = {route: index for index, route in enumerate(ROUTE_ACCESS)}
    found = [operation for name in modules for operation in _routes(name).operations]
    return tuple(sorted(found, key=lambda one: order.get((one.method, one.path), len(order))))


def _routes(module: str) -> Routes:
    routes = import_module(f"chalicelib.api.routes.{module}").routes
    if not isinstance(routes, Routes):
        raise TypeError(f"{module}.routes is not a Routes")
    return routes
