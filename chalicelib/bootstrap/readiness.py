"""Whether what the API stands on answers."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.bootstrap import accounts, tables


def ready() -> Mapping[str, bool]:
    """Whether the tables, the token key and the key of derived secrets answer."""
    from botocore.exceptions import BotoCoreError, ClientError
    from pynamodb.exceptions import PynamoDBException

    from chalicelib.identity_ports import InvalidToken
    from chalicelib.ports import SealingFailed

    checks = {"tables": True, "tokenKey": True, "verifierKey": True}
    try:
        tables.accounts().user_by_email("nobody@ready.invalid")
    except (PynamoDBException, BotoCoreError, ClientError):
        checks["tables"] = False
    try:
        accounts.access_tokens().jwks()
    except (BotoCoreError, ClientError, InvalidToken):
        checks["tokenKey"] = False
    try:
        accounts.derived_secrets().totp_seed("ready", 0)
    except SealingFailed:
        checks["verifierKey"] = False
    return checks
