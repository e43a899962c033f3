"""One of everything that a tenant can own, and every place of a request where an id of it could be named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.api.models.base import RequestModel
from chalicelib.api.operations import defined_operations
from tests.unit.api.gateway import Client, Gateway, order_body, strategy_document

ID_PATTERN = r"^[0-9A-Za-z_-]{1,64}$"

Place = tuple[str, str, str]
"""Method, path, and the field as ``body/…`` or ``query/…``."""


class Owned:
    """What one tenant owns."""

    def __init__(self, gateway: Gateway, email: str = "owner@example.com") -> None:
        owner = gateway.user(email)
        self.bot_id = owner.bot()
        bot = owner.get(f"/bots/{self.bot_id}").json
        self.connection_id = bot["exchangeConnectionId"]
        self.strategy_id = bot["strategyId"]
        self.order_id = owner.post("/terminal/orders", order_body(self.connection_id)).json["id"]
        self.run_id = owner.post(f"/bots/{self.bot_id}/runs", {"durationMinutes": 5}).json["id"]
        # Equal candles are the same dataset, with the same id: each tenant's are their own.
        price = len(email)
        rows = "\n".join(f"{60 * number},{price},{price},{price},{price},1" for number in range(1, 60))
        candles = f"timestamp,open,high,low,close,volume\n{rows}"
        dataset = owner.post("/lab/datasets/import", {"symbol": "BTCUSDT", "interval": "1m", "csv": candles})
        self.dataset_id = dataset.json["id"]
        upload = owner.post("/lab/datasets/uploads", {})
        self.upload = upload.json["uploadKey"]
        experiment = {"spec": strategy_document(), "datasets": {"1m": self.dataset_id}}
        length = {"pointer": "/entry/long/a/params/length", "start": "3", "stop": "4", "step": "1"}
        folds = {"isBars": 20, "oosBars": 10, "step": 10}
        self.jobs = {
            "backtests": owner.post("/lab/backtests", experiment).json["id"],
            "sweeps": owner.post("/lab/sweeps", {**experiment, "parameters": [length]}).json["id"],
            "walk-forwards": owner.post("/lab/walk-forwards", {**experiment, "folds": folds}).json["id"],
        }
        self.backtest_id = self.jobs["backtests"]
        (session,) = owner.get("/me/sessions").json["items"]
        self.session_id = session["id"]
        self.user_id = owner.login.json["user"]["id"]
        self.workspace_id = owner.workspace_id
        owner.step_up()
        self.invitation_id = owner.post("/invitations", {"email": f"guest-of-{email}", "role": "viewer"}).json["id"]
        self.owner: Client = owner

    def path(self, template: str) -> str:
        """The template with the owner's ids."""
        parts = template.split("/")
        self.job_id = self.jobs.get(parts[2], "") if "{job_id}" in parts else ""
        return "/".join(getattr(self, part[1:-1]) if part.startswith("{") else part for part in parts)


def named_ids() -> list[Place]:
    """Every field of a request's body or query that holds an id of ours, read from the models that validate it."""
    return [
        (operation.method, operation.path, f"{kind}{field}")
        for operation in defined_operations()
        for kind, model in (("body", operation.body_model), ("query", operation.query_model))
        if model is not None
        for field in _ids(model)
    ]


def _ids(model: type[RequestModel]) -> list[str]:
    schema = model.model_json_schema(mode="validation")
    return list(dict.fromkeys(_walk(schema, schema.get("$defs", {}), "")))


def _walk(schema: dict[str, Any], definitions: dict[str, Any], path: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
    if schema.get("pattern") == ID_PATTERN:
        yield path
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _walk(choice, definitions, path)
    for name, field in schema.get("properties", {}).items():
        yield from _walk(field, definitions, f"{path}/{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from _walk(schema[name], definitions, f"{path}/*")
