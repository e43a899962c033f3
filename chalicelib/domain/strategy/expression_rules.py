"""Bounds on conditions: depth, nodes, lookback, timeframes, argument counts (decision 21)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.domain.errors import Finding
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.catalogue import DEFINITIONS
from chalicelib.domain.strategy.findings import finding

MAX_DEPTH = 8
MAX_NODES = 200
MAX_LOOKBACK = 1000
_ARGUMENTS = {"+": (2, 8), "*": (2, 8), "min": (2, 8), "max": (2, 8), "-": (2, 2), "/": (2, 2), "abs": (1, 1)}

Node = dict[str, Any]


def expression_findings(document: dict[str, Any], declared: list[str]) -> Iterator[Finding]:
    """What is wrong with the entry and exit conditions of a normalised document."""
    walk = _Walk(Interval(document["timeframe"]), set(declared))
    for side in ("long", "short"):
        if side in document["entry"]:
            yield from walk.entry(document["entry"][side], f"/entry/{side}")
    rules = document["exit"].get("indicatorExit", [])
    for index, rule in enumerate(rules):
        yield from walk.node(rule["condition"], f"/exit/indicatorExit/{index}/condition", 1, 0)
    if walk.nodes > MAX_NODES:
        yield finding("/entry", "too_many_nodes", limit=MAX_NODES, count=walk.nodes)


class _Walk:
    def __init__(self, primary: Interval, declared: set[str]) -> None:
        self._primary = primary
        self._declared = declared
        self.nodes = 0

    def entry(self, condition: Node, pointer: str) -> Iterator[Finding]:
        """An entry condition; here alone an outside signal may stand: as a whole or in the topmost "all"."""
        kind = condition["type"]
        if kind == "external":
            self.nodes += 1
        elif kind == "all":
            self.nodes += 1
            for index, inner in enumerate(condition["conditions"]):
                if inner["type"] == "external":
                    self.nodes += 1
                else:
                    yield from self.node(inner, f"{pointer}/conditions/{index}", 2, 0)
        else:
            yield from self.node(condition, pointer, 1, 0)

    def node(self, node: Node, pointer: str, depth: int, back: int) -> Iterator[Finding]:
        """A condition or operand ``depth`` levels down, read up to ``back`` primary bars before the current one."""
        self.nodes += 1
        if depth > MAX_DEPTH:
            yield finding(pointer, "expression_too_deep", limit=MAX_DEPTH, depth=depth)
            return
        kind = node.get("type")
        if kind == "external":
            yield finding(pointer, "external_not_here")
        elif "indicator" in node or "price" in node:
            yield from self._series(node, pointer, back)
        elif "op" in node and "args" in node:
            fewest, most = _ARGUMENTS[node["op"]]
            if not fewest <= len(node["args"]) <= most:
                expected = str(fewest) if fewest == most else f"{fewest}–{most}"
                yield finding(f"{pointer}/args", "wrong_argument_count", op=node["op"], expected=expected)
        if kind in ("crossover", "crossunder"):
            back += 1
        elif kind == "confirmBars":
            back += node["n"] - 1
        for name, inner in _children(node):
            yield from self.node(inner, f"{pointer}/{name}", depth + 1, back)

    def _series(self, node: Node, pointer: str, back: int) -> Iterator[Finding]:
        interval = Interval(node["timeframe"])
        window = 1
        if "indicator" in node:
            window = DEFINITIONS[node["indicator"]].window(node["params"])
        bars = window + node["offset"] + -(-back * self._primary.milliseconds // interval.milliseconds)
        if bars > MAX_LOOKBACK:
            yield finding(pointer, "lookback_too_long", bars=bars, limit=MAX_LOOKBACK)
        if interval.milliseconds % self._primary.milliseconds:
            primary = self._primary.value
            yield finding(f"{pointer}/timeframe", "timeframe_not_higher", timeframe=interval.value, primary=primary)
        elif interval is not self._primary and self._declared and interval.value not in self._declared:
            yield finding(f"{pointer}/timeframe", "timeframe_undeclared", timeframe=interval.value)
        if node.get("indicator") == "macd" and node["params"]["fast"] >= node["params"]["slow"]:
            yield finding(f"{pointer}/params/fast", "fast_not_below_slow")


def _children(node: Node) -> Iterator[tuple[str, Node]]:
    for name in ("left", "right", "a", "b", "condition"):
        if name in node:
            yield name, node[name]
    for name in ("conditions", "args"):
        for index, inner in enumerate(node.get(name, ())):
            yield f"{name}/{index}", inner
