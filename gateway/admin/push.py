"""Being told while the console is closed: this browser's own subscription to Web Push."""

from __future__ import annotations

import msgspec
from aiohttp import web

from gateway.cluster.counters import Counters
from gateway.dispatcher.setup import SetUps
from gateway.errors import ContactUnreachable, DeliveryError, NotFound, NotPossible, SignedOut
from gateway.faults import push
from gateway.http.access import COOKIE, Signin
from gateway.http.limits import Limit, Limiter
from gateway.http.routes import Call, Route
from gateway.http.texts import Locale
from gateway.store import directory, push_subscriptions, sessions
from gateway.store.push_subscriptions import Subscription
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.store.tokens import hash_token
from gateway.vault import Vault
from gateway.webhooks.guard import Guard
from gateway.webpush import Pushes
from gateway.webpush.address import Address, check_address, seal
from gateway.webpush.vapid import Vapid

PATH = "/api/v1/me/push"
MOST = 10
"""Browsers of an account that are told."""
TESTS_PER_MINUTE = 6


class PushView(msgspec.Struct, frozen=True, kw_only=True):
    """``key``: the installation's, which a browser subscribes with. ``on``: this browser is told."""

    key: str
    on: bool


class PushBody(Address, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``locale``: what it is told in, ``repeat``: whether it is told again of what nobody has answered. Without them
    stays what was, or else it is the account's language, and yes."""

    locale: Locale | None = None
    repeat: bool | None = None


class PushRoutes:
    """The routes of ``/api/v1/me/push``."""

    def __init__(
        self, store: Store, vault: Vault, guard: Guard, *, vapid: Vapid, pushes: Pushes, set_ups: SetUps,
        counters: Counters,
    ) -> None:  # fmt: skip
        self._store = store
        self._vault = vault
        self._guard = guard
        self._vapid = vapid
        self._pushes = pushes
        self._set_ups = set_ups
        self._limiter = Limiter(Limit(name="push_tests", rate=TESTS_PER_MINUTE / 60, burst=TESTS_PER_MINUTE), counters)

    def routes(self) -> list[Route]:
        mine, tags = Signin.ACCOUNT, ("account",)
        return [
            Route(method="GET", path=PATH, handler=self.read, access=mine, answer=PushView, tags=tags,
                  summary="Whether this browser is told while the console is closed"),
            Route(method="PUT", path=PATH, handler=self.subscribe, access=mine, body=PushBody, status=204, tags=tags,
                  summary="Tell this browser while the console is closed"),
            Route(method="DELETE", path=PATH, handler=self.unsubscribe, access=mine, status=204, tags=tags,
                  summary="Tell this browser nothing any more"),
            Route(method="POST", path=PATH + "/test", handler=self.test, access=mine, status=204, tags=tags,
                  summary="Send this browser a notification, as a test"),
        ]  # fmt: skip

    async def read(self, call: Call) -> PushView:
        identity = await self._vapid.identity()
        return PushView(key=identity.public, on=await self._find(call) is not None)

    async def subscribe(self, call: Call) -> web.Response:
        account, body = call.who.account, call.body
        token = call.request.cookies.get(COOKIE, "")
        session = hash_token(token)
        assert account is not None
        address = Address(endpoint=body.endpoint, keys=body.keys)
        check_address(address, self._guard)
        sealed = seal(self._vault, session, address)

        def unit(tx: Tx, now: int) -> list[str]:
            if sessions.session_account(tx, token, now=now) is None:
                raise SignedOut("Sign in first.")
            if push_subscriptions.others(tx, account.id, session=session, now=now) >= MOST:
                raise NotPossible(push.BROWSERS(limit=MOST), limit=MOST)
            before = push_subscriptions.find(tx, session, now=now)
            usual = before or Subscription(session, account.id, account.locale, sealed)
            repeats = usual.repeats if body.repeat is None else body.repeat
            subscription = Subscription(session, account.id, body.locale or usual.locale, sealed, repeats)
            push_subscriptions.put(tx, subscription, endpoint=address.digest, now=now)
            return [one.business for one in directory.memberships(tx, account.id)]

        for business in await self._store.write("", unit, key=account.id):
            self._set_ups.forget(business)
        return web.Response(status=204)

    async def unsubscribe(self, call: Call) -> web.Response:
        session = _session(call)
        await self._store.write("", lambda tx, now: push_subscriptions.remove(tx, session))
        return web.Response(status=204)

    async def test(self, call: Call) -> web.Response:
        """Sent while it is waited for, so that whoever asks is told what came of it."""
        subscription = await self._find(call)
        if subscription is None:
            raise NotFound(push.OFF())
        await self._limiter.check(call.who.id, "That was often enough. Wait a minute, then try again.")
        try:
            await self._pushes.send_test(subscription)
        except ContactUnreachable as error:
            raise NotPossible(push.GONE()) from error
        except DeliveryError as error:
            raise NotPossible(error.fault or push.REFUSED(said=str(error))) from error
        return web.Response(status=204)

    async def _find(self, call: Call) -> Subscription | None:
        session = _session(call)
        return await self._store.read("", lambda tx, now: push_subscriptions.find(tx, session, now=now))


def _session(call: Call) -> str:
    return hash_token(call.request.cookies.get(COOKIE, ""))
