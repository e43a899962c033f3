"""One table: which policy every documented return code of Bybit v5 falls under.

``classify`` is total: a code that is not in the table is UNKNOWN_CODE, never success. A code is in exactly one class
(building the table fails otherwise); only 10001 and HTTP 403 are told apart by their text, because the exchange uses
them for unrelated faults. Codes of spot are kept for later categories.
"""

from __future__ import annotations

from enum import StrEnum


class Policy(StrEnum):
    """What to do about an answer. The comment at each class's codes below says it in a line."""

    OK = "OK"
    OK_UNCHANGED = "OK_UNCHANGED"
    ALREADY_TERMINAL = "ALREADY_TERMINAL"
    ALREADY_FLAT = "ALREADY_FLAT"
    DUPLICATE = "DUPLICATE"
    AMBIGUOUS = "AMBIGUOUS"
    BACKOFF = "BACKOFF"
    IP_BAN = "IP_BAN"
    CLOCK = "CLOCK"
    CREDENTIALS = "CREDENTIALS"
    FORBIDDEN = "FORBIDDEN"
    NOT_ON_DEMO = "NOT_ON_DEMO"
    BAD_REQUEST = "BAD_REQUEST"
    PRICE_SIZE = "PRICE_SIZE"
    FUNDS = "FUNDS"
    LIMITS = "LIMITS"
    INSTRUMENT = "INSTRUMENT"
    MODE_CONFLICT = "MODE_CONFLICT"
    LIQUIDITY = "LIQUIDITY"
    RE_READ = "RE_READ"
    TRADING_STOP = "TRADING_STOP"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    UNKNOWN_CODE = "UNKNOWN_CODE"


