"""Liveness, readiness, the contract itself."""

from __future__ import annotations

from importlib import import_module

from chalicelib.api.models.service import ContractView, HealthView, ReadyView
from chalicelib.api.operation import Call, Routes
from chalicelib.api.problems import Problem, RequestRefused

routes = Routes("Service")


@routes.get("/healthz")
def health(call: Call) -> HealthView:
    """Whether the function runs."""
    return HealthView(status="ok")


@routes.get("/readyz")
def ready(call: Call) -> ReadyView:
    """Whether what requests depend on answers."""
    checks = dict(call.services.ready())
    if not all(checks.values()):
        failed = ", ".join(name for name, answers in checks.items() if not answers)
        raise RequestRefused(Problem(503, "service.not_ready", f"not answering: {failed}"))
    return ReadyView(status="ok", checks=checks)


@routes.get("/openapi.json")
def contract(call: Call) -> ContractView:
    """This document."""
    # Made at the first question, and only then: its making needs the models of all operations.
    return ContractView.model_validate(import_module("chalicelib.api.openapi").document())
