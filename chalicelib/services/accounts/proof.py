"""Proofs of identity beyond a token: the second factor, and the count of tries that guards it and the password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from chalicelib.domain.accounts.errors import Forbidden, Unauthenticated
from chalicelib.domain.accounts.login_key import LOCK_AFTER_FAILURES, LOCK_MS, login_key
from chalicelib.domain.accounts.recovery_code import recovery_hash
from chalicelib.domain.accounts.user import User
from chalicelib.domain.mail.letter import LetterKind
from chalicelib.identity_ports import Attempt, DerivedSecrets, LoginAttempts, OneTimeCodes, UserRepository
from chalicelib.ports import Conflict, NotFound
from chalicelib.services.accounts.links import OneTimeLinks
from chalicelib.services.accounts.trail import AccountTrail

_CODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody brings to show who they are, beside a password."""

    totp: str | None = field(default=None, repr=False)
    recovery_code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ProveIdentity:
    """Judges proofs."""

    users: UserRepository
    codes: OneTimeCodes
    secrets: DerivedSecrets
    attempts: LoginAttempts
    trail: AccountTrail
    links: OneTimeLinks

    def attempt(self, email: str, now_ms: int) -> Attempt:
        """Counts a try for this (normalised) address, known or not, before it is judged."""
        return self.attempts.take(login_key(email), now_ms, lock_after=LOCK_AFTER_FAILURES, lock_ms=LOCK_MS)

    def attempt_of(self, user: User, now_ms: int) -> Attempt:
        """The same for somebody who is signed in. Raises Forbidden (``auth.locked``) when there were too many."""
        attempt = self.attempt(user.email, now_ms)
        if not attempt.allowed:
            raise Forbidden("auth.locked", "too many wrong tries: wait a quarter of an hour")
        return attempt

    def refused(self, attempt: Attempt, user: User | None, email: str, action: str, detail: str) -> None:
        """Writes a failed try down, and that it was the one that locks the account."""
        self.trail.refused(user, email, action, detail)
        if attempt.last:
            self.trail.refused(user, email, "account.locked", "too many tries")

    def proved(self, email: str) -> None:
        """Forgets the tries: the owner of the address was there."""
        self.attempts.clear(login_key(email))

    def second_factor(self, user: User, proof: Proof, now_ms: int) -> None:
        """Takes a one-time code or a recovery code, each good once; asks for nothing where none is set up.

        Raises Unauthenticated: ``auth.totp_required``, ``auth.totp_invalid``, ``auth.recovery_code_invalid``.
        """
        if not user.totp_confirmed:
            return
        if proof.recovery_code is not None:
            self._use_recovery_code(user, proof.recovery_code)
        elif proof.totp is not None:
            self._use_code(user, proof.totp, now_ms)
        else:
            raise Unauthenticated("auth.totp_required", "a one-time code of the authenticator app is needed")

    def step_of(self, user: User, version: int, code: str, now_ms: int) -> int:
        """The step of a code of this version of the user's seed. Raises Unauthenticated (``auth.totp_invalid``)."""
        seed = self.secrets.totp_seed(user.user_id, version)
        step = self.codes.step_of(seed, code, now_ms) if _CODE.fullmatch(code) else None
        if step is None:
            raise _invalid_code()
        return step

    def _use_code(self, user: User, code: str, now_ms: int) -> None:
        step = self.step_of(user, user.totp_version, code, now_ms)
        try:
            self.users.use_totp_step(user.user_id, step)
        except Conflict as used:  # somebody may have looked over the owner's shoulder
            raise _invalid_code() from used

    def _use_recovery_code(self, user: User, code: str) -> None:
        try:
            left = self.users.use_recovery_code(user.user_id, recovery_hash(user.user_id, code))
        except NotFound as unknown:
            raise Unauthenticated("auth.recovery_code_invalid", "the recovery code is wrong or was used") from unknown
        self.trail.record(user, "recovery_code.used", f"{left} left")
        self.links.tell(user, LetterKind.RECOVERY_CODE_USED, left=str(left))


def _invalid_code() -> Unauthenticated:
    return Unauthenticated("auth.totp_invalid", "the one-time code is wrong, too old or was used before")
