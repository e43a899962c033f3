"""DCP: orders go when nobody has listened for the window; stops of positions stay."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.exchange.engine.disconnect_protection import subscription_gone

SET, GET = "/v5/order/disconnected-cancel-all", "/v5/account/query-dcp-info"


def window(desk: Any, seconds: object, product: str = "DERIVATIVES") -> int:
    return int(desk.call("POST", SET, timeWindow=seconds, product=product).ret_code)


def test_the_window_is_3_to_300_seconds_and_shown(desk: Any) -> None:
    assert desk.call("GET", GET).result == {"dcpInfos": []}
    assert [window(desk, seconds) for seconds in (2, 301, "10", None)] == [10001] * 4
    assert window(desk, 10, product="OPTIONS") == 10001
    assert window(desk, 10) == 0
    assert desk.call("GET", GET).result["dcpInfos"][0]["timeWindow"] == "10"


@pytest.mark.parametrize(("back_after", "left"), [(None, 1), (5_000, 2)])
def test_orders_go_when_the_window_is_over_and_the_stop_of_a_position_stays(
    desk: Any, back_after: int | None, left: int
) -> None:
    window(desk, 10)
    desk.order(qty="0.010", stopLoss="55000")
    resting = desk.placed(price="50000", qty="0.010")
    subscription_gone(desk.account, desk.now_ms)

    desk.move("60000", ms=back_after or 9_000)
    assert len(desk.open_orders()) == 2
    if back_after:
        desk.account.dcp_due_ms = 0
    desk.move("60000", ms=6_000)

    assert len(desk.open_orders()) == left
    expected = "UNKNOWN" if back_after else "CancelByDCP"
    assert desk.record(resting["orderId"])["cancelType"] == expected
    assert desk.position()["stopLoss"] == "55000.0"


def test_without_a_window_a_lost_subscription_changes_nothing(desk: Any) -> None:
    desk.order(price="50000")
    subscription_gone(desk.account, desk.now_ms)
    desk.move("60000", ms=600_000)
    assert len(desk.open_orders()) == 1
