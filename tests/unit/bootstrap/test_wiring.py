"""The composition root builds whatever an entry point asks it for: a wire that does not fit fails here, not on AWS."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import _lru_cache_wrapper
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest

import chalicelib.bootstrap
from chalicelib.adapters.dynamodb.account_items import AccountItem
from chalicelib.api.services import ApiServices
from chalicelib.bootstrap import readiness
from chalicelib.bootstrap.api import LazyApiServices
from tests.contract.silent_host import silent_host, soon_given_up

ENVIRONMENT = {
    "STAGE": "test",
    "TABLE_PREFIX": "wiring",
    "BYBIT_ENV": "demo",
    "TOKEN_KEY_IDS": "token-key",
    "SECRETS_KEY_ID": "arn:aws:kms:us-east-1:000000000000:key/secrets",
    "VERIFIER_KEY_ID": "verifier-key",
    "MAIL_FUNCTION": "mail",
    "MAIL_FROM": "no-reply@example.com",
    "STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:runs",
    "EXECUTION_FUNCTION": "execution",
    "WEBSOCKET_MANAGEMENT_URL": "https://sockets.example.com",
    "WEBSOCKET_PUBLIC_URL": "wss://sockets.example.com",
    "AUDIT_BUCKET": "audit",
    "LAB_BUCKET": "lab",
    "LAB_FUNCTION": "lab",
    "LAB_SWEEP_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:sweeps",
    "PUBLIC_ORIGIN": "https://app.example.com",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "wiring",
    "AWS_SECRET_ACCESS_KEY": "wiring",
}
SUBJECTS = sorted(module.name for module in pkgutil.iter_modules(chalicelib.bootstrap.__path__))
SERVICES = sorted(name for name, member in inspect.getmembers(ApiServices) if isinstance(member, property))


def _builders() -> Iterator[tuple[str, _lru_cache_wrapper[Any]]]:
    for name in ("chalicelib.bootstrap", *(f"chalicelib.bootstrap.{subject}" for subject in SUBJECTS)):
        for made, builder in inspect.getmembers(importlib.import_module(name)):
            if isinstance(builder, _lru_cache_wrapper) and builder.__module__ == name:
                yield f"{name.rpartition('.')[2]}.{made}", builder


BUILDERS = dict(_builders())
WHOLE = sorted(name for name, builder in BUILDERS.items() if not inspect.signature(builder).parameters)


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A stage's environment, and nothing built before or left behind."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    _forget()
    yield
    _forget()


def _forget() -> None:
    for builder in BUILDERS.values():
        builder.cache_clear()


@pytest.mark.parametrize("name", WHOLE)
def test_each_part_can_be_built_and_is_built_once(name: str) -> None:
    build: Callable[[], object] = BUILDERS[name]

    assert build() is build()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_of_the_api_can_be_had(name: str) -> None:
    assert getattr(LazyApiServices(lambda: None), name) is not None


def test_readiness_names_what_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    soon_given_up(monkeypatch, AccountItem)
    with silent_host() as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)

        assert readiness.ready() == {"tables": False, "tokenKey": False, "verifierKey": False}


def test_readiness_asks_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    together = Barrier(3, timeout=30)
    users = SimpleNamespace(user_by_email=lambda _: together.wait())
    tokens = SimpleNamespace(jwks=together.wait)
    secrets = SimpleNamespace(totp_seed=lambda *_: together.wait())
    monkeypatch.setattr(readiness.tables, "accounts", lambda: users)
    monkeypatch.setattr(readiness.accounts, "access_tokens", lambda: tokens)
    monkeypatch.setattr(readiness.accounts, "derived_secrets", lambda: secrets)

    assert set(readiness.ready().values()) == {True}
