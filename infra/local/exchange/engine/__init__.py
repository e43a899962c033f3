"""The exchange's engine: pure, deterministic, without sockets, threads or clocks."""

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.events import Event
from infra.local.exchange.engine.exchange import Exchange
from infra.local.exchange.engine.refusal import Refusal, Reply
from infra.local.exchange.engine.symbol_market import Tick
from infra.local.exchange.engine.world import Settings

__all__ = ["Account", "Event", "Exchange", "Refusal", "Reply", "Settings", "Tick"]
