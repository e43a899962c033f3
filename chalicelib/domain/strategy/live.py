"""What the validator accepts and live runs do not trade yet: refused at the start, never ignored (FR-DSL-2)."""

from __future__ import annotations

from chalicelib.domain.errors import Finding
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy import expressions as ex
from chalicelib.domain.strategy.spec import StrategySpec, TpSlMode


def not_traded_live(spec: StrategySpec) -> list[Finding]:
    """One finding for each part of the strategy that backtests know and live runs do not; empty when all is traded."""
    findings = []
    if spec.execution.tp_sl_mode is TpSlMode.REDUCE_ONLY:
        findings.append(_finding("/spec/execution/tpSlMode", "reduce_only_orders"))
    return findings


def sides_from_outside(spec: StrategySpec) -> tuple[Side, ...]:
    """The sides whose entry waits for a signal from outside (decision 8b)."""
    roots = ((Side.BUY, spec.entry.long), (Side.SELL, spec.entry.short))
    return tuple(side for side, root in roots if root is not None and _waits_for_outside(root))


def _waits_for_outside(node: ex.Node) -> bool:
    return isinstance(node, ex.External) or any(_waits_for_outside(inner) for inner in ex.children(node))


def _finding(pointer: str, what: str) -> Finding:
    detail = f"{what} can be backtested, but live runs do not trade it yet: change the strategy"
    return Finding(pointer, detail, "strategy.not_live", {"what": what})
