"""DCP: an account's orders are cancelled when its last ``dcp`` subscription has been gone for its window (spec 8).

Stops of positions stay: they protect exactly when nobody listens.
"""

from __future__ import annotations

from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.order_states import cancel
from infra.local.exchange.engine.refusal import Reply, bad_request
from infra.local.exchange.engine.world import World

SHORTEST_S, LONGEST_S = 3, 300


def set_window(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """POST /v5/order/disconnected-cancel-all: the window in seconds, 3 to 300."""
    window = params.get("timeWindow")
    if not isinstance(window, int) or not SHORTEST_S <= window <= LONGEST_S:
        raise bad_request("params error: timeWindow invalid")
    if params.get("product", "OPTIONS") != "DERIVATIVES":
        raise bad_request("params error: product invalid")
    account.dcp_window_s = window
    return Reply()


def window(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """GET /v5/account/query-dcp-info."""
    if not account.dcp_window_s:
        return Reply(result={"dcpInfos": []})
    row = {"product": "DERIVATIVES", "dcpStatus": "ON", "timeWindow": str(account.dcp_window_s)}
    return Reply(result={"dcpInfos": [row]})


def subscription_gone(account: Account, now_ms: int) -> None:
    """The last connection that kept the account's orders alive has ended."""
    if account.dcp_window_s:
        account.dcp_due_ms = now_ms + account.dcp_window_s * 1000


def watch_disconnected(world: World) -> None:
    """Cancels the orders of every account whose window is over."""
    for account in world.accounts.values():
        if account.dcp_due_ms and account.dcp_due_ms <= world.now_ms:
            account.dcp_due_ms = 0
            for order in list(account.open_orders.values()):
                if not order.is_protective:
                    cancel(world, account, order, "CancelByDCP", "EC_NoError")
