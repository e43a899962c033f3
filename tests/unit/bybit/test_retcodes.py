"""Every documented code has exactly one policy; only 10001 and HTTP 403 are told apart by their text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.exchange.outcomes import outcome_of
from chalicelib.domain.exchange.retcodes import CODES, Policy, classify
from chalicelib.domain.runtime.orders import OutcomeKind

# Representatives of every class; the ends of each span of codes are among them.
DOCUMENTED = {
    Policy.OK: (0,),
    Policy.OK_UNCHANGED: (34040, 110043, 110025, 110026, 110082, 20001),
    Policy.ALREADY_TERMINAL: (110001, 110008, 110010, 170213),
    Policy.ALREADY_FLAT: (110017, 110034, 110033),
    Policy.DUPLICATE: (110072, 10014, 170141),
    Policy.AMBIGUOUS: (10000, 10016, 170007, 3400214, 10019),
    Policy.BACKOFF: (10006, 429, 10429, 10403, 10018),
    Policy.CLOCK: (10002, -1),
    Policy.CREDENTIALS: (10003, 10004, 10005, 10010, 33004, -2015),
    Policy.FORBIDDEN: (10024, 110066, 110069, 110123, 110125, 170348),
    Policy.NOT_ON_DEMO: (10032, 110100),
    Policy.BAD_REQUEST: (10001, 10017, 110092, 170115, 170117, 10404, 500011),
    Policy.PRICE_SIZE: (110003, 30208, 110094, 170192, 170194, 170382),
    Policy.FUNDS: (110004, 110007, 110044, 110047, 110051, 110053, 30256),
    Policy.LIMITS: (110009, 110020, 110061, 110090, 3400139),
    Policy.INSTRUMENT: (110023, 110095, 110099, 30228, 170360),
    Policy.MODE_CONFLICT: (110013, 110036, 110038, 3400045, 3401010),
    Policy.LIQUIDITY: (110118,),
    Policy.RE_READ: (110079, 40004, 110064, 110005, 181017),
    Policy.TRADING_STOP: (110054, 110056, 110058, 110060),
    Policy.OUT_OF_SCOPE: (110016, 110104, 110107, 110110, 110117, 30136, 182011, 3400100),
    Policy.UNKNOWN_CODE: (1, 110999, 424242),
}


def test_no_code_is_in_two_classes() -> None:
    codes = [code for members in CODES.values() for code in members]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("code", "policy"), [(code, policy) for policy, codes in DOCUMENTED.items() for code in codes])
def test_a_documented_code_has_its_policy(code: int, policy: Policy) -> None:
    assert classify(200, code, "") is policy


def test_the_table_names_nearly_three_hundred_codes() -> None:
    assert sum(len(codes) for codes in CODES.values()) > 280


@given(st.integers())
def test_an_unlisted_code_is_never_taken_for_success(code: int) -> None:
    listed = {member for members in CODES.values() for member in members}

    if code not in listed:
        assert classify(200, code, "OK") in {Policy.UNKNOWN_CODE, Policy.OUT_OF_SCOPE}


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("can not set tp/sl/ts for zero position", Policy.ALREADY_FLAT),
        ("position idx not match position mode", Policy.MODE_CONFLICT),
        ("The number of contracts exceeds minimum limit allowed", Policy.PRICE_SIZE),
        ("exceeds maximum limit allowed: too large, order_qty:1 > max_qty:2", Policy.PRICE_SIZE),
        ("Qty invalid", Policy.PRICE_SIZE),
        ("sl:257970000 set for Sell position should greater base_price:259477000??LastPrice", Policy.PRICE_SIZE),
        ("The order remains unchanged as the parameters entered match the existing ones.", Policy.OK_UNCHANGED),
        ("params error: symbol invalid", Policy.BAD_REQUEST),
    ],
)
def test_10001_is_told_apart_by_its_text(text: str, policy: Policy) -> None:
    assert classify(200, 10001, text) is policy


@pytest.mark.parametrize(
    ("status", "text", "policy"),
    [
        (403, "Access too frequent. Please try again in 5 minutes.", Policy.IP_BAN),
        (403, "The Amazon CloudFront distribution is configured to block access from your country.", Policy.FORBIDDEN),
        (400, "", Policy.BAD_REQUEST),
        (401, "", Policy.CREDENTIALS),
        (404, "", Policy.BAD_REQUEST),
        (429, "", Policy.BACKOFF),
        (500, "", Policy.AMBIGUOUS),
        (502, "", Policy.AMBIGUOUS),
        (302, "", Policy.AMBIGUOUS),
    ],
)
def test_an_http_error_is_classified_by_its_status(status: int, text: str, policy: Policy) -> None:
    assert classify(status, None, text) is policy


def test_an_answer_without_a_code_is_ambiguous() -> None:
    assert classify(200, None, "") is Policy.AMBIGUOUS


@pytest.mark.parametrize("policy", list(Policy))
def test_every_policy_has_one_kind_of_outcome(policy: Policy) -> None:
    kind = outcome_of(policy).kind

    if policy in {Policy.OK, Policy.OK_UNCHANGED}:
        assert kind is OutcomeKind.ACKNOWLEDGED
    elif policy in {Policy.AMBIGUOUS, Policy.UNKNOWN_CODE, Policy.DUPLICATE}:
        assert kind is OutcomeKind.UNRESOLVED
    else:
        assert kind is OutcomeKind.REJECTED
