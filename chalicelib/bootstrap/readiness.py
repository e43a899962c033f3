"""Whether what the API stands on answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.bootstrap import accounts, tables


def ready() -> Mapping[str, bool]:
    """Whether the tables, the token key and the key of derived secrets answer. All are asked at once: one that is
    silent is waited for, three in a row would outlast the function."""
    from concurrent.futures import ThreadPoolExecutor

    # Built here, because boto3 makes clients in one thread only.
    users, tokens, secrets = tables.accounts(), accounts.access_tokens(), accounts.derived_secrets()
    questions: dict[str, Callable[[], object]] = {
        "tables": lambda: users.user_by_email("nobody@ready.invalid"),
        "tokenKey": tokens.jwks,
        "verifierKey": lambda: secrets.totp_seed("ready", 0),
    }
    with ThreadPoolExecutor(len(questions)) as pool:
        return dict(zip(questions, pool.map(_answers, questions.values()), strict=True))


def _answers(question: Callable[[], object]) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError
    from pynamodb.exceptions import PynamoDBException

    from chalicelib.identity_ports import InvalidToken
    from chalicelib.ports import SealingFailed

    try:
        question()
    except (PynamoDBException, BotoCoreError, ClientError, InvalidToken, SealingFailed):
        return False
    return True
