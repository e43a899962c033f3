"""Gives a new local cloud something to look at: a demo user, a verified connection, a strategy and a bot.

Everything but the user goes through the public API, so a seed that works is a small test of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pyotp

from infra.local.demo_credentials import DemoCredentials

STRATEGY = Path(__file__).with_name("demo_strategy.json")


class SeedFailed(Exception):
    """A step was refused; the message names it and what the API said."""


def seed(endpoints: Mapping[str, str], environment: Mapping[str, str], credentials: DemoCredentials) -> str:
    """Creates what is missing. Returns the demo user's authenticator seed. Raises SeedFailed."""
    totp_seed = _create_user(environment, credentials)
    with httpx.Client(base_url=endpoints["api"], timeout=30) as client:
        api = _Api(client, credentials, totp_seed)
        connection = api.first("/exchanges") or api.post("/exchanges", _connection(credentials))
        if connection["status"] != "CONNECTED":
            connection = api.post(f"/exchanges/{connection['id']}/test", {})
        if connection["status"] != "CONNECTED":
            raise SeedFailed(f"the demo connection does not work: {connection['fault']}")
        strategy = api.first("/strategies") or api.post("/strategies", {"spec": json.loads(STRATEGY.read_text())})
        if not api.first("/bots"):
            bot = {"name": "Demo bot", "strategyId": strategy["id"], "exchangeConnectionId": connection["id"]}
            api.post("/bots", bot)
    return totp_seed


def _create_user(environment: Mapping[str, str], credentials: DemoCredentials) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "infra.local.seed_user"],
        env=dict(environment),
        input=json.dumps(asdict(credentials)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()
        raise SeedFailed(f"the demo user was not made: {words[-1] if words else 'no reason given'}")
    return str(json.loads(done.stdout)["totp_secret"])


def _connection(credentials: DemoCredentials) -> dict[str, str]:
    return {
        "exchange": "bybit",
        "env": "demo",
        "name": "Simulated exchange",
        "apiKey": credentials.api_key,
        "secret": credentials.api_secret,
    }


class _Api:
    """The public API, signed in as the demo user."""

    def __init__(self, client: httpx.Client, credentials: DemoCredentials, totp_seed: str) -> None:
        self._client = client
        client.headers["Authorization"] = f"Bearer {self._login(credentials, pyotp.TOTP(totp_seed))}"

    def _login(self, credentials: DemoCredentials, codes: pyotp.TOTP) -> str:
        """The access token. A code is good once: the one before leaves the present one to whoever logs in next."""
        now = time.time()
        for step in (-1, 0, 1):
            code = codes.at(int(now) + step * codes.interval)
            login = {"email": credentials.email, "password": credentials.password, "totp": code}
            answer = self._client.post("/auth/login", json=login)
            if answer.status_code != HTTPStatus.UNAUTHORIZED:
                break
        return str(self._answer("POST", "/auth/login", answer)["accessToken"])

    def first(self, path: str) -> dict[str, Any] | None:
        """The first item of a list, None when it is empty."""
        items = self._answer("GET", path, self._client.get(path))["items"]
        return dict(items[0]) if items else None

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a POST."""
        headers = {"Idempotency-Key": f"seed:{path}"}
        return self._answer("POST", path, self._client.post(path, json=body, headers=headers))

    def _answer(self, method: str, path: str, answer: httpx.Response) -> dict[str, Any]:
        if not answer.is_success:
            raise SeedFailed(f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
        return dict(answer.json())
