"""One's own account: name and language, password, second factor, and the browsers that are signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import msgspec
from aiohttp import web

from gateway.dispatcher.hub import Hub
from gateway.errors import Invalid, NotFound, NotPossible, SecondFactorNeeded
from gateway.faults import refusals
from gateway.http.access import COOKIE, Signin, digest_topic
from gateway.http.passwords import LONGEST, hash_password, judge_password, verify_password
from gateway.http.routes import Call, Route
from gateway.http.second_factor import SecondFactor, new_recovery_codes, recovery_digest
from gateway.http.signin import Me, SignIn, read_me
from gateway.http.texts import Locale, name_of
from gateway.ports import Signal
from gateway.store import accounts, audit, directory, sessions
from gateway.store.accounts import Account, Credentials
from gateway.store.audit import Actor
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.store.tokens import hash_token
from gateway.vault import SecretUnreadable

PATH = "/api/v1/me"
Password = Annotated[str, msgspec.Meta(max_length=LONGEST)]
Code = Annotated[str, msgspec.Meta(max_length=20)]
_Chosen = Callable[[sessions.Session], bool]


class ProfileBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    locale: Locale


class PasswordBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``current`` may be empty where there is none yet."""

    password: Password
    current: Password = ""


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is signed in. ``browser``: what it calls itself. ``current``: the one that asks."""

    id: str
    created_at: int
    seen_at: int
    expires_at: int
    browser: str
    address: str
    current: bool


class SessionViews(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[SessionView, ...]


class FactorProposal(msgspec.Struct, frozen=True, kw_only=True):
    """Not in force until a code of it comes back with ``pending``. ``qr``: an SVG image of ``uri``."""

    secret: str
    uri: str
    qr: str
    pending: str


class FactorBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pending: Annotated[str, msgspec.Meta(max_length=400)]
    code: Code
    password: Password = ""


class FactorEnd(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: Code


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Shown this once; each works once."""

    codes: tuple[str, ...]


