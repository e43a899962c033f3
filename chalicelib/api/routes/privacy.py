"""One's own data: all of it, or none."""

from __future__ import annotations

from chalicelib.api.models.base import NoBody
from chalicelib.api.models.privacy import MyDataView
from chalicelib.api.operation import Call, Routes

routes = Routes("My account")


@routes.get("/me/export", refusals=(404,))
def export_my_data(call: Call) -> MyDataView:
    """Everything that is kept of oneself. No secret is in it."""
    return MyDataView.model_validate(call.services.privacy.export(call.actor))


@routes.post("/me/erase", status=204, refusals=(404, 409))
def erase_me(call: Call, body: NoBody) -> None:
    """Takes oneself out: profile, address, sessions, memberships, the keys of workspaces that were one's own alone.

    Runs, orders and audit rows stay under an id that leads to nobody. Refused while runs are active, and for the last
    admin of a workspace with other members.
    """
    call.services.privacy.erase(call.actor)
