"""Entry point of the platform's kill switch: ``{"action": "engage" | "release" | "status", "reason", "operator"}``."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.runtime import platform_kill_switch
from chalicelib.observability import entry_point, logger
from chalicelib.services.runs.kill_switch import PlatformKillSwitch

_MOST_CHARACTERS = 200


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Obeys, and answers with the switch as it is afterwards. Raises ValueError for what is not understood."""
    return answer_to(event, platform_kill_switch())


def answer_to(event: dict[str, Any], switch: PlatformKillSwitch) -> dict[str, Any]:
    """See ``handler``. Switching needs a reason; ``operator`` is the name that the audit row gets."""
    action = event.get("action")
    operator = _text(event, "operator") or "operator"
    told = 0
    if action == "engage":
        told = switch.engage(operator, _reason(event))
    elif action == "release":
        switch.release(operator, _reason(event))
    elif action != "status":
        raise ValueError('"action" is one of engage, release, status')
    state = switch.state()
    if action != "status":
        logger.warning("platform kill switch", extra={"action": action, "operator": operator, "runsTold": told})
    return {
        "engaged": state is not None,
        "reason": "" if state is None else state.reason,
        "sinceMs": None if state is None else state.engaged_ms,
        "by": None if state is None else state.actor,
        "runsTold": told,
    }


def _reason(event: dict[str, Any]) -> str:
    reason = _text(event, "reason")
    if not reason:
        raise ValueError('"reason" says why, in 1 to 200 characters')
    return reason


def _text(event: dict[str, Any], name: str) -> str:
    value = event.get(name, "")
    if not isinstance(value, str) or len(value) > _MOST_CHARACTERS:
        raise ValueError(f'"{name}" is a text of at most 200 characters')
    return value.strip()
