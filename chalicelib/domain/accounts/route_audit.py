"""The one table that says which requests leave a row in the audit trail, and as what.

A test holds it against the table of access: every route that can change something is in one of the two below. The
dispatcher writes the row after the act, with what it was done to; what the act's own service or a table's stream writes
down better is named in ``NOT_BY_ROUTE`` with the reason.
"""

from __future__ import annotations

ROUTE_AUDIT: dict[tuple[str, str], str] = {
    ("POST", "/auth/login"): "session.opened",
    ("POST", "/auth/step-up"): "session.stepped_up",
    ("PATCH", "/me"): "account.changed",
    ("POST", "/me/password"): "account.password_changed",
    ("DELETE", "/me/sessions/{session_id}"): "session.ended",
    ("POST", "/me/sessions/revoke-others"): "session.others_ended",
    ("POST", "/me/totp"): "second_factor.set_up",
    ("POST", "/me/totp/confirm"): "second_factor.switched_on",
    ("DELETE", "/me/totp"): "second_factor.switched_off",
    ("POST", "/me/recovery-codes"): "recovery_codes.made",
    ("POST", "/exchanges"): "connection.added",
    ("PATCH", "/exchanges/{connection_id}"): "connection.changed",
    ("DELETE", "/exchanges/{connection_id}"): "connection.removed",
    ("POST", "/exchanges/{connection_id}/test"): "connection.tested",
    ("POST", "/terminal/orders/{order_id}/cancel"): "order.cancel_requested",
    ("POST", "/terminal/orders/{order_id}/amend"): "order.amend_requested",
    ("POST", "/terminal/positions/protection"): "position.protection_requested",
    ("POST", "/terminal/positions/close"): "position.close_requested",
    ("POST", "/strategies"): "strategy.created",
    ("PUT", "/strategies/{strategy_id}"): "strategy.changed",
    ("DELETE", "/strategies/{strategy_id}"): "strategy.removed",
    ("POST", "/strategies/{strategy_id}/webhook-secret"): "webhook.secret_made",
    ("POST", "/signals/{strategy_id}"): "signal.accepted",
    ("POST", "/bots"): "bot.created",
    ("PATCH", "/bots/{bot_id}"): "bot.changed",
    ("DELETE", "/bots/{bot_id}"): "bot.removed",
    ("POST", "/bots/{bot_id}/runs"): "run.start_requested",
    ("POST", "/runs/stop-all"): "run.stop_all_requested",
    ("POST", "/runs/{run_id}/stop"): "run.stop_requested",
    ("POST", "/runs/{run_id}/pause"): "run.pause_requested",
    ("POST", "/runs/{run_id}/resume"): "run.resume_requested",
    ("POST", "/lab/datasets"): "dataset.created",
    ("POST", "/lab/datasets/import"): "dataset.imported",
    ("POST", "/presets/{slug}/instantiate"): "bot.created_from_preset",
    ("POST", "/auth/switch"): "session.switched",
    ("PATCH", "/workspace"): "workspace.changed",
    ("PATCH", "/members/{user_id}"): "member.role_changed",
    ("DELETE", "/members/{user_id}"): "member.removed",
    ("POST", "/invitations"): "invitation.sent",
    ("POST", "/invitations/accept"): "member.joined",
    ("POST", "/invitations/{invitation_id}/resend"): "invitation.sent_again",
    ("DELETE", "/invitations/{invitation_id}"): "invitation.cancelled",
    ("GET", "/me/export"): "account.exported",
    ("POST", "/me/erase"): "account.erased",
    ("GET", "/audit/export"): "audit.exported",
}

_ACCOUNTS = "nobody is signed in yet: the accounts' service writes it"
_MAILS = "mails a link; opening it is written"
_COMPUTES = "computes on candles: no money, no key, no right"

NOT_BY_ROUTE: dict[tuple[str, str], str] = {
    ("POST", "/auth/register"): _ACCOUNTS,
    ("POST", "/auth/verify-email"): _ACCOUNTS,
    ("POST", "/auth/verify-email/resend"): _MAILS,
    ("POST", "/auth/password/forgot"): _MAILS,
    ("POST", "/auth/password/reset"): _ACCOUNTS,
    ("POST", "/auth/refresh"): "renews an open session; the reuse of a token is written by the service",
    ("POST", "/auth/logout"): "takes nothing but the caller's own session away",
    ("POST", "/sockets/tickets"): "lets its bearer see what they may see anyway",
    ("POST", "/terminal/orders"): "the stream of manual orders writes every status of the order",
    ("POST", "/strategies/validate"): "saves nothing",
    ("POST", "/runs/{run_id}/kill"): "the kill switch's service writes it",
    ("POST", "/kill-switch"): "the kill switch's service writes it, with what was closed",
    ("POST", "/kill-switch/release"): "the kill switch's service writes it, before the act",
    ("POST", "/lab/datasets/uploads"): "a place to put a file; using it is audited",
    ("POST", "/lab/preview"): _COMPUTES,
    ("POST", "/lab/backtests"): _COMPUTES,
    ("POST", "/lab/backtests/{job_id}/cancel"): _COMPUTES,
    ("POST", "/lab/sweeps"): _COMPUTES,
    ("POST", "/lab/sweeps/{job_id}/cancel"): _COMPUTES,
    ("POST", "/lab/walk-forwards"): _COMPUTES,
    ("POST", "/lab/walk-forwards/{job_id}/cancel"): _COMPUTES,
}
