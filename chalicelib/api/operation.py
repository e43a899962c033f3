"""One operation of the API: a typed function, its route and what it may answer.

The function's signature is the contract: ``call`` first, then ``body`` and ``query`` (request models) and the path's
values by name; it returns a view, a ``Reply`` or nothing. Dispatching and the OpenAPI document both read it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar, get_args, get_origin

from chalicelib.api.models.base import RequestModel, View
from chalicelib.api.services import ApiServices
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Unauthenticated
from chalicelib.domain.accounts.session import Device

if TYPE_CHECKING:
    from chalicelib.domain.workspace.webhook import Webhook

Answer = TypeVar("Answer", bound=View | None)
Line = TypeVar("Line", bound=View)

JSON = "application/json"
NDJSON = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets of a request."""

    services: ApiServices
    identity: Actor | None
    idempotency_key: str | None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    request_id: str = ""
    device: Device = field(default_factory=Device)
    noted: dict[str, str] = field(default_factory=dict)
    webhook: Webhook | None = None

    def note(self, **facts: str) -> None:
        """What the request's audit row cannot know by itself: ``workspace_id``, ``actor``, ``subject``, ``detail``."""
        self.noted.update(facts)

    @property
    def actor(self) -> Actor:
        """Who asks; on routes that need nobody there is nobody to ask for."""
        if self.identity is None:
            raise Unauthenticated("auth.token_missing", "an access token is needed")
        return self.identity

    @property
    def signed_by(self) -> Webhook:
        """The webhook whose signature the request bears; on routes that need none there is none to ask for."""
        if self.webhook is None:
            raise Unauthenticated("signal.refused", "the signal is not signed by a webhook of this strategy")
        return self.webhook


@dataclass(frozen=True, slots=True)
class Reply(Generic[Answer]):
    """An answer with cookies."""

    body: Answer
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ndjson(Generic[Line]):
    """An answer of many lines, one JSON document each."""

    lines: tuple[Line, ...]


Handler = Callable[..., object]


@dataclass(frozen=True)
class Operation:
    """A route and its function. ``refusals`` are the statuses beyond those every operation may answer; ``most_bytes``
    is how large its body may be where that is not the usual limit."""

    method: str
    path: str
    handler: Handler
    status: int
    tag: str
    refusals: tuple[int, ...]
    cached_reply: bool
    takes_key: bool
    most_bytes: int | None = None

    @property
    def name(self) -> str:
        """The operation's id."""
        return self.handler.__name__

    @cached_property
    def signature(self) -> inspect.Signature:
        """The handler's signature with real types."""
        return inspect.signature(self.handler, eval_str=True)

    @cached_property
    def body_model(self) -> type[RequestModel] | None:
        """The model of the body."""
        return self._model("body")

    @cached_property
    def query_model(self) -> type[RequestModel] | None:
        """The model of the query."""
        return self._model("query")

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names of the path's values, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def content_type(self) -> str:
        """Of a good answer."""
        return NDJSON if get_origin(self.signature.return_annotation) is Ndjson else JSON

    @cached_property
    def answer_model(self) -> type[View] | None:
        """The model of a good answer, or of one line of it; None where there is no body."""
        annotation = self.signature.return_annotation
        if get_origin(annotation) in (Reply, Ndjson):
            annotation = get_args(annotation)[0]
        return annotation if isinstance(annotation, type) and issubclass(annotation, View) else None

    def _model(self, name: str) -> type[RequestModel] | None:
        parameter = self.signature.parameters.get(name)
        return None if parameter is None else parameter.annotation


class Routes:
    """Collects the operations of one tag."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def get(self, path: str, *, refusals: tuple[int, ...] = ()) -> Callable[[Handler], Handler]:
        """Registers a reading operation."""
        return self._register("GET", path, 200, refusals)

    def post(
        self,
        path: str,
        *,
        status: int = 200,
        refusals: tuple[int, ...] = (),
        cached_reply: bool = False,
        takes_key: bool = False,
        most_bytes: int | None = None,
    ) -> Callable[[Handler], Handler]:
        """Registers an operation that makes or does something.

        ``cached_reply``: a repeated Idempotency-Key gets the first reply. ``takes_key``: the key is the identity of
        what is made, and the handler passes it on.
        """
        return self._register("POST", path, status, refusals, cached_reply, takes_key, most_bytes)

    def put(self, path: str, *, refusals: tuple[int, ...] = ()) -> Callable[[Handler], Handler]:
        """Registers an operation that replaces something."""
        return self._register("PUT", path, 200, refusals)

    def patch(self, path: str, *, refusals: tuple[int, ...] = ()) -> Callable[[Handler], Handler]:
        """Registers an operation that changes parts of something."""
        return self._register("PATCH", path, 200, refusals)

    def delete(self, path: str, *, refusals: tuple[int, ...] = ()) -> Callable[[Handler], Handler]:
        """Registers an operation that removes something."""
        return self._register("DELETE", path, 204, refusals)

    def _register(
        self,
        method: str,
        path: str,
        status: int,
        refusals: tuple[int, ...],
        cached_reply: bool = False,
        takes_key: bool = False,
        most_bytes: int | None = None,
    ) -> Callable[[Handler], Handler]:
        def decorate(handler: Handler) -> Handler:
            self.operations.append(
                Operation(method, path, handler, status, self.tag, refusals, cached_reply, takes_key, most_bytes)
            )
            return handler

        return decorate
