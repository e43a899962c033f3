"""One's own data."""

from __future__ import annotations

from typing import Any

from chalicelib.api.models.base import View


class MyDataView(View):
    """Everything that is kept of a person. ``complete`` is false where a list was longer than an export holds."""

    user: dict[str, Any]
    sessions: list[dict[str, Any]]
    workspaces: list[dict[str, Any]]
    complete: bool
