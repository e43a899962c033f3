"""The service's own state."""

from __future__ import annotations

from chalicelib.api.models.base import View


class HealthView(View):
    """The function runs."""

    status: str


class ReadyView(View):
    """What requests depend on answers; ``checks`` says which."""

    status: str
    checks: dict[str, bool]
