"""Plants recognisable secrets wherever the product takes or makes one, through its public API alone."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

import httpx
import pyotp
import websockets.sync.client

SECONDS_TO_MAIL = 30
EMAIL = "yellow@example.com"
GUEST = "guest@example.com"


class NotPlanted(Exception):
    """The product did not take a secret; the message says where."""


def fresh(kind: str) -> str:
    """A secret that nobody else has."""
    return f"canary-{kind}-{secrets.token_hex(12)}"


class Gardener:
    """One person with nothing but secrets; ``planted`` are their names and values.

    ``controls`` are no secrets, by name: a text and the kinds of places where a hunt that works must find it.
    """

    def __init__(self, endpoints: Mapping[str, str]) -> None:
        self._endpoints = endpoints
        self._http = httpx.Client(base_url=endpoints["api"], timeout=40, headers={"User-Agent": "canary"})
        self.planted: dict[str, str] = {}
        self.controls: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.answers: list[tuple[str, bytes]] = []

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def plant(self) -> None:
        """An account's whole life, and every way to do it wrong. Raises NotPlanted."""
        password = self._keep("password", fresh("password"))
        self._register(password)
        self._do_it_wrong(password)
        self._sign_in(password)
        seed = self._second_factor(password)
        self._connection()
        self._socket()
        self._refresh()
        self._reset(seed)
        self._invite()
        self._look_around()

    def _register(self, password: str) -> None:
        body = {"email": EMAIL, "password": password, "name": "Canary", "locale": "en"}
        self._ask("POST", "/auth/register", body, 202)
        token = self._keep("verification link's token", self._mailed("Confirm your e-mail address", EMAIL))
        self._ask("POST", "/auth/verify-email", {"token": token}, 204)

    def _do_it_wrong(self, password: str) -> None:
        """Secrets in requests that are refused: their refusals and logs must not repeat them."""
        wrong = self._keep("wrong password", fresh("wrong"))
        self._ask("POST", "/auth/login", {"email": EMAIL, "password": wrong}, 401)
        field = self._keep("value of an unknown field", fresh("field"))
        self._ask("POST", "/auth/login", {"email": EMAIL, "password": password, "pasword": field}, 400)
        self._ask("POST", "/auth/login", {"email": EMAIL, "password": [password]}, 400)
        broken = f'{{"email": "{EMAIL}", "password": "{password}"'
        self._remember(
            self._http.post("/auth/login", content=broken, headers={"Content-Type": "application/json"}), 400
        )
        bearer = self._keep("forged token", fresh("bearer"))
        self._remember(self._http.get("/me", headers={"Authorization": f"Bearer {bearer}"}), 401)

    def _sign_in(self, password: str, **proof: str) -> None:
        session = self._ask("POST", "/auth/login", {"email": EMAIL, "password": password, **proof}, 200, told=False)
        self._take(session)

    def _take(self, session: dict[str, Any]) -> None:
        if "user" in session:
            self.controls["id of the user"] = (session["user"]["id"], ("table ", "log ", "answer to ", "file aws/"))
        number = sum(name.startswith("access token") for name in self.planted)
        token = str(session["accessToken"])
        self._keep(f"access token {number}", token.rsplit(".", 1)[1])
        self._http.headers["Authorization"] = f"Bearer {token}"
        if "csrfToken" in session:
            self._keep(f"CSRF token {number}", session["csrfToken"])
            self._http.headers["X-CSRF-Token"] = session["csrfToken"]
            self._keep(f"refresh token {number}", self._http.cookies["bm_refresh"].rsplit(".", 1)[1])

    def _second_factor(self, password: str) -> str:
        self._take(self._ask("POST", "/auth/step-up", {"password": password}, 200, told=False))
        seed = self._keep("authenticator seed", self._ask("POST", "/me/totp", {}, 200, told=False)["secret"])
        code = pyotp.TOTP(seed).at(int(time.time()) - 30)
        codes = self._ask("POST", "/me/totp/confirm", {"code": code}, 200, told=False)["codes"]
        for number, recovery in enumerate(codes):
            self._keep(f"recovery code {number}", recovery)
        self._take(self._ask("POST", "/auth/step-up", {"recoveryCode": codes[0]}, 200, told=False))
        return seed

    def _connection(self) -> None:
        label = fresh("label")
        # A connection's name is no secret: who does not find it in these places would not find a secret there either.
        self.controls["name of the connection"] = (label, ("table ", "answer to ", "file aws/"))
        api_key, secret = secrets.token_hex(9), self._keep("exchange secret", f"canary{secrets.token_hex(15)}")
        self._keep("exchange key", api_key)
        account = {"api_key": api_key, "secret": secret, "usdt": "1000"}
        httpx.post(f"{self._endpoints['exchange_rest']}/sim/accounts", json=account, timeout=10).raise_for_status()
        body = {"exchange": "bybit", "env": "demo", "name": label, "apiKey": api_key, "secret": secret}
        made = self._ask("POST", "/exchanges", body, 201, key="canary-connection")
        self._ask("POST", f"/exchanges/{made['id']}/test", {}, 200)
        price = float(self._ask("GET", "/terminal/ticker?symbol=BTCUSDT", None, 200)["lastPrice"])
        order = {
            "exchangeConnectionId": made["id"], "symbol": "BTCUSDT", "side": "Buy", "type": "Limit", "qty": "0.001",
            "price": f"{price * 0.9:.1f}", "stopLoss": f"{price * 0.8:.1f}", "takeProfit": f"{price:.1f}",
        }  # fmt: skip
        placed = self._ask("POST", "/terminal/orders", order, 201, key="canary-order")
        self._ask("POST", f"/terminal/orders/{placed['id']}/cancel", {}, 200)

    def _socket(self) -> None:
        bought = self._ask("POST", "/sockets/tickets", {}, 201, told=False)
        ticket = self._keep("WebSocket ticket", bought["ticket"])
        with websockets.sync.client.connect(f"{bought['url']}?ticket={ticket}", open_timeout=30) as socket:
            socket.send('{"action":"ping"}')
            socket.recv(timeout=30)

    def _refresh(self) -> None:
        self._take(self._ask("POST", "/auth/refresh", {}, 200, told=False))

    def _reset(self, seed: str) -> None:
        self._ask("POST", "/auth/password/forgot", {"email": EMAIL}, 202)
        token = self._keep("reset link's token", self._mailed("Set a new password", EMAIL))
        password = self._keep("second password", fresh("password"))
        self._ask("POST", "/auth/password/reset", {"token": token, "password": password}, 204)
        self._sign_in(password, totp=pyotp.TOTP(seed).now())

    def _invite(self) -> None:
        recovery = self.planted["recovery code 1"]
        self._take(self._ask("POST", "/auth/step-up", {"recoveryCode": recovery}, 200, told=False))
        self._ask("POST", "/invitations", {"email": GUEST, "role": "viewer"}, 201)
        self._keep("invitation's token", self._mailed("You are invited to a workspace", GUEST))

    def _look_around(self) -> None:
        """Everything that could tell a secret again."""
        for path in (
            "/me", "/me/sessions", "/exchanges", "/terminal/orders", "/workspace", "/workspaces", "/members",
            "/invitations", "/audit?limit=200", "/audit/verification", "/audit/export",
        ):  # fmt: skip
            self._ask("GET", path, None, 200)

    def _keep(self, name: str, secret: str) -> str:
        self.planted[name] = secret
        return secret

    def _ask(self, method: str, path: str, body: Any, status: int, *, key: str | None = None, told: bool = True) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = self._http.request(method, path, json=body, headers=headers)
        return self._remember(answer, status, told=told)

    def _remember(self, answer: httpx.Response, status: int, *, told: bool = True) -> Any:
        """The answer's document. ``told`` False: this answer is where its secret is given, once."""
        place = f"answer to {answer.request.method} {answer.request.url.path}"
        if answer.status_code != status:
            raise NotPlanted(f"{place}: {answer.status_code} {answer.text[:300]}")
        if told:
            self.answers.append((place, answer.content))
        is_json = answer.headers.get("content-type", "").endswith("json") and answer.content[:1] == b"{"
        return answer.json() if is_json and "ndjson" not in answer.headers["content-type"] else None

    def _mailed(self, subject: str, to: str) -> str:
        end = time.monotonic() + SECONDS_TO_MAIL
        while time.monotonic() < end:
            page = httpx.get(f"{self._endpoints['web']}/mailbox.json", params={"to": to}, timeout=30)
            for mail in page.json()["items"]:
                if mail["subject"] == subject and (found := re.search(r"#token=(\S+)", mail["text"])):
                    return found[1]
            time.sleep(0.2)
        raise NotPlanted(f"no mail {subject!r} to {to}")