def _span(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


CODES: dict[Policy, tuple[int, ...]] = {
    Policy.OK: (0,),
    # Already as asked for: success. 20001 is the stream's "already authenticated".
    Policy.OK_UNCHANGED: (34040, 110043, 110025, 110026, 110027, 110075, 110082, 20001),
    # On cancel or amend: not found, or too late. Fetch the final state with its executed quantity (C-07, C-26).
    Policy.ALREADY_TERMINAL: (110001, 110008, 110010, 170139, 170142, 170143, 170190, 170213),
    # An exit met no position. Read it: flat is success, otherwise recompute the size.
    Policy.ALREADY_FLAT: (110017, 110034, 110033),
    # The id is in use: the earlier request may have worked. Query by orderLinkId and adopt (C-04).
    Policy.DUPLICATE: (110072, 10014, 170141, 20006),
    # Nobody knows what happened: query by orderLinkId with back-off, never a new id.
    Policy.AMBIGUOUS: (
        *(10000, 10016, 170001, 170007, 170032, 170035, 170146, 170147, 170234, 170310, 3400214),
        10019,
    ),
    # Refused for load: nothing exists. Wait for the reset, then the same id again.
    Policy.BACKOFF: (10006, 429, 10429, 20003, 30035, 170005, 170222, 10403, 10018),
    # The egress address is banned: stop all HTTP for ten minutes. Reached by text only (HTTP 403).
    Policy.IP_BAN: (),
    # The time stamp was refused: measure the offset again, one retry under the same id.
    Policy.CLOCK: (10002, -1),
    # The key is wrong, expired, bound to other addresses or lacks permission: halt the connection.
    Policy.CREDENTIALS: (10003, 10004, 10005, 10007, 10010, 33004, -2015),
    # The account may not do this: halt, and say what to do on the exchange's site.
    Policy.FORBIDDEN: (
        *(10008, 10009, 10024, 10027, 10028, 100028, *_span(110066, 110069), 110071, 110088, 110119),
        *(*_span(110123, 110125), 110132, 110136, 3100197, 170219, 170223, 170226, 170241, 170348),
    ),
    # The demo environment lacks it: the capability is off, not an error.
    Policy.NOT_ON_DEMO: (10032, 110100),
    # Our bug or a stale assumption: no retry, alert.
    Policy.BAD_REQUEST: (
        *(10001, 10017, 10029, 110018, 110019, 110031, 110032, 110049, 110050, 110057, 110092, 110093),
        *(3100181, 3100326, 500010, 500011, 170105, *_span(170115, 170117), 170121, 170130, 170134, 170137),
        *(170145, 170148, 170201, 170202, 170221, 170312, 10404),
    ),
    # Price or size breaks a rule: refresh the instrument and the band, requantise once under a new id.
    Policy.PRICE_SIZE: (
        *(110003, 30208, 30209, 110094, 110108, 110109, 110120, 110121),
        *(170124, 170132, 170133, 170136, 170140, *_span(170192, 170194), 170203, 170204, 170217, 170218),
        *(170313, 170341, 170371, 170372, 170381, 170382),
    ),
    # Not enough margin: shrink or suspend entries; never affects exits.
    Policy.FUNDS: (
        *(110004, 110006, 110007, 110011, 110012, 110014, 110039, 110040, *_span(110044, 110047)),
        *(*_span(110051, 110053), 110131, 30256, 170131, 170033, 170034, 170207),
    ),
    # A count or a risk limit is full: suspend entries.
    Policy.LIMITS: (
        *(110009, 110020, 110021, 110061, 110048, 110078, 110086, 110089, 110090, 3400139, 170810, 170206),
    ),
    # The symbol is not open for this: reduce only, or stop.
    Policy.INSTRUMENT: (
        *(110022, 110023, 110042, 110063, 110070, 110074, 110085, *_span(110095, 110099), 110103, 110135),
        *(110137, 30228, 170010, 170011, 170019, 170031, 170151, 170157, 170159, 170209, 170344, 170346, 170360),
    ),
    # Position, margin or leverage mode contradicts the request: refuse to start and explain.
    Policy.MODE_CONFLICT: (
        *(110013, 110015, 110024, 110028, 110029, *_span(110036, 110038), 110041, 110073, 110076, 110077),
        *(110083, 110101, 110102, 3200403, 3200419, 3200425, 3200641, 3401010, 3400045),
    ),
    # Nobody on the other side: an exit tries again with a wider tolerance.
    Policy.LIQUIDITY: (110118,),
    # A race with the matching engine: read the order again, then decide again.
    Policy.RE_READ: (
        *(110079, 40004, 110064, 110005, 110035, 181017, 170144, 170149, 170150, 170191, 170212, 170210, 170311),
    ),
    # The stop was refused: re-read the position, recompute, set again (C-18).
    Policy.TRADING_STOP: (*_span(110054, 110056), *_span(110058, 110060)),
    # Products that we do not trade: treated as FORBIDDEN. 182xxx and other 3400xxx are matched by range.
    Policy.OUT_OF_SCOPE: (
        *(110016, 110030, 110062, 110065, 110080, 110087, *_span(110104, 110107), *_span(30133, 30136)),
        *(3200316, 3200317, 3200320, 170215, 170216, 170220, *_span(170228, 170230), 170709),
        *(*_span(110110, 110117), 170036, 170037, *_span(170195, 170200), 170224, 170227, 170355, 170358, 170359),
    ),
    Policy.UNKNOWN_CODE: (),
}

LIQUIDITY_REJECT_REASONS = frozenset(
    {"EC_NoImmediateQtyToFill", "EC_ReachMarketPriceLimit", "EC_ReachRiskPriceLimit"},
)
"""Reject reasons of an order record that mean the same as LIQUIDITY."""


def _invert(codes: dict[Policy, tuple[int, ...]]) -> dict[int, Policy]:
    table: dict[int, Policy] = {}
    for policy, members in codes.items():
        for code in members:
            if code in table:
                raise ValueError(f"{code} is both {table[code]} and {policy}")
            table[code] = policy
    return table


_POLICY_OF = _invert(CODES)

# 10001 is "request parameter error"; these texts, in lower case, have a meaning of their own. First match wins.
_TEXTS_OF_10001: tuple[tuple[str, Policy], ...] = (
    ("zero position", Policy.ALREADY_FLAT),
    # The exchange's words for an amendment that changes nothing.
    ("remains unchanged", Policy.OK_UNCHANGED),
    ("position idx", Policy.MODE_CONFLICT),
    ("minimum limit", Policy.PRICE_SIZE),
    ("maximum limit", Policy.PRICE_SIZE),
    ("qty invalid", Policy.PRICE_SIZE),
    ("base_price", Policy.PRICE_SIZE),
)
_STATUSES: dict[int, Policy] = {
    400: Policy.BAD_REQUEST,
    401: Policy.CREDENTIALS,
    404: Policy.BAD_REQUEST,
    429: Policy.BACKOFF,
}
_IP_BAN_TEXT = "access too frequent"


def classify(http_status: int, ret_code: int | None, ret_msg: str) -> Policy:
    """The policy of an answer.

    ``ret_code`` is None when the body carried none (not JSON, truncated): then the HTTP status decides, and a 200
    without a code is AMBIGUOUS. ``ret_msg`` is the exchange's text, or the body's beginning for an HTTP error.
    """
    if http_status != 200:
        return _classify_status(http_status, ret_msg)
    if ret_code is None:
        return Policy.AMBIGUOUS
    if ret_code == 10001:
        text = ret_msg.lower()
        return next((policy for part, policy in _TEXTS_OF_10001 if part in text), Policy.BAD_REQUEST)
    policy = _POLICY_OF.get(ret_code)
    if policy is not None:
        return policy
    if 182_000 <= ret_code <= 182_999 or 3_400_000 <= ret_code <= 3_400_999:
        return Policy.OUT_OF_SCOPE
    return Policy.UNKNOWN_CODE


def _classify_status(http_status: int, text: str) -> Policy:
    if http_status == 403:
        return Policy.IP_BAN if _IP_BAN_TEXT in text.lower() else Policy.FORBIDDEN
    # Anything unlisted (a gateway's 5xx, a redirect) came from something before the trading service: nobody knows.
    return _STATUSES.get(http_status, Policy.AMBIGUOUS)
