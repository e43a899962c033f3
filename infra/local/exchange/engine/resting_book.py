"""Users' resting orders of one symbol in price-time priority."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from decimal import Decimal

from infra.local.exchange.engine.order import Order

Entry = tuple[Decimal, int, Order]


class RestingBook:
    """Bids highest first, asks lowest first, equal prices by arrival."""

    __slots__ = ("_sides",)

    def __init__(self) -> None:
        self._sides: dict[str, list[Entry]] = {"Buy": [], "Sell": []}

    def add(self, order: Order) -> None:
        """Lets ``order`` rest."""
        insort(self._sides[order.side], (_key(order), order.seq, order), key=_entry_key)

    def remove(self, order: Order) -> None:
        """Takes ``order`` out; nothing happens when it is not in."""
        side = self._sides[order.side]
        place = bisect_left(side, (_key(order), order.seq), key=_entry_key)
        if place < len(side) and side[place][2] is order:
            del side[place]

    def best(self, side: str) -> Order | None:
        """The first order of the side."""
        entries = self._sides[side]
        return entries[0][2] if entries else None

    def orders(self, side: str) -> Iterator[Order]:
        """The side's orders, best first; safe to change the book meanwhile."""
        return iter([entry[2] for entry in self._sides[side]])

    def reached(self, side: str, price: Decimal) -> list[Order]:
        """Orders of the side that a market at ``price`` touches or has passed, best first."""
        found: list[Order] = []
        for key, _, order in self._sides[side]:
            if (-key < price) if side == "Buy" else (key > price):
                break
            found.append(order)
        return found

    def __len__(self) -> int:
        return len(self._sides["Buy"]) + len(self._sides["Sell"])


def _key(order: Order) -> Decimal:
    return -order.price if order.side == "Buy" else order.price


def _entry_key(entry: tuple[Decimal, int] | Entry) -> tuple[Decimal, int]:
    return entry[0], entry[1]
