"""Rate limits (spec section 10): a rolling second per user and group, and a counter per address."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

GROUPS: dict[str, tuple[str, int]] = {
    "/v5/order/create": ("order-create", 10),
    "/v5/order/amend": ("order-amend", 10),
    "/v5/order/cancel": ("order-cancel", 10),
    "/v5/order/cancel-all": ("order-cancel-all", 10),
    "/v5/order/pre-check": ("order-pre-check", 10),
    "/v5/order/create-batch": ("order-create-batch", 10),
    "/v5/order/amend-batch": ("order-amend-batch", 10),
    "/v5/order/cancel-batch": ("order-cancel-batch", 10),
    "/v5/order/realtime": ("order-realtime", 50),
    "/v5/order/history": ("order-history", 50),
    "/v5/execution/list": ("execution-list", 50),
    "/v5/position/list": ("position-list", 50),
    "/v5/position/closed-pnl": ("closed-pnl", 50),
    "/v5/account/wallet-balance": ("wallet-balance", 50),
    "/v5/account/info": ("account-info", 50),
    "/v5/account/user-setting-config": ("user-setting-config", 50),
    "/v5/account/fee-rate": ("fee-rate", 5),
    "/v5/account/set-margin-mode": ("set-margin-mode", 5),
    "/v5/account/transaction-log": ("transaction-log", 25),
    "/v5/order/disconnected-cancel-all": ("dcp", 5),
    "/v5/account/query-dcp-info": ("dcp", 5),
}
DEFAULT_LIMIT = 10
WINDOW_MS = 1000
IP_WINDOW_MS = 5000
BAN_MS = 600_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many units were granted, and what the three headers say."""

    granted: int
    limit: int
    left: int
    reset_ms: int

    def headers(self) -> dict[str, str]:
        """The headers of every private answer."""
        return {
            "X-Bapi-Limit": str(self.limit),
            "X-Bapi-Limit-Status": str(self.left),
            "X-Bapi-Limit-Reset-Timestamp": str(self.reset_ms),
        }


@dataclass(slots=True)
class RateLimiter:
    """Counts requests. ``factor`` scales the limits of all groups (VIP levels); 0 switches the limits off."""

    factor: int = 1
    ip_limit: int = 600
    _users: dict[tuple[str, str], deque[int]] = field(default_factory=dict)
    _addresses: dict[str, deque[int]] = field(default_factory=dict)
    _banned_until: dict[str, int] = field(default_factory=dict)

    def spend(self, uid: str, path: str, now_ms: int, units: int = 1) -> Allowance:
        """Takes up to ``units`` from the user's rolling second of the path's group. A single request over the limit is
        granted 0; of a batch the first items that fit are granted."""
        group, limit = GROUPS.get(path, (path, DEFAULT_LIMIT))
        if not self.factor:
            return Allowance(units, limit, limit, now_ms)
        limit *= self.factor
        used = self._users.setdefault((uid, group), deque())
        while used and used[0] <= now_ms - WINDOW_MS:
            used.popleft()
        granted = min(units, limit - len(used))
        used.extend([now_ms] * granted)
        exceeded = granted < units
        return Allowance(granted, limit, limit - len(used), used[0] + WINDOW_MS if exceeded and used else now_ms)

    def admits(self, address: str, now_ms: int) -> bool:
        """Counts a request of an address; False while it is banned (600 in 5 s bring 10 minutes)."""
        if now_ms < self._banned_until.get(address, 0):
            return False
        if not self.ip_limit:
            return True
        seen = self._addresses.setdefault(address, deque())
        while seen and seen[0] <= now_ms - IP_WINDOW_MS:
            seen.popleft()
        seen.append(now_ms)
        if len(seen) > self.ip_limit:
            self.ban(address, now_ms + BAN_MS)
            return False
        return True

    def ban(self, address: str, until_ms: int) -> None:
        """Bans an address until a time."""
        self._banned_until[address] = until_ms
        self._addresses.pop(address, None)

    def pardon(self) -> None:
        """Lifts all bans."""
        self._banned_until.clear()
