"""How long our own AWS services are waited for.

botocore waits a minute for an answer, pynamodb half of one, and both ask again: one stalled connection would outlast
every function, and the caller would learn nothing. Here one request ends before the shortest function (20 s) does, so
that the API answers with a problem of its own, the execution function says that an order was not sent, and a Tick is
tried again soon. The execution function itself is waited for by ``execution_client``.
"""

from __future__ import annotations

from botocore.config import Config

CONNECT_SECONDS = 2
READ_SECONDS = 5
ATTEMPTS = 3
# Between attempts botocore's standard mode rests up to 1 s, then up to 2 s.
LONGEST_SECONDS = ATTEMPTS * READ_SECONDS + 3


def client_config() -> Config:
    """The configuration of a boto3 client. A new one each time: botocore writes into what it is given."""
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        tcp_keepalive=True,
    )


class Patient:
    """Base of a pynamodb model's ``Meta``: a table that its caller cannot do without."""

    connect_timeout_seconds = CONNECT_SECONDS
    read_timeout_seconds = READ_SECONDS
    max_retry_attempts = ATTEMPTS - 1


class Hurried:
    """Base of a pynamodb model's ``Meta``: a table that its caller goes on without."""

    connect_timeout_seconds = 0.3
    read_timeout_seconds = 0.3
    # One more try, for a kept-alive connection that died while the function was frozen.
    max_retry_attempts = 1
