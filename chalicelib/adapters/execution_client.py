"""``ports.Exchange`` by invoking the execution function: what every other function has instead of the secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from chalicelib.adapters.execution_codec import OPERATIONS, UndecodableMessage, decode, decode_error, encode
from chalicelib.domain.exchange.outcomes import denied, outcome_of
from chalicelib.domain.exchange.retcodes import Policy
from chalicelib.domain.runtime.facts import (
    AccountSnapshot,
    ClosedPnlFact,
    ExecutionFact,
    OrderFact,
    PositionFact,
    WalletFact,
)
from chalicelib.domain.runtime.intent import intent_of_link
from chalicelib.domain.runtime.orders import AmendRequest, OrderRequest, Outcome, ProtectionRequest
from chalicelib.domain.workspace.connection import SealedSecret
from chalicelib.domain.workspace.exchange_key import KeyInfo
from chalicelib.domain.workspace.manual_order import intent_of_manual_link
from chalicelib.observability import log_context, logger
from chalicelib.ports import ConnectionRef, ExchangeUnavailable, StreamSignature

# The service's word that the function did not run.
_NOT_RUN = frozenset({"TooManyRequestsException", "ResourceNotFoundException", "AccessDeniedException"})


def invoke_once_config() -> Config:
    """How boto3's Lambda client must be made. A new one each time: botocore writes into what it is given."""
    return Config(
        connect_timeout=2,
        # A little more than the function's own timeout of 20 s, so that its answer is never missed.
        read_timeout=22,
        # One attempt: botocore would otherwise invoke again after a lost answer, and send the order twice.
        retries={"total_max_attempts": 1},
        tcp_keepalive=True,
    )


class _NotInvoked(Exception):
    """The function did not run."""


class _Unknown(Exception):
    """The function may have run."""


