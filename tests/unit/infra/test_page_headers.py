"""The pages of the web origin: where each is, and the headers that it is served with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from infra.local.mailbox import Mailbox
from infra.local.proxy import PAGE_HEADERS, Origins, web_app

Get = Callable[[str], httpx.Response]


@pytest.fixture
def get(tmp_path: Path) -> Get:
    """The proxy's answers, with a built page behind it: the app, the API reference, a script."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("the app")
    (tmp_path / "docs.html").write_text("the reference")
    (tmp_path / "assets" / "docs-1.js").write_text("code")
    origins = Origins(api="http://127.0.0.1:1", websocket="ws://127.0.0.1:1", page=tmp_path)
    transport = httpx.ASGITransport(app=web_app(origins, Mailbox(None, "mails")))

    async def ask(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
            return await browser.get(path)

    return lambda path: asyncio.run(ask(path))


def test_the_page_is_served_with_a_strict_policy() -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in PAGE_HEADERS["content-security-policy"].split(";"))

    assert "unsafe" not in str(policy)
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_the_api_reference_has_an_address_of_its_own(get: Get, path: str) -> None:
    answer = get(path)

    assert (answer.status_code, answer.text) == (200, "the reference")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/docs-of-ours", "/docs/deeper", "/factory/bots"])
def test_every_other_address_is_the_apps(get: Get, path: str) -> None:
    assert get(path).text == "the app"


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/", "/assets/docs-1.js"])
def test_the_api_reference_is_served_under_the_apps_policy(get: Get, path: str) -> None:
    answer = get(path)

    assert {name: answer.headers[name] for name in PAGE_HEADERS} == PAGE_HEADERS


@pytest.mark.parametrize("path", ["/", "/factory/bots?tab=events", "/docs"])
def test_the_page_by_its_number_leads_to_the_page_by_its_name(get: Get, path: str) -> None:
    answer = get(f"http://127.0.0.1:8080{path}")

    assert (answer.status_code, answer.headers["location"]) == (307, f"http://localhost:8080{path}")
