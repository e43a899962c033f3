"""The service's own state."""

from __future__ import annotations

from pydantic import ConfigDict

from chalicelib.api.models.base import View


class HealthView(View):
    """The function runs."""

    status: str


class ReadyView(View):
    """What requests depend on answers; ``checks`` says which."""

    status: str
    checks: dict[str, bool]


class ContractView(View):
    """An OpenAPI document, as it is."""

    model_config = ConfigDict(extra="allow")
