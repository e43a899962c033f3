"""One's own account: profile, password, second factor, sessions."""

from __future__ import annotations

from chalicelib.api.models.accounts import IdentityView
from chalicelib.api.models.base import NoBody
from chalicelib.api.models.my_account import (
    ChangePasswordBody,
    ChangeProfileBody,
    ConfirmTotpBody,
    EndedView,
    RecoveryCodesView,
    SessionDeviceView,
    SessionsView,
    TotpSetupView,
)
from chalicelib.api.operation import Call, Routes

routes = Routes("My account")


@routes.patch("/me", refusals=(404,))
def change_profile(call: Call, body: ChangeProfileBody) -> IdentityView:
    """Changes one's name or language."""
    call.services.my_account.change_profile(call.actor, body.name, body.locale)
    return IdentityView.of(call.services.sessions.me(call.actor))


@routes.post("/me/password", status=204, refusals=(404,))
def change_password(call: Call, body: ChangePasswordBody) -> None:
    """Changes one's password; every other session is ended."""
    call.services.my_account.change_password(call.actor, body.current_password, body.new_password)


@routes.get("/me/sessions")
def list_sessions(call: Call) -> SessionsView:
    """One's open sessions."""
    sessions = call.services.my_account.open_sessions(call.actor)
    return SessionsView(items=[SessionDeviceView.of(session, call.actor.session_id) for session in sessions])


@routes.delete("/me/sessions/{session_id}", refusals=(404,))
def end_session(call: Call, session_id: str) -> None:
    """Ends one of one's sessions at once."""
    call.services.my_account.end_session(call.actor, session_id)


@routes.post("/me/sessions/revoke-others")
def end_other_sessions(call: Call, body: NoBody) -> EndedView:
    """Ends all of one's sessions but this one."""
    return EndedView(ended=call.services.my_account.end_other_sessions(call.actor))


@routes.post("/me/totp", refusals=(404, 409))
def set_up_totp(call: Call, body: NoBody) -> TotpSetupView:
    """Starts setting one-time codes up. Starting again makes another secret."""
    return TotpSetupView.of(call.services.second_factor.set_up(call.actor))


@routes.post("/me/totp/confirm", refusals=(404, 409))
def confirm_totp(call: Call, body: ConfirmTotpBody) -> RecoveryCodesView:
    """Switches one-time codes on with a first code; answers the recovery codes, once."""
    return RecoveryCodesView(codes=list(call.services.second_factor.confirm(call.actor, body.code)))


@routes.delete("/me/totp", refusals=(404,))
def switch_totp_off(call: Call) -> None:
    """Switches one-time codes off; the recovery codes are void."""
    call.services.second_factor.switch_off(call.actor)


@routes.post("/me/recovery-codes", refusals=(404, 409))
def make_recovery_codes(call: Call, body: NoBody) -> RecoveryCodesView:
    """Makes new recovery codes; the old ones are void."""
    return RecoveryCodesView(codes=list(call.services.second_factor.new_recovery_codes(call.actor)))
