"""The mailbox of the local cloud: every mail that it would have sent, on a page of the web proxy. Not part of AWS."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from chalicelib.adapters.dynamodb.mails import MAILBOX

_MOST: Final = 50
_LINK: Final = re.compile(r"https?://[^\s<>&]+")
_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "article{border-top:1px solid #888;padding:1rem 0}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}"
    "small{opacity:.75}"
)
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A mail as the page shows it."""

    to: str
    subject: str
    text: str
    at: str


class Mailbox:
    """Reads the mails table with a DynamoDB client (boto3)."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def mails(self, to: str | None = None) -> list[ReceivedMail]:
        """The newest mails, of one address or of all."""
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="mailbox = :mailbox",
            ExpressionAttributeValues={":mailbox": {"S": MAILBOX}},
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=_MOST,
        )
        found = [_mail(item) for item in answer["Items"]]
        return [mail for mail in found if to is None or mail.to == to]


def mailbox_routes(mailbox: Mailbox) -> list[Route]:
    """``/mailbox`` for people, ``/mailbox.json`` for programs; ``?to=`` narrows both to one address."""

    async def page(request: Request) -> Response:
        mails = await run_in_threadpool(mailbox.mails, request.query_params.get("to"))
        return HTMLResponse(_page(mails), headers=_HEADERS)

    async def document(request: Request) -> Response:
        mails = await run_in_threadpool(mailbox.mails, request.query_params.get("to"))
        return JSONResponse({"items": [asdict(mail) for mail in mails]}, headers=_HEADERS)

    return [Route("/mailbox", page, methods=["GET"]), Route("/mailbox.json", document, methods=["GET"])]


def _mail(item: dict[str, Any]) -> ReceivedMail:
    at = datetime.fromtimestamp(int(item["sent_ms"]["N"]) / 1000, UTC)
    return ReceivedMail(item["to"]["S"], item["subject"]["S"], item["text"]["S"], f"{at:%Y-%m-%d %H:%M:%S} UTC")


def _page(mails: Sequence[ReceivedMail]) -> str:
    shown = "".join(_article(mail) for mail in mails) or "<p>No mail yet.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Mailbox of the local cloud</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style>"
        "<h1>Mailbox of the local cloud</h1><p>What an installation on AWS would have sent. Newest first.</p>"
        f"<main>{shown}</main></html>"
    )


def _article(mail: ReceivedMail) -> str:
    text = _LINK.sub(lambda link: f'<a href="{link[0]}">{link[0]}</a>', html.escape(mail.text))
    return (
        f"<article><h2>{html.escape(mail.subject)}</h2><small>to {html.escape(mail.to)}, {mail.at}</small>"
        f"<pre>{text}</pre></article>"
    )
