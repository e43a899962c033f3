"""Funding at interval boundaries of the market's time (spec section 9)."""

from __future__ import annotations

from decimal import Decimal

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.decimal_text import EIGHT_PLACES, ZERO
from infra.local.exchange.engine.executing import write_ledger
from infra.local.exchange.engine.fills import Fill
from infra.local.exchange.engine.order_records import fill_message
from infra.local.exchange.engine.order_states import tell_position, tell_wallet
from infra.local.exchange.engine.position import Position
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.engine.world import World


def next_boundary(market: SymbolMarket, market_ms: int) -> int:
    """The first funding time after ``market_ms``, aligned to 00:00 UTC."""
    interval = market.listing.instrument.funding_interval_minutes * 60_000
    return market_ms - market_ms % interval + interval


def settle_funding(world: World, market: SymbolMarket) -> int:
    """Charges every holder for each boundary that the market's time has passed; returns how many there were."""
    if not market.next_funding_ms:
        market.next_funding_ms = next_boundary(market, world.market_ms)
    passed = 0
    while market.next_funding_ms <= world.market_ms:
        for uid, idx in sorted(world.holders[market.symbol]):
            charge(world, world.accounts[uid], market, world.accounts[uid].position(market.symbol, idx))
        market.settled.append((market.next_funding_ms, market.funding_rate))
        market.premium.begin_interval()
        market.next_funding_ms = next_boundary(market, market.next_funding_ms)
        passed += 1
    return passed


def charge(world: World, account: Account, market: SymbolMarket, position: Position) -> Decimal:
    """Long pays size * mark * rate when the rate is positive, short receives it. Returns what was paid."""
    value = position.size * market.mark
    paid = (position.sign * value * market.funding_rate).quantize(EIGHT_PLACES)
    account.wallet -= paid
    account.cum_realised -= paid
    position.cur_realised -= paid
    position.cum_realised -= paid
    position.seq = world.next_seq()
    position.updated_ms = world.now_ms
    fill = Fill(
        exec_id=world.new_id(),
        symbol=market.symbol,
        order_id=f"{world.market_ms // 1000}-8-{account.uid}-{position.idx}-{position.seq}",
        link_id="",
        side=position.side,
        order_price=ZERO,
        order_qty=ZERO,
        leaves=ZERO,
        order_type="UNKNOWN",
        stop_type="UNKNOWN",
        create_type="",
        price=market.mark,
        qty=position.size,
        value=value,
        exec_type="Funding",
        time_ms=world.now_ms,
        fee=paid,
        fee_rate=market.funding_rate,
        is_maker=False,
        mark=market.mark,
        index=market.index,
        closed=ZERO,
        pnl=ZERO,
        seq=position.seq,
    )
    account.fills.append(fill)
    size = position.sign * position.size
    write_ledger(world, account, fill, "SETTLEMENT", cash_flow=ZERO, funding=-paid, size=size)
    account.events.put("execution", world.now_ms, [fill_message(fill, market.listing.price_scale)])
    tell_position(world, account, position)
    tell_wallet(world, account)
    return paid
