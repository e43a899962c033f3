"""One's own account: profile, password, second factor, sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from chalicelib.api.models.base import Id, RequestModel, Timestamp, View
from chalicelib.api.models.registration import Locale, Name, NewPassword
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.domain.accounts.session import RefreshFamily
    from chalicelib.services.accounts.second_factor import TotpSetup


class ChangeProfileBody(RequestModel):
    """What to change; what is left out stays."""

    name: Name | None = None
    locale: Locale | None = None


class ChangePasswordBody(RequestModel):
    """The password there is and the one to set."""

    current_password: str = Field(min_length=1, max_length=256, repr=False)
    new_password: NewPassword = Field(repr=False)


class ConfirmTotpBody(RequestModel):
    """A first code of the authenticator app."""

    code: str = Field(pattern=r"^[0-9]{6}$", repr=False)


class TotpSetupView(View):
    """What the authenticator app takes in, by hand, by link or by camera; it counts once a code of it is confirmed."""

    secret: str
    otpauth_uri: str
    qr_svg: str = Field(description="an SVG document")

    @classmethod
    def of(cls, setup: TotpSetup) -> TotpSetupView:
        """The view of it."""
        return cls(secret=setup.seed, otpauth_uri=setup.uri, qr_svg=setup.qr_svg)


class RecoveryCodesView(View):
    """Each signs in once instead of a one-time code. They are shown now and never again."""

    codes: list[str] = Field(examples=[["ABCD-EFGH-JKLM-NPQR"]])


class SessionDeviceView(View):
    """A session and where it was opened from."""

    id: Id
    user_agent: str
    ip: str
    created_at: Timestamp
    last_used_at: Timestamp = Field(description="when it was opened or renewed last")
    expires_at: Timestamp
    current: bool = Field(description="whether it is the one that asks")

    @classmethod
    def of(cls, family: RefreshFamily, current: str) -> SessionDeviceView:
        """The view of a session."""
        return cls(
            id=family.family_id,
            user_agent=family.device.user_agent,
            ip=family.device.ip,
            created_at=iso(family.created_ms),
            last_used_at=iso(family.used_ms),
            expires_at=iso(family.expires_ms),
            current=family.family_id == current,
        )


class SessionsView(View):
    """The sessions that are open, the newest first."""

    items: list[SessionDeviceView]


class EndedView(View):
    """How many sessions were ended."""

    ended: int
