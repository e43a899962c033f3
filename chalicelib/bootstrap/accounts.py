"""Builds what accounts and signing in stand on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import aws_client, clock, exchange, ids, mail, settings, tables

if TYPE_CHECKING:
    from chalicelib.identity_ports import AccessTokens, DerivedSecrets, OneTimeCodes, PasswordHasher
    from chalicelib.services.accounts.ending import EndSessions
    from chalicelib.services.accounts.links import OneTimeLinks
    from chalicelib.services.accounts.my_account import MyAccount
    from chalicelib.services.accounts.password_reset import PasswordReset
    from chalicelib.services.accounts.proof import ProveIdentity
    from chalicelib.services.accounts.registration import Registration
    from chalicelib.services.accounts.request_limits import RequestLimits
    from chalicelib.services.accounts.second_factor import SecondFactor
    from chalicelib.services.accounts.sessions import Sessions
    from chalicelib.services.accounts.trail import AccountTrail
    from chalicelib.services.seeding import Seeding

_AUDIENCE = "botmarketplace"


@cache
def access_tokens() -> AccessTokens:
    """Access tokens signed by KMS."""
    from chalicelib.adapters.tokens import KmsAccessTokens

    key_ids = settings().listed("token_key_ids")
    issuer = settings().public_origin or f"botmarketplace-{settings().stage}"
    return KmsAccessTokens(aws_client("kms"), key_ids, issuer=issuer, audience=_AUDIENCE)


@cache
def sessions() -> Sessions:
    """Sign-in and identity."""
    from chalicelib.services.accounts.sessions import Sessions

    return Sessions(
        accounts=tables.accounts(),
        sessions=tables.sessions(),
        tokens=access_tokens(),
        passwords=passwords(),
        prove=prove_identity(),
        end=end_sessions(),
        clock=clock(),
        ids=ids(),
    )


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
def one_time_codes() -> OneTimeCodes:
    """Codes of authenticator apps."""
    from chalicelib.adapters.totp import TotpCodes

    return TotpCodes()


@cache
def trail() -> AccountTrail:
    """Audit rows of accounts."""
    from chalicelib.services.accounts.trail import AccountTrail

    return AccountTrail(tables.accounts(), exchange.audit_trail())


@cache
def prove_identity() -> ProveIdentity:
    """Judges second factors and counts tries."""
    from chalicelib.services.accounts.proof import ProveIdentity

    return ProveIdentity(
        users=tables.accounts(),
        codes=one_time_codes(),
        secrets=derived_secrets(),
        attempts=tables.login_attempts(),
        trail=trail(),
        links=one_time_links(),
    )


@cache
def one_time_links() -> OneTimeLinks:
    """Links by mail."""
    from chalicelib.services.accounts.links import OneTimeLinks

    origin = settings().public_origin
    return OneTimeLinks(tables.links(), tables.login_attempts(), mail.outbox(), origin, clock(), ids())


@cache
def registration() -> Registration:
    """Becoming a user."""
    from chalicelib.services.accounts.registration import Registration, RegistrationMode

    return Registration(
        mode=RegistrationMode(settings().registration),
        accounts=tables.accounts(),
        invitations=tables.invitations(),
        passwords=passwords(),
        links=one_time_links(),
        trail=trail(),
        clock=clock(),
        ids=ids(),
    )


@cache
def request_limits() -> RequestLimits:
    """How many requests a caller may make. Raises InvalidSettings."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.token_buckets import DynamoTokenBuckets, TokenBucketItem
    from chalicelib.domain.accounts.request_rates import InvalidRates, rates_with
    from chalicelib.services.accounts.request_limits import RequestLimits
    from chalicelib.settings import InvalidSettings

    bind(TokenBucketItem, settings().table_prefix)
    try:
        rates = rates_with(settings().request_rates)
    except InvalidRates as error:
        raise InvalidSettings(f"REQUEST_RATES: {error}") from error
    return RequestLimits(DynamoTokenBuckets(), clock(), rates)


@cache
def password_reset() -> PasswordReset:
    """A forgotten password."""
    from chalicelib.services.accounts.password_reset import PasswordReset

    return PasswordReset(
        users=tables.accounts(),
        passwords=passwords(),
        links=one_time_links(),
        prove=prove_identity(),
        end=end_sessions(),
        clock=clock(),
    )


@cache
def end_sessions() -> EndSessions:
    """Ends sessions."""
    from chalicelib.services.accounts.ending import EndSessions

    return EndSessions(tables.sessions(), tables.sockets())


@cache
def my_account() -> MyAccount:
    """One's own account."""
    from chalicelib.services.accounts.my_account import MyAccount

    return MyAccount(
        users=tables.accounts(),
        sessions=tables.sessions(),
        passwords=passwords(),
        prove=prove_identity(),
        end=end_sessions(),
        links=one_time_links(),
        clock=clock(),
    )


@cache
def second_factor() -> SecondFactor:
    """One's own second factor."""
    from chalicelib.adapters.qr_codes import SegnoQrCodes
    from chalicelib.services.accounts.second_factor import SecondFactor

    return SecondFactor(
        users=tables.accounts(),
        secrets=derived_secrets(),
        codes=one_time_codes(),
        qr=SegnoQrCodes(),
        prove=prove_identity(),
        links=one_time_links(),
        clock=clock(),
        ids=ids(),
    )


@cache
def seeding() -> Seeding:
    """Makes sure that a user exists, for ``make run``."""
    from chalicelib.services.seeding import Seeding

    return Seeding(tables.accounts(), passwords(), derived_secrets(), clock(), ids())
