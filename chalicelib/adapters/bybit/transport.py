"""The kept-alive TCP connection to one REST host. It holds no secret and outlives the calls that borrow it."""

from __future__ import annotations

from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy

import requests

IDLE_LIMIT_MS = 20_000


class Transport:
    """A ``requests`` session that is safe to lend to one signed call after another, for different users.

    No cookie is kept (it could carry one user's state into another's call), no redirect is followed (a signed order
    must not be sent elsewhere), and nothing is read from the environment (netrc, proxies).
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._used_ms = now_ms()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.max_redirects = 0
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update({"Content-Type": "application/json", "Accept": "application/json"})

    def borrow(self) -> requests.Session:
        """The session for one call. A connection idle for 20 s (or from before a Lambda's freeze) is closed first.

        The other side may have dropped it unseen; a POST on it would then be ambiguous for no reason (C-09).
        """
        now = self._now_ms()
        if now - self._used_ms > IDLE_LIMIT_MS:
            self._session.close()
        self._used_ms = now
        return self._session
