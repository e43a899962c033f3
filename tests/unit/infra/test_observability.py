"""Nothing secret is written down."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from pydantic import SecretStr

from chalicelib.observability import HIDDEN, SECRET_FIELDS, redacted


@dataclass(frozen=True)
class _Login:
    email: str
    password: str


@pytest.mark.parametrize("name", sorted(SECRET_FIELDS))
def test_a_field_that_is_named_for_a_secret_is_hidden(name: str) -> None:
    assert redacted({name: "value"}) == {name: HIDDEN}


@pytest.mark.parametrize("name", ["api_key", "X-BAPI-SIGN", "accessToken", "Set-Cookie"])
def test_spelling_does_not_matter(name: str) -> None:
    assert redacted({"deep": [{name: "value"}]}) == {"deep": [{name: HIDDEN}]}


@pytest.mark.parametrize("secret", [SecretStr("value"), b"value", bytearray(b"value")])
def test_a_value_of_a_secret_type_is_hidden_whatever_its_name(secret: object) -> None:
    assert redacted({"note": secret}) == {"note": HIDDEN}


def test_records_are_written_without_their_secrets() -> None:
    assert redacted(_Login("a@b.c", "value")) == {"email": "a@b.c", "password": HIDDEN}


def test_money_is_written_exactly() -> None:
    assert redacted({"price": Decimal("0.10")}) == {"price": "0.10"}
