"""Ready-made strategies."""

from __future__ import annotations

from chalicelib.api.models.presets import InstanceView, InstantiateBody, PresetList, PresetView
from chalicelib.api.operation import Call, Routes

routes = Routes("Presets")


@routes.get("/presets")
def list_presets(call: Call) -> PresetList:
    """Ready-made strategies; none of them promises profit."""
    items = [PresetView.of(preset) for preset in call.services.presets.list(call.actor)]
    return PresetList(items=items, next_cursor=None)


@routes.get("/presets/{slug}", refusals=(404,))
def get_preset(call: Call, slug: str) -> PresetView:
    """One preset."""
    return PresetView.of(call.services.presets.get(call.actor, slug))


@routes.post("/presets/{slug}/instantiate", status=201, refusals=(404, 409, 422, 502), cached_reply=True)
def instantiate_preset(call: Call, slug: str, body: InstantiateBody) -> InstanceView:
    """Makes a strategy of the preset and, with a connection, a bot: both or none."""
    made = call.services.presets.instantiate(
        call.actor, slug, name=body.name, symbol=body.symbol, connection_id=body.exchange_connection_id
    )
    return InstanceView.of(made)
