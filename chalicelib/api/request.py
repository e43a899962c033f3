"""From an HTTP request to a checked model, or to a refusal that says where and why."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from chalicelib.api.models.base import RequestModel
from chalicelib.api.problems import Problem, RequestRefused
from chalicelib.domain.errors import Finding
from chalicelib.ports import NotFound

MAX_BODY_BYTES = 64 * 1024
MAX_DEPTH = 32
_JSON = "application/json"
_PATH_VALUE = re.compile(r"[0-9A-Za-z_-]{1,64}")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_LIST_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_WHOLE = ""

Model = TypeVar("Model", bound=RequestModel)


def read_body(model: type[Model], raw: bytes, content_type: str | None, most_bytes: int = MAX_BODY_BYTES) -> Model:
    """The body as ``model``. Raises RequestRefused: 413 too large, 415 not JSON, 400 malformed, too deep, invalid."""
    if len(raw) > most_bytes:
        detail = f"the body is larger than {most_bytes} bytes"
        params = {"max": str(most_bytes)}
        finding = Finding(_WHOLE, detail, "request.too_large", params)
        raise RequestRefused(Problem(413, "request.too_large", detail, (finding,), params))
    if raw.strip() and content_type is not None and content_type.split(";")[0].strip().lower() != _JSON:
        raise RequestRefused(Problem(415, "request.unsupported_media_type", f"send {_JSON}"))
    raw = json_of(raw)
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        finding = Finding(_WHOLE, f"not JSON: {error.msg} at character {error.pos}", "request.malformed_json")
        raise RequestRefused(Problem(400, "request.malformed_json", "the body is not JSON", (finding,))) from error
    too_deep = _pointer_below(document, MAX_DEPTH)
    if too_deep is not None:
        finding = Finding(too_deep, f"nested deeper than {MAX_DEPTH} levels", "request.too_deep")
        raise RequestRefused(Problem(400, "request.too_deep", "the body is nested too deeply", (finding,)))
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise RequestRefused(_invalid(error, "")) from error


def json_of(raw: bytes) -> bytes:
    """The body's text; who sends nothing, or white space alone, has sent an empty object."""
    return raw if raw.strip() else b"{}"


def read_query(model: type[Model], parameters: Mapping[str, str]) -> Model:
    """The query parameters as ``model``. Raises RequestRefused."""
    try:
        return model.model_validate(dict(parameters))
    except ValidationError as error:
        raise RequestRefused(_invalid(error, "#/query")) from error


def read_path(parameters: Mapping[str, str]) -> dict[str, str]:
    """The path's values. Raises NotFound for what no id of ours looks like."""
    for value in parameters.values():
        if not _PATH_VALUE.fullmatch(value):
            raise NotFound(value)
    return dict(parameters)


def read_idempotency_key(value: str | None) -> str | None:
    """The header's value. Raises RequestRefused unless it is 1 to 128 visible ASCII characters."""
    if value is None or _IDEMPOTENCY_KEY.fullmatch(value):
        return value
    finding = Finding("#/header/Idempotency-Key", "1 to 128 visible ASCII characters", "request.idempotency_key")
    raise RequestRefused(Problem(400, "request.invalid", "the Idempotency-Key is not usable", (finding,)))


def read_cursor(cursor: str | None) -> str | None:
    """The key after which a list goes on. Raises RequestRefused for a cursor that is not ours."""
    if cursor is None:
        return None
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        key = ""
    if _LIST_KEY.fullmatch(key):
        return key
    finding = Finding("#/query/cursor", "not a cursor of this list", "request.cursor")
    raise RequestRefused(Problem(400, "request.invalid", "the request is not valid", (finding,)))


def write_cursor(after: str | None) -> str | None:
    """The cursor that ``read_cursor`` reads."""
    return None if after is None else base64.urlsafe_b64encode(after.encode()).rstrip(b"=").decode()


def _invalid(error: ValidationError, prefix: str) -> Problem:
    findings = tuple(
        Finding(
            prefix + "".join(f"/{_escaped(part)}" for part in one["loc"]),
            one["msg"],
            f"request.{one['type']}",
            {name: str(value) for name, value in one.get("ctx", {}).items() if name != "error"},
        )
        for one in error.errors(include_url=False, include_input=False)
    )
    return Problem(400, "request.invalid", "the request is not valid at the places in errors", findings)


def _escaped(part: Any) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _pointer_below(document: Any, levels: int) -> str | None:
    """Where the document has something nested below ``levels`` levels, without recursion."""
    waiting: list[tuple[Any, str, int]] = [(document, "", 1)]
    while waiting:
        value, pointer, level = waiting.pop()
        if not isinstance(value, dict | list):
            continue
        if level > levels:
            return pointer
        items = value.items() if isinstance(value, dict) else enumerate(value)
        waiting.extend((inner, f"{pointer}/{_escaped(name)}", level + 1) for name, inner in items)
    return None
