"""Builds what accounts and signing in stand on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import aws_client, exchange, settings, tables

if TYPE_CHECKING:
    from chalicelib.identity_ports import DerivedSecrets, PasswordHasher
    from chalicelib.services.accounts.proof import ProveIdentity
    from chalicelib.services.accounts.trail import AccountTrail


@cache
def passwords() -> PasswordHasher:
    """Argon2id."""
    from chalicelib.adapters.passwords import Argon2Passwords

    return Argon2Passwords()


@cache
def derived_secrets() -> DerivedSecrets:
    """Authenticator seeds and webhook secrets."""
    from chalicelib.adapters.kms.derived_secrets import KmsDerivedSecrets

    return KmsDerivedSecrets(aws_client("kms"), settings().required("verifier_key_id"))


@cache
def trail() -> AccountTrail:
    """Audit rows of accounts."""
    from chalicelib.services.accounts.trail import AccountTrail

    return AccountTrail(tables.accounts(), exchange.audit_trail())


@cache
def prove_identity() -> ProveIdentity:
    """Judges second factors and counts tries."""
    from chalicelib.adapters.totp import TotpCodes
    from chalicelib.services.accounts.proof import ProveIdentity

    return ProveIdentity(tables.accounts(), TotpCodes(), derived_secrets(), tables.login_attempts(), trail())
