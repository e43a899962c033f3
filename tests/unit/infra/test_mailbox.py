"""The mailbox page of the local cloud."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx

from infra.local.mailbox import Mailbox
from infra.local.proxy import Origins, web_app


class Table:
    """DynamoDB's answer to the one query."""

    def query(self, **request: Any) -> dict[str, Any]:
        assert (request["TableName"], request["ScanIndexForward"]) == ("mails", False)
        return {"Items": [_item("b@example.com", "<b>Second</b>"), _item("a@example.com", "First")]}


def _item(to: str, subject: str) -> dict[str, dict[str, str]]:
    text = "Open http://localhost:8080/verify-email#token=abc-_1\n\n<script>alert(1)</script>"
    return {"to": {"S": to}, "subject": {"S": subject}, "text": {"S": text}, "sent_ms": {"N": "1700000000000"}}


def get(path: str, **request: Any) -> httpx.Response:
    """The proxy's answer to a browser."""
    origins = Origins(api="http://127.0.0.1:1", websocket="ws://127.0.0.1:1", page=Path("/nowhere"))
    transport = httpx.ASGITransport(app=web_app(origins, Mailbox(Table(), "mails")))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
            return await browser.get(path, **request)

    return asyncio.run(ask())


def test_a_link_in_a_mail_can_be_followed_and_nothing_else_in_it_works() -> None:
    page = get("/mailbox").text

    link = "http://localhost:8080/verify-email#token=abc-_1"
    assert f'<a href="{link}">{link}</a>' in page
    assert "<script>" not in page
    assert "&lt;b&gt;Second" in page


def test_programs_read_the_mails_of_one_address() -> None:
    items = get("/mailbox.json", params={"to": "a@example.com"}).json()["items"]

    assert [(mail["to"], mail["subject"], mail["at"]) for mail in items] == [
        ("a@example.com", "First", "2023-11-14 22:13:20 UTC")
    ]


def test_the_mailbox_is_for_this_machine_alone() -> None:
    assert get("/mailbox", headers={"host": "example.com"}).status_code == 421


def test_its_one_style_sheet_is_named_by_its_hash() -> None:
    answer = get("/mailbox")

    style = answer.text.split("<style>")[1].split("</style>")[0]
    named = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{named}';" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
