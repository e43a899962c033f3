"""Rate limits kept by all processes together (section 10, C-12): the process's own governor, then shared counters.

* A change is counted in the bucket of its (connection, endpoint) before it leaves: one conditional write.
* A read is not, while the process has seen less than a quarter of the limit go in this second, by its own reads and by
  what the headers said of everybody's. From then on each is counted, the first together with those before it.
* The address's bucket is drawn from in blocks of eight, good for a second.
* A refusal for load closes the bucket for all until it resets; an address ban silences all within a second.

When the counters cannot be reached, the process's own governor decides alone for five seconds: our own store never
holds a request back, least of all an exit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.governor import IP_BAN_MS, IP_BURST, LEAVES, Priority, ProcessGovernor, limit_said
from chalicelib.adapters.bybit.shared_bucket import SharedBucket
from chalicelib.domain.exchange.rate_window import RateWindow
from chalicelib.rate_ports import RateLimitStore, RateLimitsUnavailable

ALONE_MS = 5_000
EGRESS_BLOCK = 8
_LOG = logging.getLogger(__name__)
_SECOND = RateWindow(1_000, 4)
_FIVE_SECONDS = RateWindow(5_000, 5)
_BAN_FRESH_MS = 1_000
_BLOCK_MS = 1_000


@dataclass(slots=True)
class _AccountLimit:
    """One endpoint's limit for one connection, as this process knows it."""

    bucket: SharedBucket
    limit: int
    uncounted: int = 0
    second_ms: int = 0
    heard: int = 0
    heard_ms: int = -_SECOND.period_ms

    @property
    def spendable(self) -> int:
        return max(1, self.limit * 4 // 5)

    def change(self, now_ms: int, priority: Priority) -> int:
        return self.bucket.take(now_ms, 1, _share(self.spendable, priority))

    def read(self, now_ms: int) -> int:
        second_ms = _SECOND.start_ms(now_ms)
        if second_ms != self.second_ms:
            self.second_ms, self.uncounted = second_ms, 0
        heard = self.heard if now_ms - self.heard_ms < _SECOND.period_ms else 0
        if heard >= self.spendable:
            # Not all of it is in the counters. When it is forgotten, so has the exchange.
            return self.heard_ms + _SECOND.period_ms - now_ms
        if max(self.uncounted + self.bucket.known(now_ms), heard) < self.limit // 4:
            self.uncounted += 1
            return 0
        wait = self.bucket.take(now_ms, 1 + self.uncounted, self.spendable)
        if wait == 0:
            self.uncounted = 0
        return wait


class SharedGovernor:
    """``RequestGovernor`` on counters that all processes share."""

    def __init__(self, own: ProcessGovernor, store: RateLimitStore, now_ms: Callable[[], int]) -> None:
        self._own = own
        self._store = store
        self._now_ms = now_ms
        self._limits: dict[tuple[str, Endpoint], _AccountLimit] = {}
        self._egress = SharedBucket(store, "egress", _FIVE_SECONDS)
        self._block = 0
        self._block_until_ms = 0
        self._banned_until_ms = 0
        self._ban_read_ms = -_BAN_FRESH_MS
        self._alone_until_ms = 0

    def wait_ms(self, connection: str, endpoint: Endpoint, priority: Priority) -> int:
        """See ``RequestGovernor.wait_ms``."""
        wait = self._own.wait_ms(connection, endpoint, priority)
        if wait:
            return wait
        wait = self._together(lambda now: self._counted_wait_ms(connection, endpoint, priority, now))
        if wait:
            self._own.give_back(connection, endpoint)
        return wait

    def banned(self) -> bool:
        """See ``RequestGovernor.banned``. What other processes learnt is read at most once a second."""
        if self._own.banned():
            return True
        now = self._now_ms()
        if now - self._ban_read_ms >= _BAN_FRESH_MS:
            self._ban_read_ms = now
            self._together(self._read_ban)
        return now < self._banned_until_ms

    def observe(self, connection: str, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        """See ``RequestGovernor.observe``. Where nothing is left, what strangers spent is counted for all processes."""
        self._own.observe(connection, endpoint, headers)
        said = limit_said(headers)
        if said is None or not endpoint.value.signed:
            return
        account = self._limit(connection, endpoint)
        account.limit, left = said
        account.heard, account.heard_ms = account.limit - left, self._now_ms()
        if endpoint.value.changes and account.heard >= account.spendable:
            self._together(lambda now: self._raise_to(account, now))

    def refused(self, connection: str, endpoint: Endpoint, headers: Mapping[str, str]) -> int:
        """See ``RequestGovernor.refused``."""
        wait = self._own.refused(connection, endpoint, headers)
        bucket = self._limit(connection, endpoint).bucket
        self._together(lambda now: self._close(bucket, now, wait))
        return wait

    def ban(self) -> None:
        """See ``RequestGovernor.ban``."""
        self._own.ban()
        self._together(self._tell_ban)

    def _counted_wait_ms(self, connection: str, endpoint: Endpoint, priority: Priority, now_ms: int) -> int:
        if not endpoint.value.signed:
            # The server's time: no account's limit, and no exit can be stamped without it.
            return self._egress_wait_ms(Priority.EXIT, now_ms)
        wait = self._egress_wait_ms(priority, now_ms)
        if wait:
            return wait
        account = self._limit(connection, endpoint)
        wait = account.change(now_ms, priority) if endpoint.value.changes else account.read(now_ms)
        if wait:
            self._block += 1
        return wait

    def _egress_wait_ms(self, priority: Priority, now_ms: int) -> int:
        if self._block == 0 or now_ms >= self._block_until_ms:
            at_most = _share(round(IP_BURST), priority)
            block = max(1, min(EGRESS_BLOCK, self._egress.room(now_ms, at_most)))
            wait = self._egress.take(now_ms, block, at_most)
            if wait:
                return wait
            self._block, self._block_until_ms = block, now_ms + _BLOCK_MS
        self._block -= 1
        return 0

    def _raise_to(self, account: _AccountLimit, now_ms: int) -> int:
        account.bucket.raise_to(now_ms, account.heard)
        return 0

    def _close(self, bucket: SharedBucket, now_ms: int, wait_ms: int) -> int:
        bucket.close(now_ms, now_ms + wait_ms)
        return 0

    def _read_ban(self, _now_ms: int) -> int:
        self._banned_until_ms = self._store.banned_until_ms()
        return 0

    def _tell_ban(self, now_ms: int) -> int:
        self._store.ban(now_ms + IP_BAN_MS)
        return 0

    def _together(self, ask: Callable[[int], int]) -> int:
        """What ``ask`` answers; 0 when the store does not, nor is it asked again for a while."""
        now = self._now_ms()
        if now < self._alone_until_ms:
            return 0
        try:
            return ask(now)
        except RateLimitsUnavailable as error:
            self._alone_until_ms = now + ALONE_MS
            _LOG.warning("rate limits are not shared for now", extra={"reason": str(error), "forMs": ALONE_MS})
            return 0

    def _limit(self, connection: str, endpoint: Endpoint) -> _AccountLimit:
        key = (connection, endpoint)
        found = self._limits.get(key)
        if found is None:
            bucket = SharedBucket(self._store, f"{connection}/{endpoint.name}", _SECOND)
            found = self._limits[key] = _AccountLimit(bucket, endpoint.value.limit)
        return found


def _share(spendable: int, priority: Priority) -> int:
    return max(1, spendable * (100 - round(LEAVES[priority] * 100)) // 100)
