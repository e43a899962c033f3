"""Problem details (RFC 9457) with our extensions."""

from __future__ import annotations

from pydantic import Field

from chalicelib.api.models.base import View


class ProblemError(View):
    """One thing wrong in the request; ``key`` and ``params`` are for the dictionaries of the page."""

    pointer: str = Field(description="RFC 6901 pointer into the request body, or #/query/<name>")
    detail: str
    key: str
    params: dict[str, str]


class ProblemView(View):
    """Why the request was not carried out. Nothing was changed unless the code says otherwise."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="machine-readable key, the same as in the dictionaries")
    params: dict[str, str]
    errors: list[ProblemError]
    request_id: str
