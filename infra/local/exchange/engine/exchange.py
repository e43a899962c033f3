"""The exchange as one object: endpoints as methods, time and prices pushed in, events drained out.

It is the same engine behind the server and in the deterministic simulation; it knows no socket, no thread and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

from infra.local.exchange.engine import (
    account_queries,
    disconnect_protection,
    order_commands,
    order_queries,
    position_commands,
)
from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.activation import settle
from infra.local.exchange.engine.catalogue import CATALOGUE, DEFAULT_SYMBOLS, Listing
from infra.local.exchange.engine.conditional import watch
from infra.local.exchange.engine.decimal_text import ZERO
from infra.local.exchange.engine.disconnect_protection import watch_disconnected
from infra.local.exchange.engine.events import Event, EventQueue
from infra.local.exchange.engine.funding import next_boundary, settle_funding
from infra.local.exchange.engine.liquidation import watch_liquidations
from infra.local.exchange.engine.matching import fill_resting
from infra.local.exchange.engine.pre_check import pre_check
from infra.local.exchange.engine.refusal import Refusal, Reply
from infra.local.exchange.engine.resting_book import RestingBook
from infra.local.exchange.engine.symbol_market import SymbolMarket, Tick
from infra.local.exchange.engine.world import Settings, World

PRIVATE_GET = {
    "/v5/order/realtime": order_queries.realtime,
    "/v5/order/history": order_queries.history,
    "/v5/execution/list": order_queries.executions,
    "/v5/position/closed-pnl": order_queries.closed_pnl,
    "/v5/position/list": account_queries.positions,
    "/v5/account/wallet-balance": account_queries.wallet_balance,
    "/v5/account/info": account_queries.account_info,
    "/v5/account/fee-rate": account_queries.fee_rate,
    "/v5/account/transaction-log": account_queries.transaction_log,
    "/v5/account/user-setting-config": account_queries.user_setting_config,
    "/v5/account/query-dcp-info": disconnect_protection.window,
    "/v5/user/query-api": account_queries.query_api,
}
PRIVATE_POST = {
    "/v5/order/create": order_commands.create,
    "/v5/order/amend": order_commands.amend,
    "/v5/order/cancel": order_commands.cancel_one,
    "/v5/order/cancel-all": order_commands.cancel_all,
    "/v5/order/pre-check": pre_check,
    "/v5/order/disconnected-cancel-all": disconnect_protection.set_window,
    "/v5/position/trading-stop": position_commands.trading_stop,
    "/v5/position/set-leverage": position_commands.set_leverage,
    "/v5/position/switch-mode": position_commands.switch_mode,
    "/v5/position/add-margin": position_commands.add_margin,
    "/v5/position/set-auto-add-margin": position_commands.set_auto_add_margin,
    "/v5/position/confirm-pending-mmr": position_commands.confirm_pending_mmr,
    "/v5/account/set-margin-mode": account_queries.set_margin_mode,
    "/v5/account/set-limit-px-action": account_queries.set_limit_px_action,
    "/v5/account/demo-apply-money": account_queries.demo_apply_money,
}
BATCHES = {
    "/v5/order/create-batch": order_commands.create,
    "/v5/order/amend-batch": order_commands.amend,
    "/v5/order/cancel-batch": order_commands.cancel_one,
}


class Exchange:
    """``seed`` decides ids, delays and random choices; ``prices`` open the markets, else the listing's reference."""

    def __init__(
        self,
        *,
        seed: int = 7,
        symbols: tuple[str, ...] = DEFAULT_SYMBOLS,
        prices: Mapping[str, Decimal] | None = None,
        now_ms: int = 1_700_000_000_000,
        market_ms: int | None = None,
        settings: Settings | None = None,
    ) -> None:
        # Reproducibility is the purpose here; nothing secret depends on this generator.
        self.world = World(Random(seed), settings or Settings())  # noqa: S311  # a market, no secret
        self.world.now_ms = now_ms
        self.world.market_ms = now_ms if market_ms is None else market_ms
        for symbol in symbols:
            listing = CATALOGUE[symbol]
            self.list_symbol(listing, (prices or {}).get(symbol, listing.reference_price))

    def list_symbol(self, listing: Listing, price: Decimal) -> SymbolMarket:
        """Opens a market at ``price``."""
        market = SymbolMarket.open(listing, price)
        world = self.world
        market.next_funding_ms = next_boundary(market, world.market_ms)
        world.markets[market.symbol] = market
        world.books[market.symbol] = RestingBook()
        world.conditionals[market.symbol] = {}
        world.holders[market.symbol] = set()
        return market

    def add_account(
        self,
        uid: str,
        *,
        api_key: str = "",
        secret: str = "",
        usdt: Decimal = Decimal(10_000),
        environment: str = "mainnet",
    ) -> Account:
        """Makes an account with ``usdt`` in its wallet."""
        world = self.world
        # Each account draws from a source of its own, so that one user's traffic does not change another's run.
        source = Random(world.random.getrandbits(64))  # noqa: S311  # the same
        account = Account(
            uid=uid,
            api_key=api_key or f"KEY{uid}",
            secret=secret or f"SECRET{uid}",
            wallet=usdt,
            deposited=usdt,
            events=EventQueue(source, world.settings.event_delay_ms),
            environment=environment,
            created_ms=world.now_ms,
        )
        world.accounts[uid] = account
        world.uid_of_key[account.api_key] = uid
        return account

    def call(self, account: Account, method: str, path: str, params: dict[str, Any], *, allowed: int = 20) -> Reply:
        """Answers a private endpoint. ``allowed`` is how many items of a batch the rate limit lets through."""
        world = self.world
        try:
            if method == "POST":
                if account.read_only or not _permitted(account, path):
                    raise Refusal(10005, "Permission denied, please check your API key permissions.")
                if path in BATCHES:
                    return order_commands.batch(world, account, params, BATCHES[path], allowed)
                command = PRIVATE_POST.get(path)
            else:
                command = PRIVATE_GET.get(path)
            if command is None:
                return Reply(10017, "Route not found.")
            return command(world, account, params)
        except Refusal as refusal:
            return Reply(refusal.code, refusal.text)

    def create_order(self, account: Account, params: dict[str, Any]) -> Reply:
        """POST /v5/order/create."""
        return self.call(account, "POST", "/v5/order/create", params)

    def amend_order(self, account: Account, params: dict[str, Any]) -> Reply:
        """POST /v5/order/amend."""
        return self.call(account, "POST", "/v5/order/amend", params)

    def cancel_order(self, account: Account, params: dict[str, Any]) -> Reply:
        """POST /v5/order/cancel."""
        return self.call(account, "POST", "/v5/order/cancel", params)

    def cancel_all(self, account: Account, params: dict[str, Any]) -> Reply:
        """POST /v5/order/cancel-all."""
        return self.call(account, "POST", "/v5/order/cancel-all", params)

    def trading_stop(self, account: Account, params: dict[str, Any]) -> Reply:
        """POST /v5/position/trading-stop."""
        return self.call(account, "POST", "/v5/position/trading-stop", params)

    def set_leverage(self, account: Account, params: dict[str, Any]) -> Reply:
        """POST /v5/position/set-leverage."""
        return self.call(account, "POST", "/v5/position/set-leverage", params)

    def open_orders(self, account: Account, params: dict[str, Any]) -> Reply:
        """GET /v5/order/realtime."""
        return self.call(account, "GET", "/v5/order/realtime", params)

    def order_history(self, account: Account, params: dict[str, Any]) -> Reply:
        """GET /v5/order/history."""
        return self.call(account, "GET", "/v5/order/history", params)

    def executions(self, account: Account, params: dict[str, Any]) -> Reply:
        """GET /v5/execution/list."""
        return self.call(account, "GET", "/v5/execution/list", params)

    def positions(self, account: Account, params: dict[str, Any]) -> Reply:
        """GET /v5/position/list."""
        return self.call(account, "GET", "/v5/position/list", params)

    def closed_pnl(self, account: Account, params: dict[str, Any]) -> Reply:
        """GET /v5/position/closed-pnl."""
        return self.call(account, "GET", "/v5/position/closed-pnl", params)

    def wallet_balance(self, account: Account, params: dict[str, Any] | None = None) -> Reply:
        """GET /v5/account/wallet-balance."""
        return self.call(account, "GET", "/v5/account/wallet-balance", {"accountType": "UNIFIED", **(params or {})})

    def advance(
        self, now_ms: int, prices: Mapping[str, Decimal | Tick] | None = None, *, market_ms: int | None = None
    ) -> None:
        """Moves time on and, for each symbol in ``prices``, the market: resting orders fill, triggers fire, funding is
        paid, positions are liquidated. The market's time follows the wall clock unless given."""
        world = self.world
        world.market_ms = world.market_ms + (now_ms - world.now_ms) if market_ms is None else market_ms
        world.now_ms = now_ms
        if world.delayed:
            self._accept_delayed()
        watch_disconnected(world)
        for symbol, price in (prices or {}).items():
            market = world.markets[symbol]
            tick = price if isinstance(price, Tick) else Tick(price)
            market.move(tick)
            market.sample_premium(now_ms)
            settle(world, fill_resting(world, market, tick))
            watch(world, market)
            if world.holders[symbol]:
                watch_liquidations(world, market)
        for market in world.markets.values():
            if market.next_funding_ms <= world.market_ms:
                settle_funding(world, market)

    def _accept_delayed(self) -> None:
        world = self.world
        due = [entry for entry in world.delayed if entry[0] <= world.now_ms]
        world.delayed = [entry for entry in world.delayed if entry[0] > world.now_ms]
        for _, order in due:
            order.created_ms = order.updated_ms = world.now_ms
            order_commands.meet_market(world, world.accounts[order.uid], order)

    def drain_events(self, uid: str) -> list[Event]:
        """The private-stream messages that are due for the account by now, in the order of delivery."""
        return self.world.accounts[uid].events.take(self.world.now_ms)

    def conserved(self, uid: str) -> Decimal:
        """Wallet less deposits less what the ledger explains: zero unless money was made or lost by a defect."""
        account = self.world.accounts[uid]
        explained = sum((Decimal(row["change"]) for row in account.ledger), ZERO)
        return account.wallet - account.deposited - explained


def _permitted(account: Account, path: str) -> bool:
    """Whether the key's ContractTrade permissions cover orders or positions, whichever the path changes."""
    needed = {"order": "Order", "position": "Position"}.get(path.split("/")[2])
    return needed is None or needed in account.permissions.get("ContractTrade", [])
