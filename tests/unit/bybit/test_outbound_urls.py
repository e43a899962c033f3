"""Addresses that the product may call, and the many forms of those that it may not."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from chalicelib.adapters.bybit.environments import Environment, urls_of
from chalicelib.adapters.outbound_urls import AddressRefused, exchange_url, simulator_url

INSIDE = [
    "https://169.254.169.254/latest/meta-data",
    "https://[fd00:ec2::254]/",
    "https://10.0.0.1",
    "https://127.0.0.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://0177.0.0.1",
    "https://127.1",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://localhost",
]
TRICKS = [
    "http://api.bybit.com",
    "https://api.bybit.com:8443",
    "https://api.bybit.com@169.254.169.254",
    "https://key:secret@api.bybit.com",  # pragma: allowlist secret
    "https://api.bybit.com.example.org",
    "https://example.org/api.bybit.com",
    "https://example.org\\@api.bybit.com",
    "https://api.bybit.com\n.example.org",
    "https://аpi.bybit.com",
    "https://api.bybit.com:port",
    "file:///etc/passwd",
    "gopher://api.bybit.com",
    "//api.bybit.com",
    "api.bybit.com",
    "",
]
HOSTED = [environment for environment in Environment if environment is not Environment.SIMULATOR]


@pytest.mark.parametrize("url", INSIDE + TRICKS)
def test_nothing_but_the_exchanges_own_hosts_over_tls_is_called(url: str) -> None:
    with pytest.raises(AddressRefused):
        exchange_url(url)


@pytest.mark.parametrize("environment", HOSTED)
def test_every_address_of_every_environment_passes(environment: Environment) -> None:
    for url in astuple(urls_of(environment)):
        assert url is None or exchange_url(url) == url


@pytest.mark.parametrize("url", ["http://127.0.0.1:8082", "ws://localhost:8082", "http://[::1]:1"])
def test_the_simulator_is_on_this_machine(url: str) -> None:
    assert simulator_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254",
        "http://10.0.0.1:8082",
        "http://0.0.0.0:8082",
        "http://2130706433",
        "http://simulator:8082",
        "http://localhost.example.org",
        "http://user@localhost",
        "ftp://localhost",
    ],
)
def test_a_simulator_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        simulator_url(url)
    with pytest.raises(AddressRefused):
        urls_of(Environment.SIMULATOR, url, "ws://127.0.0.1:8082")


def test_a_refusal_shows_no_credentials_and_no_path() -> None:
    with pytest.raises(AddressRefused) as refused:
        exchange_url("https://key:secret@api.bybit.com/path?token=1")  # pragma: allowlist secret

    assert not any(word in str(refused.value) for word in ("secret", "path", "token"))
