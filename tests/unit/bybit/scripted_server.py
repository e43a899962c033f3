"""A loopback HTTP server that answers what a test scripts and remembers what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """One scripted answer; ``drop`` closes the connection without one."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


@dataclass
class Received:
    """One request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str


class ScriptedServer:
    """Answers in turn; the last answer repeats. ``/v5/market/time`` always tells ``time_ms``."""

    def __init__(self, url: str, time_ms: int) -> None:
        self.url = url
        self.time_ms = time_ms
        self.answers: list[Answer] = []
        self.received: list[Received] = []

    def script(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def next_answer(self, received: Received) -> Answer:
        if received.path == "/v5/market/time":
            return envelope({"timeNano": str(self.time_ms * 1_000_000)})
        self.received.append(received)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def envelope(result: Any, code: int = 0, message: str = "OK", headers: dict[str, str] | None = None) -> Answer:
    """An answer in the exchange's envelope."""
    body = {"retCode": code, "retMsg": message, "result": result, "retExtInfo": {}, "time": 1_700_000_000_000}
    return Answer(json.dumps(body).encode(), headers=headers or {})


@contextmanager
def scripted_server(time_ms: int = 1_700_000_000_000) -> Iterator[ScriptedServer]:
    """Runs a server on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            answer = script.next_answer(Received(self.command, path, query, dict(self.headers), body))
            if answer.drop:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = _serve  # noqa: N815  # the base class's name
        do_POST = _serve  # noqa: N815  # the base class's name

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script = ScriptedServer(f"http://127.0.0.1:{server.server_address[1]}", time_ms)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
