"""Registering, confirming the address, setting a forgotten password."""

from __future__ import annotations

from chalicelib.api.models.registration import AddressBody, LinkBody, RegisterBody, ResetPasswordBody
from chalicelib.api.operation import Call, Routes
from chalicelib.services.accounts.registration import Newcomer

routes = Routes("Accounts")


@routes.post("/auth/register", status=202, refusals=(403,))
def register(call: Call, body: RegisterBody) -> None:
    """Registers. The answer is the same whether the address is free or taken; a mail says what comes next."""
    newcomer = Newcomer(body.email, body.password, body.name, body.locale, body.invitation)
    call.services.registration.register(newcomer)


@routes.post("/auth/verify-email", status=204, refusals=(403,))
def verify_email(call: Call, body: LinkBody) -> None:
    """Confirms the address with the link that was mailed to it."""
    call.services.registration.verify_email(body.token)


@routes.post("/auth/verify-email/resend", status=202)
def resend_verification(call: Call, body: AddressBody) -> None:
    """Mails another link to an address that waits to be confirmed. The answer is the same for any address."""
    call.services.registration.resend(body.email)


@routes.post("/auth/password/forgot", status=202)
def forgot_password(call: Call, body: AddressBody) -> None:
    """Mails a link to set a new password with. The answer is the same for any address."""
    call.services.password_reset.forgot(body.email)


@routes.post("/auth/password/reset", status=204, refusals=(403,))
def reset_password(call: Call, body: ResetPasswordBody) -> None:
    """Sets a new password with the link that was mailed, and ends every session."""
    call.services.password_reset.reset(body.token, body.password)
