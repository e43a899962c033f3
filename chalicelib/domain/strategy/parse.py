"""From a JSON document to a validated strategy, or to findings: the only door into the engine."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chalicelib.domain.errors import Finding, InvalidDocument
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy import expressions as ex
from chalicelib.domain.strategy import spec as sp
from chalicelib.domain.strategy.document import plain_json
from chalicelib.domain.strategy.migrations import to_current
from chalicelib.domain.strategy.normalise import canonical_json, hash_of, with_defaults
from chalicelib.domain.strategy.rules import rule_findings
from chalicelib.domain.strategy.schema import schema_findings

Document = dict[str, Any]
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def normalise(document: object) -> Document:
    """The document in its one form: current dslVersion, every default written out.

    Raises InvalidDocument with a finding for everything that is wrong with it, and nothing else for any JSON.
    """
    plain = plain_json(document)
    current = to_current(plain)
    found = schema_findings(current)
    if found or not isinstance(current, dict):
        raise InvalidDocument(found)
    filled = with_defaults(current)
    broken = rule_findings(filled, current)
    if broken:
        raise InvalidDocument([_as_written(one, current) for one in broken])
    return filled


def strategy_hash(document: object) -> str:
    """SHA-256, in hex, of the normalised document. Raises InvalidDocument."""
    return hash_of(normalise(document))


def canonical_strategy_json(document: object) -> bytes:
    """The canonical bytes of the normalised document. Raises InvalidDocument."""
    return canonical_json(normalise(document))


def parse_strategy(document: object) -> sp.StrategySpec:
    """The strategy that ``document`` describes. Raises InvalidDocument, and nothing else for any JSON."""
    return build_spec(normalise(document))


def _as_written(found: Finding, document: Document) -> Finding:
    """An exit rule that was written alone, not in a list, is pointed at where it was written."""
    exits = document["exit"].get("indicatorExit")
    prefix = "/exit/indicatorExit/0/"
    if not isinstance(exits, dict) or not found.pointer.startswith(prefix):
        return found
    pointer = "/exit/indicatorExit/" + found.pointer.removeprefix(prefix)
    return Finding(pointer, found.detail, found.key, found.params)


def build_spec(document: Document) -> sp.StrategySpec:
    """The strategy of a document that ``normalise`` returned."""
    primary = Interval(document["timeframe"])
    entry, risk, execution, guards = (document[name] for name in ("entry", "risk", "execution", "guards"))
    return sp.StrategySpec(
        id=document["id"],
        name=document["name"],
        dsl_version=document["dslVersion"],
        enabled=document["enabled"],
        market=sp.Market(**document["market"]),
        timeframe=primary,
        timeframes=tuple(Interval(name) for name in document["timeframes"]),
        entry=sp.Entry(
            long=_optional_condition(entry.get("long")),
            short=_optional_condition(entry.get("short")),
            on_opposite=sp.OnOpposite(entry["onOpposite"]),
            order=sp.EntryOrder(
                sp.OrderType(entry["order"]["type"]),
                _decimal(entry["order"].get("limitOffsetBps", 0)),
                entry["order"].get("timeoutBars", 1),
            ),
        ),
        exit=_exit(document["exit"]),
        dca=_dca(document.get("dca")),
        risk=sp.Risk(
            risk_per_trade_pct=_optional_decimal(risk.get("riskPerTradePct")),
            fixed_notional_usd=_optional_decimal(risk.get("fixedNotionalUsd")),
            max_position_size_usd=_decimal(risk["maxPositionSizeUsd"]),
            max_loss_per_run_usd=_decimal(risk["maxLossPerRunUsd"]),
            daily_loss_limit_usd=_optional_decimal(risk.get("dailyLossLimitUsd")),
            cooldown_seconds=risk["cooldownSeconds"],
        ),
        execution=sp.Execution(
            execution["clientOrderIdPrefix"],
            execution["maxSlippageBps"],
            sp.TpSlMode(execution["tpSlMode"]),
            sp.OnStop(execution["onStop"]),
            sp.OnSlTpFailure(execution["onSlTpFailure"]),
        ),
        guards=sp.Guards(guards["maxOpenPositions"], guards["maxOrdersPerMinute"], guards["pauseOnError"]),
    )


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))


def _optional_decimal(number: float | None) -> Decimal | None:
    return None if number is None else _decimal(number)


def _exit(document: Document) -> sp.Exit:
    target = document["takeProfit"]
    steps = target["steps"] if target["type"] == "ladder" else [{**target, "sharePct": 100}]
    break_even, time_exit = document.get("breakEven"), document.get("timeExit")
    return sp.Exit(
        stop_loss=_level(document["stopLoss"]),
        take_profit=tuple(sp.LadderStep(_level(step), _decimal(step["sharePct"])) for step in steps),
        trailing_stop=_trailing(document.get("trailingStop")),
        indicator_exits=tuple(
            sp.IndicatorExitRule(condition(rule["condition"]), _SIDES[rule["appliesTo"]])
            for rule in document.get("indicatorExit", ())
        ),
        break_even=sp.BreakEven(_decimal(break_even["activationPct"]), _decimal(break_even["offsetPct"]))
        if break_even
        else None,
        max_bars=time_exit["maxBars"] if time_exit else None,
    )


_SIDES = {
    "long": frozenset({Side.BUY}),
    "short": frozenset({Side.SELL}),
    "both": frozenset({Side.BUY, Side.SELL}),
}


def _level(document: Document) -> sp.Level:
    match document["type"]:
        case "fixed_pct":
            return sp.FixedPct(_decimal(document["value"]))
        case "fixed_price":
            return sp.FixedPrice(_decimal(document["value"]))
        case "atr_multiple":
            return sp.AtrMultiple(_decimal(document["value"]), document["atrLength"])
        case _:
            return sp.Swing(document["lookback"], _decimal(document["bufferPct"]))


def _trailing(document: Document | None) -> sp.TrailingPct | sp.TrailingAtr | None:
    if document is None:
        return None
    if document["type"] == "trailing_pct":
        return sp.TrailingPct(_decimal(document["activationPct"]), _decimal(document["callbackPct"]))
    return sp.TrailingAtr(_decimal(document["activationAtr"]), _decimal(document["callbackAtr"]), document["atrLength"])


def _dca(document: Document | None) -> sp.Dca | None:
    if document is None:
        return None
    return sp.Dca(
        _decimal(document["baseOrderSizeUsd"]),
        document["maxSafetyOrders"],
        _decimal(document["priceStepPct"]),
        _decimal(document["stepScale"]),
        _decimal(document["volumeScale"]),
    )


def _optional_condition(document: Document | None) -> ex.Condition | None:
    return None if document is None else condition(document)


def condition(document: Document) -> ex.Condition:
    """The condition of a normalised document's node."""
    match document["type"]:
        case "compare":
            return ex.Compare(document["op"], operand(document["left"]), operand(document["right"]))
        case "crossover" | "crossunder":
            return ex.Cross(operand(document["a"]), operand(document["b"]), document["type"] == "crossover")
        case "all":
            return ex.AllOf(tuple(condition(inner) for inner in document["conditions"]))
        case "any":
            return ex.AnyOf(tuple(condition(inner) for inner in document["conditions"]))
        case "not":
            return ex.Not(condition(document["condition"]))
        case "confirmBars":
            return ex.ConfirmBars(document["n"], condition(document["condition"]))
        case "session":
            days = frozenset(_DAYS.index(day) for day in document["days"])
            return ex.Session(days, _minute(document["from"]), _minute(document["to"]))
        case _:
            return ex.External()


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def operand(document: Document) -> ex.Operand:
    """The operand of a normalised document's node."""
    if "indicator" in document:
        params = tuple(sorted(document["params"].items()))
        timeframe = Interval(document["timeframe"])
        return ex.Indicator(document["indicator"], params, document["output"], timeframe, document["offset"])
    if "price" in document:
        return ex.Price(ex.PriceField(document["price"]), Interval(document["timeframe"]), document["offset"])
    if "constant" in document:
        return ex.Constant(float(document["constant"]))
    return ex.Arithmetic(document["op"], tuple(operand(inner) for inner in document["args"]))
