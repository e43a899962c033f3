"""Margin and liquidation price (spec section 9). All amounts in USDT."""

from __future__ import annotations

from decimal import Decimal

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.catalogue import Listing, RiskTier
from infra.local.exchange.engine.decimal_text import EIGHT_PLACES, ZERO
from infra.local.exchange.engine.position import Position
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.engine.world import World


def tier_of(listing: Listing, value: Decimal) -> RiskTier:
    """The risk tier that a position of ``value`` falls into; the last one takes all that is larger."""
    for tier in listing.tiers:
        if value <= tier.limit:
            return tier
    return listing.tiers[-1]


def bankruptcy_price(position: Position, leverage: Decimal) -> Decimal:
    """Price at which the position's own margin is gone."""
    extra = position.extra_margin / position.size
    entry = position.avg_price
    if position.side == "Buy":
        return max(ZERO, entry * (1 - 1 / leverage) - extra)
    return entry * (1 + 1 / leverage) + extra


def position_margin(
    account: Account, position: Position, market: SymbolMarket, taker: Decimal
) -> tuple[Decimal, Decimal]:
    """(initial, maintenance) margin of a position at the mark price, closing fee included."""
    if not position.size:
        return ZERO, ZERO
    leverage = account.leverage(position.symbol, position.side)
    value = position.size * market.mark
    fee = position.size * bankruptcy_price(position, leverage) * taker
    tier = tier_of(market.listing, value)
    initial = value / leverage + fee + position.extra_margin
    return initial.quantize(EIGHT_PLACES), (value * tier.mmr - tier.deduction + fee).quantize(EIGHT_PLACES)


def liquidation_price(account: Account, position: Position, market: SymbolMarket) -> Decimal | None:
    """The exact isolated liquidation price rounded towards safety, None when outside the instrument's prices."""
    if not position.size:
        return None
    instrument = market.listing.instrument
    leverage = account.leverage(position.symbol, position.side)
    entry = position.avg_price
    tier = tier_of(market.listing, position.entry_value)
    extra = (position.extra_margin + tier.deduction) / position.size
    if position.side == "Buy":
        price = instrument.ceil_price((entry * (1 - 1 / leverage) - extra) / (1 - tier.mmr))
    else:
        price = instrument.floor_price((entry * (1 + 1 / leverage) + extra) / (1 + tier.mmr))
    return price if instrument.min_price <= price <= instrument.max_price else None


def order_margin(account: Account, symbol: str, side: str, qty: Decimal, price: Decimal, taker: Decimal) -> Decimal:
    """Initial margin that a resting order reserves: value / leverage plus the fee of closing it later."""
    leverage = account.leverage(symbol, side)
    closing = price * (1 - 1 / leverage) if side == "Buy" else price * (1 + 1 / leverage)
    return (qty * price / leverage + qty * closing * taker).quantize(EIGHT_PLACES)


def totals(world: World, account: Account) -> tuple[Decimal, Decimal, Decimal]:
    """(position initial margin, position maintenance margin, unrealised PnL) over all positions."""
    initial = maintenance = unrealised = ZERO
    for position in account.positions.values():
        if position.size:
            market = world.markets[position.symbol]
            taker = world.fee_rate(account, position.symbol, maker=False)
            needed = position_margin(account, position, market, taker)
            initial += needed[0]
            maintenance += needed[1]
            unrealised += position.unrealised(market.mark)
    return initial, maintenance, unrealised


def available_balance(world: World, account: Account) -> Decimal:
    """What new orders may reserve: in cross, unrealised PnL counts; in isolated it does not."""
    initial, _, unrealised = totals(world, account)
    base = account.wallet if account.margin_mode == "ISOLATED_MARGIN" else account.wallet + unrealised
    return base - initial - account.order_margin
