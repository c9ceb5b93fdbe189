"""Signing in and out, and who one is."""

from __future__ import annotations

import asyncio
import time
from functools import cache
from typing import Annotated

import msgspec
from aiohttp import web

from gateway.dispatcher.hub import Hub
from gateway.errors import Invalid, SignedOut
from gateway.http.access import COOKIE, Access, Signin, session_topic
from gateway.http.limits import Limiter
from gateway.http.peers import Peers
from gateway.http.routes import Call, Route, json_response
from gateway.ports import Signal
from gateway.settings import Settings
from gateway.store import accounts, directory, tokens
from gateway.store.sql import Tx
from gateway.store.store import Store

MICROSECONDS = 1_000_000


class SignInBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either ``link``, a one-time token, or ``email`` and ``password``."""

    link: Annotated[str, msgspec.Meta(max_length=100)] = ""
    email: Annotated[str, msgspec.Meta(max_length=320, pattern=r"^[^\x00-\x1f]*$")] = ""
    password: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    email: str
    locale: str


class BusinessView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    role: str
    locales: tuple[str, ...]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    account: AccountView
    businesses: tuple[BusinessView, ...]


class SignIn:
    """The routes of ``/api/v1/session`` and ``/api/v1/me``."""

    def __init__(self, store: Store, hub: Hub, access: Access, *, peers: Peers, settings: Settings) -> None:
        self._store = store
        self._hub = hub
        self._access = access
        self._peers = peers
        self._lifetime = int(settings.session_hours * 3600)
        rate = settings.sign_ins_per_minute / 60
        self._limiter = Limiter(rate, max(1.0, settings.sign_ins_per_minute), clock=time.monotonic)

    def routes(self) -> list[Route]:
        return [
            Route(method="POST", path="/api/v1/session", handler=self.sign_in, access=Signin.NOBODY, body=SignInBody,
                  summary="Sign in, by a one-time link or by password", answer=Me, tags=("session",)),
            Route(method="DELETE", path="/api/v1/session", handler=self.sign_out, access=Signin.NOBODY,
                  summary="Sign out", status=204, tags=("session",)),
            Route(method="GET", path="/api/v1/me", handler=self.me, access=Signin.ACCOUNT, answer=Me,
                  summary="Who you are, and the businesses you work for", tags=("session",)),
        ]  # fmt: skip

    async def sign_in(self, call: Call) -> web.Response:
        body: SignInBody = call.body
        too_often = "Too many attempts from here. Wait a minute, then try again."
        self._limiter.check(self._peers.address(call.request), too_often)
        if body.link:
            account = await self._by_link(body.link)
        elif body.email and body.password:
            self._limiter.check(body.email.strip().lower(), too_often)
            account = await self._by_password(body.email, body.password)
        else:
            raise Invalid("Give an e-mail address and a password, or a sign-in link.", field="email")
        token = tokens.new_token()

        def unit(tx: Tx, now: int) -> None:
            accounts.open_session(tx, account.id, token=token, now=now, lifetime=self._lifetime * MICROSECONDS)

        await self._store.write("", unit)
        response = json_response(await self._me(account))
        secure = self._peers.own_origin(call.request).startswith("https:")
        response.set_cookie(
            COOKIE, token, max_age=self._lifetime, httponly=True, samesite="Lax", secure=secure, path="/"
        )
        return response

    async def _by_link(self, link: str) -> accounts.Account:
        def unit(tx: Tx, now: int) -> accounts.Account | None:
            account = accounts.use_sign_in_link(tx, link, now=now)
            return accounts.read_account(tx, account) if account else None

        account = await self._store.write("", unit)
        if account is None:
            raise SignedOut("This sign-in link was used already or has run out. Ask for a new one.")
        return account

    async def _by_password(self, email: str, password: str) -> accounts.Account:
        found = await self._store.read("", lambda tx, now: accounts.account_by_email(tx, email))
        account, stored = found if found else (None, "")
        if not await asyncio.to_thread(verify_password, password, stored) or account is None:
            raise SignedOut("E-mail address and password don't match.")
        return account

    async def sign_out(self, call: Call) -> web.Response:
        token = call.request.cookies.get(COOKIE, "")
        if token:
            await self._store.write("", lambda tx, now: accounts.end_session(tx, token))
            ended = session_topic(token)
            self._hub.signal(Signal(business="", conversation=ended, kind="presence", who="session", body={}))
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/")
        return response

    async def me(self, call: Call) -> Me:
        account = call.who.account
        assert account is not None
        return await self._me(account)

    async def _me(self, account: accounts.Account) -> Me:
        return await self._store.read("", lambda tx, now: read_me(tx, account))


def read_me(tx: Tx, account: accounts.Account) -> Me:
    """The account and its businesses."""
    views = []
    for member in directory.memberships(tx, account.id):
        business = directory.read_business(tx, member.business)
        if business is not None:
            name = business.named(account.locale)
            views.append(BusinessView(id=business.id, name=name, role=member.role, locales=business.locales))
    return Me(
        account=AccountView(id=account.id, name=account.name, email=account.email, locale=account.locale),
        businesses=tuple(views),
    )


def hash_password(password: str) -> str:
    """Argon2id with the library's own parameters."""
    from argon2 import PasswordHasher  # only where someone signs in by password

    return PasswordHasher().hash(password)


@cache
def _nobody() -> str:
    """A hash that no password has: verified in place of an unknown account's."""
    return hash_password(tokens.new_token())


def verify_password(password: str, stored: str) -> bool:
    """Takes as long for an unknown account as for a known one."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHash

    try:
        return PasswordHasher().verify(stored or _nobody(), password) and bool(stored)
    except (Argon2Error, InvalidHash):
        return False
