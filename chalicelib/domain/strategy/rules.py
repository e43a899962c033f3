"""What the schema cannot say: the semantic rules, each a function from a normalised document to findings."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from chalicelib.domain.errors import Finding
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.dca import ladder_facts
from chalicelib.domain.strategy.expression_rules import expression_findings
from chalicelib.domain.strategy.findings import finding

Document = dict[str, Any]
MAX_TIMEFRAMES = 4


def rule_findings(document: Document, written: Document) -> list[Finding]:
    """Every rule that the normalised ``document`` breaks; ``written`` is what its author wrote."""
    rules = (_sides, _timeframes, _entry_order, _levels, _ladder, _break_even, _sizing, _dca)
    found = [one for rule in rules for one in rule(document)]
    declared = written.get("timeframes", [])
    return [*found, *_limit_options(written), *expression_findings(document, declared)]


def _limit_options(written: Document) -> Iterator[Finding]:
    order = written["entry"].get("order", {})
    if order.get("type", "Market") == "Market":
        for name in ("limitOffsetBps", "timeoutBars"):
            if name in order:
                yield finding(f"/entry/order/{name}", "limit_options_without_limit", name=name)


def _sides(document: Document) -> Iterator[Finding]:
    if not {"long", "short"} & document["entry"].keys():
        yield finding("/entry", "side_missing")


def _timeframes(document: Document) -> Iterator[Finding]:
    primary = Interval(document["timeframe"])
    for index, name in enumerate(document["timeframes"]):
        if Interval(name).milliseconds % primary.milliseconds:
            yield finding(f"/timeframes/{index}", "timeframe_not_higher", timeframe=name, primary=primary.value)
    count = len(document["timeframes"]) + 1
    if count > MAX_TIMEFRAMES:
        yield finding("/timeframes", "too_many_timeframes", limit=MAX_TIMEFRAMES, count=count)


def _entry_order(document: Document) -> Iterator[Finding]:
    if "dca" not in document:
        return
    if document["entry"]["order"]["type"] == "Limit":
        yield finding("/entry/order/type", "dca_with_limit")
    if document["entry"]["onOpposite"] == "reverse":
        yield finding("/entry/onOpposite", "dca_with_reverse")
    for name in ("trailingStop", "breakEven"):
        if name in document["exit"]:
            yield finding(f"/exit/{name}", "dca_with_moving_stop")


def targets(document: Document) -> list[tuple[str, dict[str, Any]]]:
    """The take-profit levels with their pointers: one, or the steps of a ladder."""
    target = document["exit"]["takeProfit"]
    if target["type"] != "ladder":
        return [("/exit/takeProfit", target)]
    return [(f"/exit/takeProfit/steps/{index}", step) for index, step in enumerate(target["steps"])]


def _levels(document: Document) -> Iterator[Finding]:
    entry, stop = document["entry"], document["exit"]["stopLoss"]
    if stop["type"] == "fixed_pct" and stop["value"] >= 100 and "long" in entry:
        yield finding("/exit/stopLoss/value", "stop_beyond_price", value=stop["value"])
    for pointer, target in targets(document):
        if target["type"] == "fixed_pct" and target["value"] >= 100 and "short" in entry:
            yield finding(f"{pointer}/value", "target_beyond_price", value=target["value"])
        if target["type"] == stop["type"] == "fixed_price" and len({"long", "short"} & entry.keys()) == 1:
            right = target["value"] > stop["value"] if "long" in entry else target["value"] < stop["value"]
            if not right:
                yield finding(f"{pointer}/value", "fixed_prices_crossed")
    if {"long", "short"} <= entry.keys():
        fixed = [("/exit/stopLoss", stop), *targets(document)]
        yield from (finding(p, "fixed_prices_conflict") for p, level in fixed if level["type"] == "fixed_price")


def _ladder(document: Document) -> Iterator[Finding]:
    target = document["exit"]["takeProfit"]
    if target["type"] != "ladder":
        return
    total = sum((Decimal(str(step["sharePct"])) for step in target["steps"]), Decimal(0))
    if total != 100:
        yield finding("/exit/takeProfit/steps", "ladder_shares", sum=total)
    for index, (before, step) in enumerate(zip(target["steps"], target["steps"][1:], strict=False), start=1):
        same = before["type"] == step["type"] and before.get("atrLength") == step.get("atrLength")
        rising = same and step["type"] in ("fixed_pct", "atr_multiple")
        if rising and step["value"] <= before["value"]:
            yield finding(f"/exit/takeProfit/steps/{index}/value", "ladder_order")


def _break_even(document: Document) -> Iterator[Finding]:
    rule = document["exit"].get("breakEven")
    if rule and rule["offsetPct"] >= rule["activationPct"]:
        yield finding("/exit/breakEven/offsetPct", "break_even_offset")


def _sizing(document: Document) -> Iterator[Finding]:
    risk = document["risk"]
    given = {"riskPerTradePct", "fixedNotionalUsd"} & risk.keys()
    if "dca" in document:
        if "fixedNotionalUsd" in given:
            yield finding("/risk/fixedNotionalUsd", "sizing_with_dca")
    elif len(given) != 1:
        yield finding("/risk", "sizing_missing")
    if "fixedNotionalUsd" in given and risk["fixedNotionalUsd"] > risk["maxPositionSizeUsd"]:
        yield finding("/risk/fixedNotionalUsd", "notional_above_limit", limit=risk["maxPositionSizeUsd"])


def _dca(document: Document) -> Iterator[Finding]:
    if "dca" not in document:
        return
    stop, target = document["exit"]["stopLoss"], document["exit"]["takeProfit"]
    for name, level in (("stopLoss", stop), ("takeProfit", target)):
        if level["type"] != "fixed_pct":
            yield finding(f"/exit/{name}", "dca_levels")
    if target["type"] == "fixed_pct" and document["dca"]["takeProfitPct"] != target["value"]:
        yield finding("/dca/takeProfitPct", "dca_take_profit")
    facts = ladder_facts(document["dca"])
    limit = Decimal(str(document["risk"]["maxPositionSizeUsd"]))
    if facts.exposure_usd > limit:
        yield finding("/dca", "dca_exposure", exposure=round(facts.exposure_usd, 2), limit=limit)
    if facts.last_deviation_pct >= 100:
        yield finding("/dca", "dca_deviation", deviation=round(facts.last_deviation_pct, 2))
    elif stop["type"] == "fixed_pct":
        reached = facts.stop_reaches_before_last(Decimal(str(stop["value"])))
        if reached:
            deviation = round(facts.last_deviation_pct, 2)
            yield finding("/exit/stopLoss/value", "dca_stop_inside_ladder", deviation=deviation, stop=stop["value"])
