"""Who is asking, and may they: sessions of people, tokens of programs, origins of pages. Deny by default."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from aiohttp import web

from gateway.errors import Forbidden, NotFound, OriginRefused, SignedOut
from gateway.http.peers import Peers
from gateway.model.events import Person
from gateway.ports import Signal
from gateway.store import accounts, directory, sessions, tokens
from gateway.store.sql import Tx
from gateway.store.store import Store

COOKIE = "switchboard_session"


def session_topic(token: str) -> str:
    """Where it is told that a session has ended; the token itself stays secret."""
    return digest_topic(tokens.hash_token(token))


def digest_topic(digest: str) -> str:
    """As ``session_topic``, by the token's digest."""
    return f"session:{digest}"


def member_topic(account: str) -> str:
    """Where it is told that somebody came to a business, left one, or has another role there."""
    return f"member:{account}"


def mention_topic(business: str, account: str) -> str:
    """Where somebody's consoles are told of notes that name them."""
    return f"mention:{business}:{account}"


def set_up_topic(business: str) -> str:
    """Where the consoles of a business are told what of its set-up has changed."""
    return f"set-up:{business}"


def set_up_changed(business: str, what: str) -> Signal:
    """Tells the consoles of a business which part of its set-up has changed (``labels``; ``import``: perhaps any)."""
    return Signal(business=business, conversation=set_up_topic(business), kind="set_up", who="", body={"what": what})


class Signin(Enum):
    """What a route asks of the caller where no business is concerned."""

    NOBODY = "nobody"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts: a signed-in person or a program. ``business`` and ``role`` are empty outside a business's routes."""

    account: accounts.Account | None
    name: str
    id: str
    business: str = ""
    role: str = ""

    @property
    def person(self) -> Person:
        return Person(id=self.id, name=self.name)


class Access:
    """Judges requests by the cookie or the bearer token that they carry."""

    def __init__(self, store: Store, peers: Peers) -> None:
        self._store = store
        self._peers = peers

    async def admit(self, request: web.Request, needs: Signin | frozenset[str], *, writes: bool) -> Principal | None:
        """The principal, or ``None`` on a public route. Raises ``SignedOut``, ``Forbidden``, ``NotFound``."""
        bearer = _bearer(request)
        if writes and bearer is None:
            self.check_origin(request)
        if needs is Signin.NOBODY:
            return None
        if bearer is not None:
            return await self._program(request, bearer, needs)
        account = await self.account(request)
        if isinstance(needs, Signin):
            return Principal(account, account.name, account.id)
        return await self.member(account, request.match_info["business"], needs)

    async def account(self, request: web.Request) -> accounts.Account:
        """The signed-in account of a request's cookie. Raises ``SignedOut``."""
        return await self.account_of(request.cookies.get(COOKIE, ""))

    async def account_of(self, token: str) -> accounts.Account:
        """As ``account``, of the cookie itself."""
        if token:
            found = await self._store.read("", lambda tx, now: sessions.session_account(tx, token, now=now))
            if found is not None:
                return found
        raise SignedOut("Sign in first.")

    async def member(self, account: accounts.Account, business: str, roles: frozenset[str]) -> Principal:
        """The account as an operator of a business. A foreign business looks as if it did not exist."""
        found = await self._store.read(business, lambda tx, now: directory.membership(tx, account.id))
        if found is None:
            raise NotFound("There is no such business, or you don't work for it.")
        if found.role not in roles:
            raise Forbidden(f"That is for {_names(roles)}. Ask an administrator.")
        return Principal(account, found.name, account.id, business, found.role)

    async def _program(self, request: web.Request, token: str, needs: Signin | frozenset[str]) -> Principal:
        def unit(tx: Tx, now: int) -> directory.Caller | None:
            return directory.caller(tx, token)

        caller = await self._store.read("", unit)
        if caller is None:
            raise SignedOut("This token isn't known, or was revoked. Make a new one.")
        if isinstance(needs, Signin):
            raise Forbidden("This is for signed-in people; a token belongs to one business.")
        if request.match_info["business"] != caller.business:
            raise NotFound("There is no such business for this token.")
        if caller.role not in needs:
            raise Forbidden(f"That is for {_names(needs)}; this token is {caller.role}.")
        return Principal(None, caller.name, f"token:{caller.token}", caller.business, caller.role)

    def check_origin(self, request: web.Request) -> None:
        """A write or an upgrade with a cookie must come from our own pages."""
        origin = request.headers.get("Origin", "").lower()
        if origin != self._peers.own_origin(request):
            raise OriginRefused(
                "This came from another site's page. Open the console itself, or use a token"
                " (Authorization: Bearer …); behind a proxy set public_url."
            )


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _names(roles: frozenset[str]) -> str:
    return " and ".join(f"{role}s" for role in sorted(roles))
