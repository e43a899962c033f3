"""Conditions as short formulas that read the same in every language: ``rsi(14) ↗ 30``, ``close > ema(200)@1h``."""

from __future__ import annotations

from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy import expressions as ex
from chalicelib.domain.strategy.catalogue import DEFINITIONS


def formula(node: ex.Node, primary: Interval) -> str:
    """``node`` as a formula; timeframes other than ``primary`` are named after an @, offsets in brackets."""
    match node:
        case ex.Price(field=field, timeframe=timeframe, offset=offset):
            return f"{field}{_place(timeframe, primary, offset)}"
        case ex.Indicator(name=name, params=params, output=output, timeframe=timeframe, offset=offset):
            values = dict(params)
            shown = [f"{values[one.name]:g}" for one in DEFINITIONS[name].parameters if one.name != "source"]
            if values.get("source", "close") != "close":
                shown.append(str(values["source"]))
            part = "" if output == "value" else f".{output}"
            return f"{name}({', '.join(shown)}){part}{_place(timeframe, primary, offset)}"
        case ex.Constant(value=value):
            return f"{value:g}"
        case ex.Arithmetic(op=op, args=args):
            inner = [formula(arg, primary) for arg in args]
            return f"({f' {op} '.join(inner)})" if op in "+-*/" else f"{op}({', '.join(inner)})"
        case ex.Compare(op=op, left=left, right=right):
            return f"{formula(left, primary)} {op} {formula(right, primary)}"
        case ex.Cross(a=a, b=b, up=up):
            return f"{formula(a, primary)} {'↗' if up else '↘'} {formula(b, primary)}"
        case ex.AllOf(conditions=conditions):
            return f"({' ∧ '.join(formula(one, primary) for one in conditions)})"
        case ex.AnyOf(conditions=conditions):
            return f"({' ∨ '.join(formula(one, primary) for one in conditions)})"
        case ex.Not(condition=condition):
            return f"¬{formula(condition, primary)}"
        case ex.ConfirmBars(n=n, condition=condition):
            return f"{n}× {formula(condition, primary)}"
        case ex.Session(from_minute=start, to_minute=stop):
            return f"{_clock(start)}–{_clock(stop)} UTC"
        case ex.External():
            return "external"


def _place(timeframe: Interval, primary: Interval, offset: int) -> str:
    return (f"[{offset}]" if offset else "") + ("" if timeframe is primary else f"@{timeframe}")


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