class ExecutionClient:
    """Implements ``ports.Exchange``. ``caller`` names the function in the audit rows of decryptions."""

    def __init__(self, lambda_client: Any, function: str, caller: str) -> None:
        """``lambda_client`` is boto3's, made with ``invoke_once_config()``; ``function`` is a name or an ARN."""
        self._client = lambda_client
        self._function = function
        self._caller = caller

    def place_order(self, ref: ConnectionRef, order: OrderRequest) -> Outcome:
        """See ``ports.Exchange``."""
        return self._change("place_order", ref, order=order)

    def amend_order(self, ref: ConnectionRef, amendment: AmendRequest) -> Outcome:
        """See ``ports.Exchange``."""
        return self._change("amend_order", ref, amendment=amendment)

    def cancel_order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> Outcome:
        """See ``ports.Exchange``."""
        return self._change("cancel_order", ref, symbol=symbol, order_link_id=order_link_id)

    def cancel_all(self, ref: ConnectionRef, symbol: str, *, including_stops: bool) -> Outcome:
        """See ``ports.Exchange``."""
        return self._change("cancel_all", ref, symbol=symbol, including_stops=including_stops)

    def set_protection(self, ref: ConnectionRef, protection: ProtectionRequest) -> Outcome:
        """See ``ports.Exchange``."""
        return self._change("set_protection", ref, protection=protection)

    def set_leverage(self, ref: ConnectionRef, symbol: str, leverage: Decimal) -> Outcome:
        """See ``ports.Exchange``."""
        return self._change("set_leverage", ref, symbol=symbol, leverage=leverage)

    def order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> OrderFact | None:
        """See ``ports.Exchange``."""
        return cast("OrderFact | None", self._read("order", ref, symbol=symbol, order_link_id=order_link_id))

    def snapshot(self, ref: ConnectionRef, symbol: str, executions_since_ms: int) -> AccountSnapshot:
        """See ``ports.Exchange``."""
        answer = self._read("snapshot", ref, symbol=symbol, executions_since_ms=executions_since_ms)
        return cast("AccountSnapshot", answer)

    def open_orders(self, ref: ConnectionRef, symbol: str | None) -> tuple[OrderFact, ...]:
        """See ``ports.Exchange``."""
        return cast("tuple[OrderFact, ...]", self._read("open_orders", ref, symbol=symbol))

    def positions(self, ref: ConnectionRef, symbol: str | None) -> tuple[PositionFact, ...]:
        """See ``ports.Exchange``."""
        return cast("tuple[PositionFact, ...]", self._read("positions", ref, symbol=symbol))

    def executions(self, ref: ConnectionRef, symbol: str, since_ms: int) -> tuple[ExecutionFact, ...]:
        """See ``ports.Exchange``."""
        return cast("tuple[ExecutionFact, ...]", self._read("executions", ref, symbol=symbol, since_ms=since_ms))

    def closed_pnl(self, ref: ConnectionRef, symbol: str | None, since_ms: int) -> tuple[ClosedPnlFact, ...]:
        """See ``ports.Exchange``."""
        return cast("tuple[ClosedPnlFact, ...]", self._read("closed_pnl", ref, symbol=symbol, since_ms=since_ms))

    def order_history(self, ref: ConnectionRef, symbol: str, since_ms: int) -> tuple[OrderFact, ...]:
        """See ``ports.Exchange``."""
        return cast("tuple[OrderFact, ...]", self._read("order_history", ref, symbol=symbol, since_ms=since_ms))

    def wallet(self, ref: ConnectionRef) -> WalletFact:
        """See ``ports.Exchange``."""
        return cast("WalletFact", self._read("wallet", ref))

    def key_info(self, ref: ConnectionRef) -> KeyInfo:
        """See ``ports.Exchange``."""
        return cast("KeyInfo", self._read("key_info", ref))

    def check_key(self, ref: ConnectionRef, env: str, sealed: SealedSecret) -> KeyInfo:
        """See ``ports.Exchange``."""
        return cast("KeyInfo", self._read("check_key", ref, env=env, sealed=sealed))

    def sign_stream(self, ref: ConnectionRef) -> StreamSignature:
        """See ``ports.Exchange``."""
        return cast("StreamSignature", self._read("sign_stream", ref))

    def _change(self, op: str, ref: ConnectionRef, **arguments: Any) -> Outcome:
        """A command: only the service's word that nothing ran is "denied"; every other silence is unresolved."""
        try:
            outcome = cast("Outcome", decode(Outcome, self._invoke(op, ref, arguments).get("answer")))
        except _NotInvoked as error:
            outcome = denied(Policy.BACKOFF, str(error))
        except (_Unknown, UndecodableMessage) as error:
            outcome = outcome_of(Policy.AMBIGUOUS, message=str(error))
        write = logger.warning if outcome.unresolved else logger.info
        facts = {"op": op, "outcome": outcome.kind.value, "policy": outcome.policy, "orderId": outcome.order_id}
        connection = {"workspaceId": ref.workspace_id, "exchangeConnectionId": ref.connection_id}
        write("exchange command", extra={**facts, **connection, **_served(arguments)})
        return outcome

    def _read(self, op: str, ref: ConnectionRef, **arguments: Any) -> Any:
        try:
            answer = self._invoke(op, ref, arguments)
        except (_NotInvoked, _Unknown) as error:
            raise ExchangeUnavailable(str(error)) from error
        if "error" in answer:
            raise decode_error(answer["error"])
        try:
            return decode(OPERATIONS[op].answer, answer.get("answer"))
        except UndecodableMessage as error:
            raise ExchangeUnavailable(f"the execution function's answer cannot be read: {error}") from error

    def _invoke(self, op: str, ref: ConnectionRef, arguments: dict[str, Any]) -> dict[str, Any]:
        event = {
            "op": op,
            "workspaceId": ref.workspace_id,
            "connectionId": ref.connection_id,
            "purpose": op,
            "caller": self._caller,
            "context": {**log_context(), **_served(arguments)},
            "args": {name: encode(value) for name, value in arguments.items()},
        }
        try:
            response = self._client.invoke(FunctionName=self._function, Payload=json.dumps(event).encode())
            body = response["Payload"].read()
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise _NotInvoked(f"the execution function cannot be reached: {type(error).__name__}") from error
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            kind = _NotInvoked if code in _NOT_RUN else _Unknown
            raise kind(f"the execution function was not invoked: {code}") from error
        except (BotoCoreError, OSError) as error:
            raise _Unknown(f"the execution function's answer was lost: {type(error).__name__}") from error
        if response.get("FunctionError"):
            raise _Unknown(f"the execution function failed: {response['FunctionError']}")
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise _Unknown("the execution function's answer is not JSON") from error
        if not isinstance(answer, dict):
            raise _Unknown("the execution function's answer is not an object")
        return answer


def _served(arguments: Mapping[str, Any]) -> dict[str, str]:
    """The intent that a request serves, as log lines name it; nothing for a request that serves none."""
    request = arguments.get("order") or arguments.get("amendment") or arguments.get("protection")
    link_id = str(getattr(request, "order_link_id", arguments.get("order_link_id", "")))
    intent_id = getattr(request, "intent_id", "") or intent_of_link(link_id) or intent_of_manual_link(link_id)
    return {"intentId": intent_id} if intent_id else {}
