"""What goes into the execution function's JSON comes out equal."""

from __future__ import annotations

import inspect
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.execution_codec import (
    OPERATIONS,
    UndecodableMessage,
    decode,
    decode_error,
    encode,
    encode_error,
)
from chalicelib.domain.runtime.facts import AccountSnapshot, OrderFact
from chalicelib.domain.runtime.orders import OrderRequest, Outcome
from chalicelib.ports import Exchange, ExchangeRefused, ExchangeUnavailable

EXACT = st.decimals(allow_nan=False, allow_infinity=False)
KINDS = sorted(
    {kind for operation in OPERATIONS.values() for kind in (*operation.arguments.values(), operation.answer)}, key=str
)
st.register_type_strategy(Decimal, EXACT)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_value_survives_the_journey(kind: Any, data: st.DataObject) -> None:
    value = data.draw(st.from_type(kind))

    assert decode(kind, json.loads(json.dumps(encode(value)))) == value


def test_every_method_of_the_port_is_an_operation_with_its_own_parameters() -> None:
    methods = {name: method for name, method in vars(Exchange).items() if not name.startswith("_")}

    declared = {name: list(inspect.signature(method).parameters)[2:] for name, method in methods.items()}

    assert {name: list(operation.arguments) for name, operation in OPERATIONS.items()} == declared


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Decimal, 1.5),
        (Decimal, "twelve"),
        (int, "12"),
        (int, True),
        (bool, 1),
        (str, None),
        (Outcome, {"kind": "perhaps"}),
        (OrderRequest, {"order_link_id": "x"}),
        (AccountSnapshot, []),
        (tuple[OrderFact, ...], {}),
    ],
)
def test_what_has_another_shape_is_refused(kind: Any, raw: Any) -> None:
    with pytest.raises(UndecodableMessage):
        decode(kind, raw)


def test_a_float_cannot_be_sent() -> None:
    with pytest.raises(TypeError):
        encode(1.5)


def test_a_refusal_keeps_its_code_and_policy() -> None:
    refused = decode_error(encode_error(ExchangeRefused(10005, "CREDENTIALS", "Permission denied")))

    assert isinstance(refused, ExchangeRefused)
    assert (refused.code, refused.policy, refused.message) == (10005, "CREDENTIALS", "Permission denied")


def test_what_is_not_a_refusal_is_unavailable() -> None:
    assert isinstance(decode_error(encode_error(ExchangeUnavailable("gone"))), ExchangeUnavailable)
    assert isinstance(decode_error({"kind": "something new"}), ExchangeUnavailable)
