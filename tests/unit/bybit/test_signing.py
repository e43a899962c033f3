"""Signatures against the exchange's own vectors, through pybit, over the bytes that are really sent."""

from __future__ import annotations

import json

import pytest
import requests

from chalicelib.adapters.bybit.exchange import hmac_signer
from chalicelib.adapters.bybit.signed_http import SignedHttp

STAMP_MS = 1_700_000_000_000
VECTORS = {
    "category=linear&symbol=BTCUSDT": "f805ff4f3587db4ed1b8f9c5414a19ff72e32d65e2ad9708222565091809de5b",
    "category=linear&cursor=page_args%3Dabc%26symbol%3D6%26&limit=50&settleCoin=USDT": (
        "24429fc29147e8ee1613d028888886c85779b855b73aae8a226962fd1d2cb059"
    ),
    "": "12ce6c7e258711d347b48953cad37af34381c0729ecf89bcd520c7e486b6daa4",
    "{}": "6a196d3f18dbc7af7fdb18043f8587de63a4940b2829c7857929f2a82e648e50",
    '{"category":"linear","symbol":"BTCUSDT"}': "2e459bfd59d1e167743eb9c39f063a83b24a9f0808615f4a838322a153fe871c",
    '{"category": "linear", "symbol": "BTCUSDT"}': "5119118e0f1dfab97a2337d27366afe35821560b3ad2bbd61542fe3f91d93c8a",
}


class RecordingSession(requests.Session):
    """Sends nothing; remembers what would have been sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        self.sent.append(request)
        response = requests.Response()
        response.status_code = 200
        response._content = json.dumps({"retCode": 0, "retMsg": "OK", "result": {}}).encode()
        return response


def signed_http(session: requests.Session) -> SignedHttp:
    return SignedHttp(
        endpoint="https://exchange.example",
        api_key="TESTKEY",
        secret="TESTSECRET",
        stamp_ms=lambda: STAMP_MS,
        transport=session,
    )


@pytest.mark.parametrize(("payload", "signature"), VECTORS.items())
def test_a_payload_is_signed_as_the_exchange_expects(payload: str, signature: str) -> None:
    headers = signed_http(requests.Session())._prepare_headers(payload, 5000)

    assert headers["X-BAPI-SIGN"] == signature
    assert headers["X-BAPI-TIMESTAMP"] == str(STAMP_MS)
    assert headers["X-BAPI-RECV-WINDOW"] == "5000"


def test_a_get_signs_exactly_the_query_that_it_sends_with_the_cursor_verbatim() -> None:
    session = RecordingSession()

    signed_http(session).get_positions(
        category="linear", settleCoin="USDT", limit="50", cursor="page_args%3Dabc%26symbol%3D6%26"
    )

    url = str(session.sent[0].url)
    assert url.endswith(
        "/v5/position/list?category=linear&cursor=page_args%3Dabc%26symbol%3D6%26&limit=50&settleCoin=USDT"
    )
    assert session.sent[0].headers["X-BAPI-SIGN"] == VECTORS[url.partition("?")[2]]


def test_a_post_signs_exactly_the_body_that_it_sends() -> None:
    session = RecordingSession()

    signed_http(session).cancel_all_orders(category="linear", symbol="BTCUSDT")

    body = session.sent[0].body
    assert body == '{"category": "linear", "symbol": "BTCUSDT"}'
    assert session.sent[0].headers["X-BAPI-SIGN"] == VECTORS[body]


def test_a_stream_login_is_signed_as_the_exchange_expects() -> None:
    signature = hmac_signer("TESTSECRET")(b"GET/realtime1700000010000")

    assert signature == "0279bab66978fa6daf097fc63b357431eb1cdb9284e64d4191876b4fe0bab24e"
