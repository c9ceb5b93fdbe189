"""Signed users: whom the page's backend vouches for, with a short-lived JWT (RFC 7519) under the inbox's secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec

from gateway.errors import UserExpired, UserRefused
from gateway.model.reach import UNWANTED
from gateway.ports import Profile
from gateway.store import inbox_secrets
from gateway.store.directory import Inbox
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.vault import SecretUnreadable, Vault

if TYPE_CHECKING:
    from jwt.types import Options

ALGORITHM = "HS256"
_UNJUDGED: Options = {
    "verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False, "verify_iss": False,
    "verify_sub": False, "verify_jti": False,
}  # fmt: skip
MAX_TOKEN = 4096
"""Characters."""
LONGEST = 24 * 3600
SKEW = 60
"""Seconds by which the backend's clock may be ahead of ours."""


class Claims(msgspec.Struct, frozen=True):
    """What a token must say, and what it may. ``aud``: the inbox's id; ``exp``: seconds since 1970."""

    sub: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    aud: str
    exp: float
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    email: Annotated[str, msgspec.Meta(max_length=320)] = ""


class User(NamedTuple):
    """A user of the business. ``seconds``: how long the token still vouches for them."""

    address: str
    profile: Profile
    seconds: float


class Users:
    """Judges the tokens of all inboxes."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    async def check(self, token: str, inbox: Inbox) -> User:
        """The user that ``token`` names. Raises ``UserExpired``, ``UserRefused``."""

        def unit(tx: Tx, now: int) -> tuple[str, int]:
            return inbox_secrets.sealed(tx, inbox.id), now

        sealed, now = await self._store.read(inbox.business, unit)
        if not sealed:
            raise UserRefused("This inbox has no secret yet: `switchboard inbox secret`.")
        try:
            secret = inbox_secrets.unseal(self._vault, inbox.id, sealed)
        except SecretUnreadable as error:
            raise UserRefused("The inbox's secret can't be read. Make a new one.") from error
        return check_user(token, secret=secret, inbox=inbox.id, now=now)


def check_user(token: str, *, secret: str, inbox: str, now: int) -> User:
    """The user of a token, at the instant ``now`` (µs). Raises ``UserExpired``, ``UserRefused``; neither repeats
    anything of the token."""
    claims = _claims(token, secret)
    if claims.aud != inbox:
        raise UserRefused("The token is for another inbox: `aud` must be this inbox's id.")
    seconds = claims.exp - now / 1e6
    if not seconds <= LONGEST + SKEW:  # also what is no number
        raise UserRefused("The token lasts too long: `exp` may be 24 hours ahead.")
    if seconds <= 0:
        raise UserExpired("The page's sign-in has run out. Give the widget a new token.")
    if not claims.sub.strip() or UNWANTED.search(claims.sub) or not _is_text(claims.sub):
        raise UserRefused("`sub` holds characters that no name of a user has.")
    profile = Profile(name=_cleaned(claims.name), email=_cleaned(claims.email))
    return User(f"u:{claims.sub}", profile, seconds)


def _claims(token: str, secret: str) -> Claims:
    import jwt  # only where a signed user appears: it costs memory

    if len(token) > MAX_TOKEN:
        raise UserRefused(f"The token is longer than {MAX_TOKEN} characters.")
    try:
        # What it says of time and audience is judged here, by the database's clock.
        body = jwt.decode(token, secret, algorithms=[ALGORITHM], options=_UNJUDGED)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise UserRefused("The token isn't signed with this inbox's secret (HS256).") from error
    try:
        return msgspec.convert(body, Claims)
    except msgspec.ValidationError as error:
        raise UserRefused("The token lacks a claim: `sub`, `aud`, `exp`; or one isn't right.") from error


def _is_text(text: str) -> bool:
    """No half of a pair, which no database takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cleaned(text: str) -> str:
    return UNWANTED.sub("", text).encode("utf-8", "replace").decode().strip()
