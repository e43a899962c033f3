"""A person's browser, as the API sees it: cookies, an access token, and the local mailbox."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import Any

import httpx

from infra.local.cloud import LocalCloud

PASSWORD = "correct horse battery"
SECONDS_TO_MAIL = 20


class Browser:
    """One browser of one person: their address, cookies and access token."""

    def __init__(self, cloud: LocalCloud, email: str, agent: str) -> None:
        self._cloud = cloud
        self._email = email
        self._http = httpx.Client(base_url=cloud.endpoints["api"], timeout=40, headers={"User-Agent": agent})

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, *, status: int = 200) -> Any:
        """The answer, which must have this status."""
        answer = self._http.request(method, path, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def use(self, access_token: str) -> None:
        """Goes on with this token."""
        self._http.headers["Authorization"] = f"Bearer {access_token}"

    def register(self, subject: str, locale: str) -> dict[str, Any]:
        """Registers, tries to sign in, and confirms the address by the mail; returns the refusal in between."""
        body = {"email": self._email, "password": PASSWORD, "name": "Ann", "locale": locale}
        self.ask("POST", "/auth/register", body, status=202)
        refused: dict[str, Any] = self.login(status=403)
        self.ask("POST", "/auth/verify-email", {"token": self.mailed_token(subject)}, status=204)
        return refused

    def login(self, password: str = PASSWORD, *, status: int = 200, **proof: str) -> Any:
        """Signs in, or is refused."""
        body = {"email": self._email, "password": password, **proof}
        answer = self.ask("POST", "/auth/login", body, status=status)
        if status == HTTPStatus.OK:
            self.use(answer["accessToken"])
        return answer

    def mailed_token(self, subject: str) -> str:
        """The token in the person's newest mail of this subject, once it is there."""
        end = time.monotonic() + SECONDS_TO_MAIL
        while time.monotonic() < end:
            page = f"{self._cloud.endpoints['web']}/mailbox.json"
            for mail in httpx.get(page, params={"to": self._email}, timeout=30).json()["items"]:
                if mail["subject"] == subject and (found := re.search(r"#token=(\S+)", mail["text"])):
                    return found[1]
            time.sleep(0.2)
        raise AssertionError(f"no mail {subject!r} within {SECONDS_TO_MAIL} s")
