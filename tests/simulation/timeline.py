"""A simulated run as text: what the run said, what the exchange saw, in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.scenario import RUN_ID, START_MS

if TYPE_CHECKING:
    from tests.simulation.world import Simulated


def timeline(simulated: Simulated) -> str:
    """Events of the run and orders and fills of the exchange by time, then the violations."""
    lines: list[tuple[int, str]] = []
    for event in simulated.store.event_rows[RUN_ID].values():
        params = " ".join(f"{name}={value}" for name, value in event.params.items())
        detail = event.data.get("detail", "")
        lines.append((event.at_ms, f"run       #{event.seq:<3} {event.key} {event.intent_id or ''} {params} {detail}"))
    for order in simulated.account.orders.values():
        text = f"{order.link_id or order.create_type} {order.side} {order.qty} {order.order_type} -> {order.status}"
        lines.append((order.created_ms, f"exchange  order {text}"))
    for fill in simulated.account.fills:
        lines.append((fill.time_ms, f"exchange  fill {fill.side} {fill.qty} @ {fill.price}"))
    lines.sort(key=lambda line: line[0])
    body = "\n".join(f"{(at - START_MS) / 1000:9.3f}  {text}" for at, text in lines)
    ending = "\n".join(f"VIOLATION {violation}" for violation in simulated.watch.violations)
    faults = {kind: count for kind, count in simulated.seen.items() if count}
    replay = f"make simulate SEED={simulated.options.seed}"
    return f"{body}\nfaults {faults}\n{ending}\n{replay}\n"
