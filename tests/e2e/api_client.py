"""The public API as a user's program sees it: signed in by password and one-time code, nothing but HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pyotp

CODE_SECONDS = 30
PROOF_SECONDS = 240
PAGE = 500


class Refused(Exception):
    """The API answered with a problem."""

    def __init__(self, method: str, path: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{method} {path} answered {status} {problem.get('code', '')}: {problem.get('detail', '')}")
        self.status, self.problem = status, problem

    @property
    def code(self) -> str:
        """The problem's machine key."""
        return str(self.problem.get("code", ""))

    @property
    def pointers(self) -> list[str]:
        """Where the request is wrong."""
        return [str(error["pointer"]) for error in self.problem.get("errors") or ()]


class ApiClient:
    """One signed-in session."""

    def __init__(self, endpoints: Mapping[str, str], *, timeout: float = 40) -> None:
        self._endpoints = endpoints
        self._http = httpx.Client(base_url=endpoints["api"], timeout=timeout)
        self.session: dict[str, Any] = {}
        self.calls = 0
        self._proved_until = 0.0

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def login(self) -> dict[str, Any]:
        """Signs in."""
        points = self._endpoints
        self._proved_until = 0.0
        self.session = self._prove("/auth/login", {"email": points["email"], "password": points["password"]})
        self._http.headers["Authorization"] = f"Bearer {self.session['accessToken']}"
        return self.session

    def step_up(self) -> None:
        """Proves that the user is there; what is dangerous can be asked for then, for five minutes.

        A proof that is young enough is left: each takes a one-time code, and the next is up to half a minute away.
        """
        if time.monotonic() < self._proved_until:
            return
        self._http.headers["Authorization"] = f"Bearer {self._prove('/auth/step-up', {})['accessToken']}"
        self._proved_until = time.monotonic() + PROOF_SECONDS

    def _prove(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        """A request with a one-time code. Each code is good once: of those that the clock allows the first that was
        not used is found by trying, and when all three were, the next is waited for."""
        codes = pyotp.TOTP(self._endpoints["totp_secret"])
        for last in (False, True):
            now = int(time.time())
            for at in (now - CODE_SECONDS, now, now + CODE_SECONDS):
                try:
                    return self.post(path, {**body, "totp": codes.at(at)})
                except Refused as refused:
                    if refused.code != "auth.totp_invalid" or (last and at > now):
                        raise
            time.sleep(CODE_SECONDS - time.time() % CODE_SECONDS + 0.5)
        raise AssertionError("the last try is returned or raised")

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The answer to a GET. Raises Refused."""
        return self.call("GET", path, query={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> dict[str, Any]:
        """The answer to a POST. Raises Refused."""
        return self.call("POST", path, body=dict(body or {}), key=key)

    def raw(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer as it came, good or not."""
        return self._http.request(method, path, **request)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """One request; signs in again first when the session has ended meanwhile. Raises Refused."""
        self.calls += 1
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._http.request(method, path, json=body, params=dict(query or {}), headers=headers)
        document: dict[str, Any] = answer.json() if answer.content and "json" in answer.headers["content-type"] else {}
        if answer.is_success:
            return document
        refused = Refused(method, path, answer.status_code, document or {"detail": answer.text[:300]})
        if refused.code != "auth.token_expired":
            raise refused
        self.login()
        return self.call(method, path, body=body, query=query, key=key)

    def answer(self, method: str, path: str) -> httpx.Response:
        """The bare answer to a request without a body."""
        return self._http.request(method, path)

    def items(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All items of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, cursor=cursor, **query)
            yield from page["items"]
            cursor = page["nextCursor"]
            if cursor is None:
                return

    def events(self, run_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The run's log after an event number, complete."""
        found: list[dict[str, Any]] = []
        cursor: str | None = str(after)
        while cursor is not None:
            page = self.get(f"/runs/{run_id}/events", after=cursor, limit=PAGE)
            found += page["items"]
            cursor = page["nextCursor"]
        return found
