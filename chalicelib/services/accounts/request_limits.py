"""Holds callers to their request rates, for all processes together and at a fraction of a write a read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from chalicelib.domain.accounts.request_rates import (
    RATES,
    Bucket,
    Rate,
    Rates,
    RouteKind,
    Scope,
    Standing,
    TooManyRequests,
)
from chalicelib.ports import Clock
from chalicelib.request_rate_ports import RatesUnavailable, TokenBuckets

_MOST_CALLERS = 4_096
_BLOCK_GOOD_US = 10_000_000
_ALONE_US = 5_000_000


@dataclass(frozen=True, slots=True)
class _Caller:
    """What this process knows of a bucket: what it let pass uncounted, what it has drawn, how the shared one stands."""

    free: Bucket
    alone: Bucket
    shared: Bucket
    drawn: int = 0
    drawn_until_us: int = 0


class RequestLimits:
    """Counts requests. A process lets a share of each limit pass by itself, so that whoever asks now and then costs no
    write; what goes beyond is drawn from the shared buckets in blocks. Where those do not answer, the process holds
    everybody to the whole limit by itself and asks again five seconds later: our own store refuses nobody."""

    def __init__(self, buckets: TokenBuckets, clock: Clock, rates: Rates = RATES) -> None:
        self._buckets, self._clock, self._rates = buckets, clock, rates
        self._callers: OrderedDict[str, _Caller] = OrderedDict()
        self._alone_until_us = 0

    def admit(self, kind: RouteKind, subjects: Mapping[Scope, str]) -> Standing | None:
        """Counts one request of ``kind`` for each of the subjects that has a limit.

        The tightest standing, or None without a limit. Raises TooManyRequests.
        """
        standings = [
            self._counted(kind, scope, subject, rate)
            for scope, subject in subjects.items()
            if (rate := self._rates.get((kind, scope))) is not None
        ]
        return min(standings, key=lambda standing: standing.permille, default=None)

    def _counted(self, kind: RouteKind, scope: Scope, subject: str, rate: Rate) -> Standing:
        now = self._clock.now_ms() * 1000
        key = f"{kind.value}.{scope.value}#{subject}"
        caller = self._spent(key, rate, self._callers.get(key) or _newcomer(rate), now)
        if isinstance(caller, Bucket):
            raise TooManyRequests(Standing(kind, scope, rate, 0, caller.wait_s(1, now)))
        self._callers[key] = caller
        self._callers.move_to_end(key)
        if len(self._callers) > _MOST_CALLERS:
            self._callers.popitem(last=False)
        known = min(caller.alone.remaining(now), caller.shared.remaining(now) + caller.drawn)
        reset = max(caller.alone.reset_s(now), caller.shared.reset_s(now))
        return Standing(kind, scope, rate, known, reset)

    def _spent(self, key: str, rate: Rate, caller: _Caller, now: int) -> _Caller | Bucket:
        """The caller after one more request, or the bucket that has no token for it."""
        alone = caller.alone.take(1, now)
        if alone is None:
            return caller.alone
        caller = replace(caller, alone=alone)
        free = caller.free.take(1, now) if rate.free_percent else None
        if free is not None:
            return replace(caller, free=free)
        if caller.drawn and now < caller.drawn_until_us:
            return replace(caller, drawn=caller.drawn - 1)
        if now < self._alone_until_us:
            return caller
        try:
            return self._drawn(key, rate, caller, now)
        except RatesUnavailable:
            self._alone_until_us = now + _ALONE_US
            return caller

    def _drawn(self, key: str, rate: Rate, caller: _Caller, now: int) -> _Caller | Bucket:
        if caller.shared.take(1, now) is None:
            return caller.shared  # it was empty when last seen, and others can only have taken more
        # The last tokens of a bucket are fewer than a block.
        for tokens in dict.fromkeys((rate.block, 1)):
            draw = self._buckets.draw(key, tokens * rate.token_us, rate.period_us, now)
            shared = Bucket(rate, draw.full_at_us)
            if draw.granted:
                return replace(caller, shared=shared, drawn=tokens - 1, drawn_until_us=now + _BLOCK_GOOD_US)
        self._callers[key] = replace(caller, shared=shared)
        return shared


def _newcomer(rate: Rate) -> _Caller:
    share = replace(rate, limit=max(1, rate.limit * rate.free_percent // 100))
    return _Caller(Bucket(share), Bucket(rate), Bucket(rate))
