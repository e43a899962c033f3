"""Posts to open WebSockets through API Gateway's management address."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

_GONE = "GoneException"
_TOO_FAST = "LimitExceededException"


class ApiGatewaySockets:
    """Implements ``SocketGateway`` with an ``apigatewaymanagementapi`` client (boto3)."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def post(self, connection_id: str, message: bytes) -> bool:
        """See ``SocketGateway.post``. A browser that reads too slowly misses the message and finds the gap by itself
        (events are numbered); other errors are botocore's and are raised."""
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=message)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if error.response.get("Error", {}).get("Code") == _GONE or status == 410:
                return False
            if error.response.get("Error", {}).get("Code") == _TOO_FAST or status == 429:
                return True
            raise
        return True
