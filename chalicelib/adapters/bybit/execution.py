"""The execution function's one use: run the operation that an event asks for, and answer in the codec's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.bybit.account_opener import AccountOpener
from chalicelib.adapters.bybit.exchange import BybitExchange
from chalicelib.adapters.bybit.margin_modes import MarginModes
from chalicelib.adapters.execution_codec import OPERATIONS, UndecodableMessage, decode, encode, encode_error
from chalicelib.domain.exchange.outcomes import denied
from chalicelib.domain.exchange.retcodes import Policy
from chalicelib.ports import Clock, ConnectionRef, ExchangeRefused, ExchangeUnavailable


@dataclass(frozen=True, slots=True)
class ExecutionRuntime:
    """What one process of the execution function keeps: nothing secret."""

    accounts: AccountOpener
    margin_modes: MarginModes
    clock: Clock

    def run(self, event: Mapping[str, Any], deadline_ms: int) -> dict[str, Any]:
        """``{"answer": …}``, or ``{"error": …}`` when a read could not answer.

        A request that cannot be understood is denied (commands) or refused (reads): nothing is sent for it.
        """
        operation = OPERATIONS.get(str(event.get("op")))
        if operation is None:
            return {"error": encode_error(ExchangeRefused(0, Policy.BAD_REQUEST.value, "no such operation"))}
        try:
            ref = ConnectionRef(decode(str, event.get("workspaceId")), decode(str, event.get("connectionId")))
            given = decode(dict, event.get("args"))
            arguments = {name: decode(kind, given.get(name)) for name, kind in operation.arguments.items()}
        except UndecodableMessage as error:
            if operation.changes:
                return {"answer": encode(denied(Policy.BAD_REQUEST, str(error)))}
            return {"error": encode_error(ExchangeRefused(0, Policy.BAD_REQUEST.value, str(error)))}
        purpose = str(event.get("purpose") or event["op"])
        opener = self.accounts.opener(purpose, str(event.get("caller") or "unknown"), deadline_ms)
        exchange = BybitExchange(opener, self.clock, self.margin_modes)
        try:
            return {"answer": encode(getattr(exchange, event["op"])(ref, **arguments))}
        except (ExchangeUnavailable, ExchangeRefused) as error:
            return {"error": encode_error(error)}
