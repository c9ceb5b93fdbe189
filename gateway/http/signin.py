"""Signing in and out, and who one is."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from aiohttp import web

from gateway.cluster.counters import Counters
from gateway.dispatcher.hub import Hub
from gateway.errors import Invalid, SecondFactorNeeded, SignedOut
from gateway.http.access import COOKIE, Access, Signin, session_topic
from gateway.http.limits import Limit, Limiter
from gateway.http.passwords import LONGEST, verify_password
from gateway.http.peers import Peers
from gateway.http.routes import Call, Route, json_response
from gateway.http.second_factor import SecondFactor
from gateway.ports import Signal
from gateway.settings import Settings
from gateway.store import accounts, directory, sessions, tokens
from gateway.store.accounts import Account
from gateway.store.sql import Tx
from gateway.store.store import Store

MICROSECONDS = 1_000_000


class SignInBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either ``link``, a one-time token, or ``email`` and ``password``; with a second factor its ``code``, too."""

    link: Annotated[str, msgspec.Meta(max_length=100)] = ""
    email: Annotated[str, msgspec.Meta(max_length=320, pattern=r"^[^\x00-\x1f]*$")] = ""
    password: Annotated[str, msgspec.Meta(max_length=LONGEST)] = ""
    code: Annotated[str, msgspec.Meta(max_length=20)] = ""


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """``picture``: ``/pictures/…`` shows it; "" where there is none. ``has_password``: one can sign in by it; ``second_factor``: a code is asked for, too."""

    id: str
    name: str
    email: str
    locale: str
    picture: str
    has_password: bool
    second_factor: bool


class BusinessView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    role: str
    locales: tuple[str, ...]
    color: str


class Me(msgspec.Struct, frozen=True, kw_only=True):
    account: AccountView
    businesses: tuple[BusinessView, ...]


class SignIn:
    """The routes of ``/api/v1/session`` and ``/api/v1/me``."""

    def __init__(
        self, store: Store, hub: Hub, access: Access, *, factor: SecondFactor, peers: Peers, settings: Settings,
        counters: Counters,
    ) -> None:  # fmt: skip
        self._store = store
        self._hub = hub
        self._access = access
        self._factor = factor
        self._peers = peers
        self._lifetime = int(settings.session_hours * 3600)
        often = settings.sign_ins_per_minute
        self._limiter = Limiter(Limit(name="sign_in", rate=often / 60, burst=max(1.0, often)), counters)

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
        await self.slow_down(call, body.email)
        if body.link:
            account = await self._by_link(body.link, body.code)
        elif body.email and body.password:
            account = await self._by_password(body.email, body.password, code=body.code)
        else:
            raise Invalid("Give an e-mail address and a password, or a sign-in link.", field="email")
        return await self.begin(call, account)

    async def slow_down(self, call: Call, email: str) -> None:
        """Raises ``TooMany`` where an address, or somebody at one account, tries too often."""
        too_often = "Too many attempts from here. Wait a minute, then try again."
        await self._limiter.check(self._peers.address(call.request), too_often)
        if email:
            await self._limiter.check(email.strip().lower(), too_often)

    async def begin(self, call: Call, account: Account) -> web.Response:
        """A session of this browser, and who it is."""
        token = tokens.new_token()
        browser = call.request.headers.get("User-Agent", "")
        address = self._peers.address(call.request)

        def unit(tx: Tx, now: int) -> None:
            sessions.open_session(
                tx, account.id, token=token, now=now, lifetime=self._lifetime * MICROSECONDS, browser=browser,
                address=address,
            )  # fmt: skip

        await self._store.write("", unit)
        response = json_response(await self._me(account))
        secure = self._peers.own_origin(call.request).startswith("https:")
        response.set_cookie(
            COOKIE, token, max_age=self._lifetime, httponly=True, samesite="Lax", secure=secure, path="/"
        )
        return response

    async def _by_link(self, link: str, code: str) -> Account:
        def unit(tx: Tx, now: int) -> Account | None:
            found = sessions.link_account(tx, link, now=now)
            if found is None:
                return None
            self._check_factor(tx, found, code, now=now)
            sessions.use_sign_in_link(tx, link, now=now)
            return accounts.read_account(tx, found)

        account = await self._store.write("", unit)
        if account is None:
            raise SignedOut("This sign-in link was used already or has run out. Ask for a new one.")
        return account

    async def _by_password(self, email: str, password: str, *, code: str) -> Account:
        found = await self._store.read("", lambda tx, now: accounts.account_by_email(tx, email))
        account, known = found if found else (None, None)
        right = await asyncio.to_thread(verify_password, password, known.password_hash if known else "")
        if not right or account is None or known is None:
            raise SignedOut("E-mail address and password don't match.")
        if known.totp_secret:
            name = account.id
            await self._store.write("", lambda tx, now: self._check_factor(tx, name, code, now=now))
        return account

    def _check_factor(self, tx: Tx, account: str, code: str, *, now: int) -> None:
        """Raises ``SecondFactorNeeded``, whether no code was given or a wrong one."""
        known = accounts.credentials(tx, account)
        if known is None or not known.totp_secret:
            return
        if not code:
            raise SecondFactorNeeded("Enter the code that your app shows, or a recovery code.", field="code")
        if not self._factor.passes(tx, account, known, code, now=now):
            raise SecondFactorNeeded(
                "This code isn't right, or was used already. Wait for the next one in your app.", field="code"
            )

    async def sign_out(self, call: Call) -> web.Response:
        token = call.request.cookies.get(COOKIE, "")
        if token:
            await self._store.write("", lambda tx, now: sessions.end_session(tx, token))
            ended = session_topic(token)
            self._hub.signal(Signal(business="", conversation=ended, kind="presence", who="session", body={}))
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/")
        return response

    async def me(self, call: Call) -> Me:
        account = call.who.account
        assert account is not None
        token = call.request.cookies.get(COOKIE, "")
        await self._store.write("", lambda tx, now: sessions.seen(tx, token, now=now))
        return await self._me(account)

    async def _me(self, account: Account) -> Me:
        return await self._store.read("", lambda tx, now: read_me(tx, account))


def read_me(tx: Tx, account: Account) -> Me:
    """The account and its businesses."""
    views = []
    for member in directory.memberships(tx, account.id):
        business = directory.read_business(tx, member.business)
        if business is not None:
            name = business.named(account.locale)
            views.append(
                BusinessView(
                    id=business.id,
                    name=name,
                    role=member.role,
                    locales=business.locales,
                    color=business.color,
                )
            )
    known = accounts.credentials(tx, account.id)
    return Me(
        account=AccountView(
            id=account.id,
            name=account.name,
            email=account.email,
            locale=account.locale,
            picture=account.picture,
            has_password=bool(known and known.password_hash),
            second_factor=bool(known and known.totp_secret),
        ),
        businesses=tuple(views),
    )
