"""pybit's HTTP class, tamed: one attempt, our clock, our classification, nothing logged.

It and ``session`` are the modules that load pybit (a quarter of a second): only the execution function imports them.
"""

from __future__ import annotations

from collections.abc import Callable

import requests
from pybit.unified_trading import HTTP

RECV_WINDOW_MS = 5_000
TIMEOUT_SECONDS = (2, 5)  # connect, read (C-09)
_BODY_START = 200


class HttpStatusError(Exception):
    """The answer was not HTTP 200. ``text`` is the beginning of its body: it alone tells the two kinds of 403 apart."""

    def __init__(self, status: int, text: str, headers: dict[str, str]) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.text, self.headers = status, text, headers


class _Nothing:
    """Contains nothing, and is true: pybit takes an empty set for "use the default codes" (P-02)."""

    def __contains__(self, _: object) -> bool:
        return False


class _Everything:
    """Contains every code: pybit then hands each answer back instead of raising (P-03)."""

    def __contains__(self, _: object) -> bool:
        return True


class SignedHttp(HTTP):  # type: ignore[misc]  # pybit has no types
    """One signed session. It holds the secret, so it lives for one call; the TCP connection it borrows lives on."""

    def __init__(
        self,
        *,
        endpoint: str,
        api_key: str,
        secret: str,
        stamp_ms: Callable[[], int],
        transport: requests.Session,
    ) -> None:
        """``endpoint`` is the REST base of the environment, ``stamp_ms`` gives the time to sign with."""
        super().__init__(
            api_key=api_key,
            api_secret=secret,
            max_retries=1,  # counts attempts: send once (P-01)
            retry_codes=_Nothing(),
            ignore_codes=_Everything(),
            return_response_headers=True,
            force_retry=False,
            log_requests=False,
            recv_window=RECV_WINDOW_MS,
            timeout=TIMEOUT_SECONDS,
        )
        self.client.close()  # the session that pybit made for itself
        self.client: requests.Session = transport
        self.endpoint = endpoint
        self._stamp_ms = stamp_ms

    def _prepare_headers(
        self, payload: str, recv_window: int, content_type: str = "application/json"
    ) -> dict[str, str]:
        """The authentication headers over exactly the bytes that are sent, with our clock instead of the machine's."""
        stamp = self._stamp_ms()
        return {
            "Content-Type": content_type,
            "X-BAPI-API-KEY": self.api_key,
            "X-BAPI-SIGN": self._auth(payload=payload, recv_window=recv_window, timestamp=stamp),
            "X-BAPI-SIGN-TYPE": "2",
            "X-BAPI-TIMESTAMP": str(stamp),
            "X-BAPI-RECV-WINDOW": str(recv_window),
        }

    def _check_status_code(self, response: requests.Response, method: str, path: str, params: object) -> None:
        """Raises HttpStatusError; pybit's own error would lose the body and carry our request in its text (P-10)."""
        if response.status_code != 200:
            raise HttpStatusError(response.status_code, response.text[:_BODY_START], dict(response.headers))
