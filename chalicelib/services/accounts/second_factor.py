"""Setting the second factor up and taking it off. Its seed is derived, shown while it is set up, and stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import AccountConflict, Forbidden, Unauthenticated
from chalicelib.domain.accounts.recovery_code import COUNT, recovery_code, recovery_hash
from chalicelib.domain.mail.letter import LetterKind
from chalicelib.identity_ports import DerivedSecrets, OneTimeCodes, QrCodes, UserRepository
from chalicelib.ports import Clock, Conflict, Ids
from chalicelib.services.accounts.links import OneTimeLinks
from chalicelib.services.accounts.proof import ProveIdentity


@dataclass(frozen=True, slots=True)
class TotpSetup:
    """What an authenticator app takes in: by hand, by link or by camera."""

    seed: str = field(repr=False)
    uri: str = field(repr=False)
    qr_svg: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The use-cases of one's own second factor."""

    users: UserRepository
    secrets: DerivedSecrets
    codes: OneTimeCodes
    qr: QrCodes
    prove: ProveIdentity
    links: OneTimeLinks
    clock: Clock
    ids: Ids

    def set_up(self, actor: Actor) -> TotpSetup:
        """Starts anew with another seed, which counts once a code of it was confirmed; an older start is void.

        Raises AccountConflict: ``auth.totp_already_set`` (take it off first).
        """
        user = self.users.user(actor.user_id)
        version = user.totp_version + 1
        try:
            self.users.set_up_totp(user.user_id, version)
        except Conflict as stands:
            raise AccountConflict("auth.totp_already_set", "one-time codes are on: switch them off first") from stands
        seed = self.secrets.totp_seed(user.user_id, version)
        uri = self.codes.uri(seed, user.email)
        return TotpSetup(seed, uri, self.qr.svg(uri))

    def confirm(self, actor: Actor, code: str) -> tuple[str, ...]:
        """Switches the second factor on with a first code; returns the recovery codes, which nobody sees again.

        Raises Forbidden (``auth.totp_invalid``), AccountConflict (``auth.totp_not_pending``).
        """
        user = self.users.user(actor.user_id)
        if user.totp_confirmed or not user.totp_version:
            raise _not_pending()
        try:
            step = self.prove.step_of(user, user.totp_version, code, self.clock.now_ms())
        except Unauthenticated as wrong:
            raise Forbidden(wrong.code, wrong.detail) from wrong
        codes = self._fresh_codes()
        try:
            self.users.confirm_totp(user.user_id, user.totp_version, step, self._hashes(user.user_id, codes))
        except Conflict as moved:
            raise _not_pending() from moved
        self.links.tell(user, LetterKind.SECOND_FACTOR_ON)
        return codes

    def switch_off(self, actor: Actor) -> None:
        """Takes the second factor and its recovery codes off; doing so again is fine."""
        user = self.users.user(actor.user_id)
        self.users.disable_totp(user.user_id)
        if user.totp_confirmed:
            self.links.tell(user, LetterKind.SECOND_FACTOR_OFF)

    def new_recovery_codes(self, actor: Actor) -> tuple[str, ...]:
        """Fresh codes; the old ones are void. Raises AccountConflict (``auth.totp_not_set``)."""
        user = self.users.user(actor.user_id)
        codes = self._fresh_codes()
        try:
            self.users.replace_recovery_codes(user.user_id, self._hashes(user.user_id, codes))
        except Conflict as missing:
            raise AccountConflict("auth.totp_not_set", "one-time codes are off: set them up first") from missing
        self.links.tell(user, LetterKind.RECOVERY_CODES_NEW)
        return codes

    def _fresh_codes(self) -> tuple[str, ...]:
        return tuple(recovery_code(self.ids.secret()) for _ in range(COUNT))

    def _hashes(self, user_id: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(recovery_hash(user_id, code) for code in codes)


def _not_pending() -> AccountConflict:
    return AccountConflict("auth.totp_not_pending", "there is nothing to confirm: start setting one-time codes up")
