"""Strategy documents that the tests of the engine start from."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def ema(length: int, **place: Any) -> Document:
    return {"indicator": "ema", "params": {"length": length}, **place}


def cross(kind: str = "crossover", fast: int = 8, slow: int = 21) -> Document:
    return {"type": kind, "a": ema(fast), "b": ema(slow)}


def rsi_dip() -> Document:
    """The example of decision 21."""
    return {
        "id": "rsi-dip",
        "name": "RSI dip",
        "dslVersion": 1,
        "enabled": True,
        "market": {"exchange": "bybit", "env": "demo", "category": "linear", "symbol": "BTCUSDT"},
        "timeframe": "5m",
        "entry": {
            "long": {
                "type": "all",
                "conditions": [
                    {
                        "type": "crossover",
                        "a": {"indicator": "rsi", "params": {"length": 14}},
                        "b": {"constant": 30},
                    },
                    {
                        "type": "compare",
                        "op": ">",
                        "left": {"price": "close"},
                        "right": ema(200, timeframe="1h"),
                    },
                ],
            },
            "onOpposite": "ignore",
            "order": {"type": "Market"},
        },
        "exit": {
            "stopLoss": {"type": "atr_multiple", "value": 2, "atrLength": 14},
            "takeProfit": {"type": "fixed_pct", "value": 4},
            "timeExit": {"maxBars": 50},
        },
        "risk": {"riskPerTradePct": 1, "maxPositionSizeUsd": 100, "maxLossPerRunUsd": 20, "cooldownSeconds": 60},
        "execution": {"clientOrderIdPrefix": "bm", "maxSlippageBps": 50},
        "guards": {"maxOpenPositions": 1, "maxOrdersPerMinute": 10, "pauseOnError": True},
    }


def minimal(**changes: Any) -> Document:
    """The smallest document: an EMA cross both ways with fixed levels; ``changes`` replace top-level parts."""
    document: Document = {
        "id": "cross",
        "name": "Cross",
        "dslVersion": 1,
        "market": {"symbol": "BTCUSDT"},
        "timeframe": "5m",
        "entry": {"long": cross(), "short": cross("crossunder"), "onOpposite": "reverse"},
        "exit": {"stopLoss": {"type": "fixed_pct", "value": 1}, "takeProfit": {"type": "fixed_pct", "value": 2}},
        "risk": {"fixedNotionalUsd": 100, "maxPositionSizeUsd": 100, "maxLossPerRunUsd": 20},
    }
    return {**document, **changes}
