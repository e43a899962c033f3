"""Replies by idempotency key, kept by Powertools in the idempotency table.

Fit for replies only: a call that timed out runs again, so what is below must be safe to repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)

from chalicelib.account_ports import AlreadyRunning, ReusedKey

_KEPT_SECONDS = 24 * 3600


class PowertoolsReplies:
    """Implements ``ReplyCache``. ``lambda_context`` gives the remaining time of the current invocation."""

    def __init__(self, table_name: str, dynamodb: Any, lambda_context: Callable[[], Any]) -> None:
        self._store = DynamoDBPersistenceLayer(
            table_name=table_name, key_attr="id", expiry_attr="expires_at", boto3_client=dynamodb
        )
        self._lambda_context = lambda_context

    def once(self, key: str, fingerprint: str, produce: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """See ``ReplyCache.once``."""
        config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="fingerprint",
            raise_on_no_idempotency_key=True,
            expires_after_seconds=_KEPT_SECONDS,
            lambda_context=self._lambda_context(),
        )

        @idempotent_function(  # type: ignore[untyped-decorator]  # Powertools ships it untyped
            data_keyword_argument="request", persistence_store=self._store, config=config
        )
        def answer(*, request: dict[str, str]) -> dict[str, Any]:
            return produce()

        try:
            reply: dict[str, Any] = answer(request={"key": key, "fingerprint": fingerprint})
        except IdempotencyAlreadyInProgressError as error:
            raise AlreadyRunning(key) from error
        except IdempotencyValidationError as error:
            raise ReusedKey(key) from error
        except IdempotencyPersistenceLayerError as error:
            # What DynamoDB said of it, or that it said nothing, is what the caller has to know.
            raise (error.__cause__ or error) from None
        return reply