class OwnAccount:
    """The routes of ``/api/v1/me/…``."""

    def __init__(self, store: Store, hub: Hub, factor: SecondFactor, *, sign_in: SignIn) -> None:
        self._store = store
        self._hub = hub
        self._factor = factor
        self._sign_in = sign_in

    def routes(self) -> list[Route]:
        mine, tags = Signin.ACCOUNT, ("account",)
        return [
            Route(method="PUT", path=PATH, handler=self.describe, summary="Change one's name and language", access=mine,
                  body=ProfileBody, answer=Me, tags=tags),
            Route(method="PUT", path=PATH + "/password", handler=self.set_password, status=204, access=mine,
                  summary="Change one's password; other browsers are signed out", body=PasswordBody, tags=tags),
            Route(method="GET", path=PATH + "/sessions", handler=self.sessions, access=mine, answer=SessionViews,
                  summary="The browsers that are signed in", tags=tags),
            Route(method="DELETE", path=PATH + "/sessions", handler=self.end_others, status=204, access=mine,
                  summary="Sign all other browsers out", tags=tags),
            Route(method="DELETE", path=PATH + "/sessions/{session}", handler=self.end, status=204, access=mine,
                  summary="Sign a browser out", tags=tags),
            Route(method="POST", path=PATH + "/second-factor/new", handler=self.propose, access=mine,
                  summary="A secret for an app that shows codes", answer=FactorProposal, tags=tags),
            Route(method="PUT", path=PATH + "/second-factor", handler=self.begin_factor, access=mine, body=FactorBody,
                  summary="Ask for a code at every sign-in", answer=RecoveryCodes, tags=tags),
            Route(method="POST", path=PATH + "/second-factor/end", handler=self.end_factor, status=204, access=mine,
                  summary="Ask for no code any more", body=FactorEnd, tags=tags),
        ]  # fmt: skip

    async def describe(self, call: Call) -> Me:
        account, body = _account(call), call.body
        name = name_of(body.name)

        def unit(tx: Tx, now: int) -> Me:
            accounts.describe(tx, account.id, name=name, locale=body.locale)
            return read_me(tx, account._replace(name=name, locale=body.locale))

        return await self._store.write("", unit)

    # --- the password ---

    async def set_password(self, call: Call) -> web.Response:
        account, body = _account(call), call.body
        await self._prove(call, body.current, field="current")
        judge_password(body.password, email=account.email)
        hashed = await asyncio.to_thread(hash_password, body.password)

        def unit(tx: Tx, now: int) -> None:
            accounts.set_password(tx, account.id, hashed)
            _tell_businesses(tx, account, "password_changed", now=now)

        await self._store.write("", unit)
        return await self.end_others(call)

    async def _prove(self, call: Call, password: str, *, field: str) -> Credentials:
        """Whoever has only a session must not take the account over. Raises ``Invalid``."""
        account = _account(call)
        await self._sign_in.slow_down(call, account.email)
        known = await self._store.read("", lambda tx, now: accounts.credentials(tx, account.id))
        assert known is not None
        if known.password_hash and not await asyncio.to_thread(verify_password, password, known.password_hash):
            raise Invalid("This isn't your password. Try again.", field=field)
        return known

    # --- browsers ---

    async def sessions(self, call: Call) -> SessionViews:
        account, current = _account(call), _digest(call)
        found = await self._store.read("", lambda tx, now: sessions.of_account(tx, account.id, now=now))
        views = (
            SessionView(
                id=one.name, created_at=one.created_at, seen_at=one.seen_at, expires_at=one.expires_at,
                browser=one.browser, address=one.address, current=one.digest == current,
            )
            for one in found
        )  # fmt: skip
        return SessionViews(items=tuple(views))

    async def end(self, call: Call) -> web.Response:
        name = call.param("session")
        if not await self._end(call, lambda one: one.name == name):
            raise NotFound("This browser is signed out already.")
        return web.Response(status=204)

    async def end_others(self, call: Call) -> web.Response:
        current = _digest(call)
        await self._end(call, lambda one: one.digest != current)
        return web.Response(status=204)

    async def _end(self, call: Call, chosen: _Chosen) -> int:
        account = _account(call)

        def unit(tx: Tx, now: int) -> list[str]:
            digests = [one.digest for one in sessions.of_account(tx, account.id, now=now) if chosen(one)]
            for digest in digests:
                sessions.end_by_digest(tx, digest)
            return digests

        ended = await self._store.write("", unit)
        for digest in ended:
            topic = digest_topic(digest)
            self._hub.signal(Signal(business="", conversation=topic, kind="presence", who="session", body={}))
        return len(ended)

    # --- the second factor ---

    async def propose(self, call: Call) -> FactorProposal:
        account = _account(call)
        made = self._factor.propose(account.id, account.email)
        return FactorProposal(secret=made.secret, uri=made.uri, qr=made.qr, pending=made.sealed)

    async def begin_factor(self, call: Call) -> RecoveryCodes:
        account, body = _account(call), call.body
        await self._prove(call, body.password, field="password")
        codes = new_recovery_codes()

        def unit(tx: Tx, now: int) -> None:
            known = accounts.credentials(tx, account.id)
            if known is not None and known.totp_secret:
                raise NotPossible(refusals.FACTOR())
            try:
                step = self._factor.step_of(account.id, body.pending, body.code, now=now)
            except SecretUnreadable as error:
                raise Invalid("Begin again: this proposal isn't one of ours.", field="pending") from error
            if step is None:
                raise Invalid("This isn't the code that the app shows now. Check the phone's clock.", field="code")
            accounts.set_second_factor(
                tx, account.id, secret=body.pending, step=step,
                recovery_codes=tuple(recovery_digest(code) for code in codes),
            )  # fmt: skip
            _tell_businesses(tx, account, "second_factor_on", now=now)

        await self._store.write("", unit)
        return RecoveryCodes(codes=codes)

    async def end_factor(self, call: Call) -> web.Response:
        account, body = _account(call), call.body
        await self._sign_in.slow_down(call, account.email)

        def unit(tx: Tx, now: int) -> None:
            known = accounts.credentials(tx, account.id)
            if known is None or not known.totp_secret:
                return
            if not self._factor.passes(tx, account.id, known, body.code, now=now):
                raise SecondFactorNeeded("This code isn't right, or was used already.", field="code")
            accounts.set_second_factor(tx, account.id, secret="", step=0, recovery_codes=())
            _tell_businesses(tx, account, "second_factor_off", now=now)

        await self._store.write("", unit)
        return web.Response(status=204)


def _account(call: Call) -> Account:
    account = call.who.account
    assert account is not None
    return account


def _digest(call: Call) -> str:
    return hash_token(call.request.cookies.get(COOKIE, ""))


def _tell_businesses(tx: Tx, account: Account, action: str, *, now: int) -> None:
    """Whoever sets up a business may see how safe its people's accounts are."""
    for member in directory.memberships(tx, account.id):
        scoped = tx.for_business(member.business)
        audit.note(
            scoped, Actor(account.id, member.name), action, kind="account", subject=account.id, name=member.name,
            now=now,
        )  # fmt: skip
