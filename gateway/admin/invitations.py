"""Invitations: a link that makes somebody a member of a business, once, for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Literal, NamedTuple

import msgspec
import structlog
from aiohttp import web

from gateway.errors import DeliveryError, InvitationOver, NotFound, NotPossible
from gateway.faults import refusals
from gateway.http.access import Signin
from gateway.http.changing import actor, tell_changed, write
from gateway.http.passwords import LONGEST, hash_password, judge_password
from gateway.http.routes import ADMINISTRATORS, Call, Route
from gateway.http.signin import SignIn
from gateway.http.texts import Email, name_of
from gateway.ports import Notifier, Phrases
from gateway.store import accounts, audit, directory, members, tokens
from gateway.store.accounts import Account
from gateway.store.audit import Actor
from gateway.store.directory import Role
from gateway.store.members import Invitation
from gateway.store.sql import Tx
from gateway.store.store import Store

log = structlog.get_logger(__name__)

PATH = "/api/v1/businesses/{business}/invitations"
DAY = 24 * 3600 * 1_000_000

Token = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
ForWhom = Annotated[
    str, msgspec.Meta(max_length=254, pattern=r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+)?$")
]
"""An ``Email`` or ""; a union of the two would be judged by the pattern of both."""


class InvitationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``email``: for whom it is, "" for whoever has the link. ``days``: how long it can be used."""

    role: Role = "operator"
    email: ForWhom = ""
    days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 7


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    email: str
    role: Role
    invited_by: str
    created_at: int
    expires_at: int
    state: Literal["open", "used", "expired", "revoked"]
    used_by: str


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """``link``: the path of the console's page, shown this once. ``mailed``: it was also sent to the address."""

    invitation: InvitationView
    link: str
    mailed: bool


class InvitationViews(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[InvitationView, ...]


class TokenBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: Token


class InvitationFace(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever has the link may know."""

    business: str
    role: Role
    email: str
    invited_by: str
    locale: str


class AcceptBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of somebody without an account. Who has one signs in first, and joins."""

    token: Token
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    email: Email
    password: Annotated[str, msgspec.Meta(max_length=LONGEST)]
    locale: Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")] = "en"


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    business: str


class _Place(NamedTuple):
    business: str
    invitation: str


class Invitations:
    """The routes of invitations. ``url``: where this installation is reached."""

    def __init__(
        self, store: Store, sign_in: SignIn, *, notifier: Notifier, phrases: Phrases, url: Callable[[], str]
    ) -> None:  # fmt: skip
        self._store = store
        self._sign_in = sign_in
        self._notifier = notifier
        self._phrases = phrases
        self._url = url

    def routes(self) -> list[Route]:
        tags = ("people",)
        return [
            Route(method="GET", path=PATH, handler=self.read, summary="Invitations", access=ADMINISTRATORS,
                  answer=InvitationViews, tags=tags),
            Route(method="POST", path=PATH, handler=self.invite, summary="Invite somebody by a link", status=201,
                  access=ADMINISTRATORS, body=InvitationBody, answer=Made, tags=tags),
            Route(method="DELETE", path=PATH + "/{invitation}", handler=self.revoke, status=204,
                  summary="End an invitation that wasn't used", access=ADMINISTRATORS, tags=tags),
            Route(method="POST", path="/api/v1/invitations/look", handler=self.look, access=Signin.NOBODY,
                  summary="What an invitation is for", body=TokenBody, answer=InvitationFace, tags=tags),
            Route(method="POST", path="/api/v1/invitations/accept", handler=self.accept, access=Signin.NOBODY,
                  summary="Come in by an invitation, with a new account", body=AcceptBody, tags=tags),
            Route(method="POST", path="/api/v1/invitations/join", handler=self.join, access=Signin.ACCOUNT,
                  summary="Use an invitation with the account one has", body=TokenBody, answer=Joined, tags=tags),
        ]  # fmt: skip

    async def read(self, call: Call) -> InvitationViews:
        def unit(tx: Tx, now: int) -> tuple[InvitationView, ...]:
            return tuple(_view(one, now) for one in members.invitations_of(tx))

        return InvitationViews(items=await self._store.read(call.business, unit))

    async def invite(self, call: Call) -> Made:
        body: InvitationBody = call.body
        token, by = tokens.new_token(), actor(call.who)

        def unit(tx: Tx, now: int) -> InvitationView:
            directory.lock_business(tx)
            made = members.invite(
                tx, token=token, email=body.email, role=body.role, by=by.name, now=now, lifetime=body.days * DAY
            )
            audit.note(
                tx, by, "added", kind="invitation", subject=made.id, name=made.email, now=now,
                changes={"role": (None, made.role)},
            )  # fmt: skip
            return _view(made, now)

        made, link = await write(self._store, call, unit), f"/console/#invitation={token}"
        mailed = bool(body.email) and await self._mail(call, body, link)
        return Made(invitation=made, link=link, mailed=mailed)

    async def _mail(self, call: Call, body: InvitationBody, link: str) -> bool:
        """Whether the letter left; where it didn't, whoever invites hands the link on themselves."""
        if not self._notifier.ready:
            return False
        business = await self._store.read(call.business, lambda tx, now: directory.read_business(tx, call.business))
        assert business is not None
        locale, name = business.locales[0], business.name
        text = self._phrases.say(
            "invitation.text", locale, business=name, name=call.who.name, link=self._url() + link, days=body.days
        )
        subject = self._phrases.say("invitation.subject", locale, business=name)
        try:
            await self._notifier.send(body.email, subject=subject, text=text, name=name)
        except DeliveryError as error:
            log.warning("invitation_not_mailed", business=call.business, error=str(error))
            return False
        return True

    async def revoke(self, call: Call) -> web.Response:
        name, by = call.param("invitation"), actor(call.who)

        def unit(tx: Tx, now: int) -> None:
            found = members.lock_invitation(tx, name)
            if found is None:
                raise NotFound("There is no such invitation in this business.")
            if members.revoke(tx, name, now=now):
                audit.note(tx, by, "removed", kind="invitation", subject=name, name=found.email, now=now)

        await write(self._store, call, unit)
        return web.Response(status=204)

    async def look(self, call: Call) -> InvitationFace:
        await self._sign_in.slow_down(call, "")
        place = await self._place(call.body.token)

        def unit(tx: Tx, now: int) -> InvitationFace:
            business = directory.read_business(tx, place.business)
            assert business is not None
            opened = _open(members.invitation(tx, place.invitation), now)
            return InvitationFace(
                business=business.name, role=opened.role, email=opened.email, invited_by=opened.invited_by,
                locale=business.locales[0],
            )  # fmt: skip

        return await self._store.read(place.business, unit)

    async def accept(self, call: Call) -> web.Response:
        body: AcceptBody = call.body
        await self._sign_in.slow_down(call, body.email)
        judge_password(body.password, email=body.email)
        place = await self._place(body.token)
        hashed = await asyncio.to_thread(hash_password, body.password)

        def unit(tx: Tx, now: int) -> Account:
            opened = _open(members.lock_invitation(tx, place.invitation), now)
            if opened.email and opened.email != body.email.lower():
                raise NotPossible(refusals.OTHER_ADDRESS(email=opened.email))
            account = accounts.add_account(
                tx, email=body.email, name=name_of(body.name), locale=body.locale, password_hash=hashed, now=now
            )
            _come_in(tx, opened, account, now=now)
            return account

        account = await self._store.write(place.business, unit)
        tell_changed(call, place.business, "members")
        return await self._sign_in.begin(call, account)

    async def join(self, call: Call) -> Joined:
        account = call.who.account
        assert account is not None
        place = await self._place(call.body.token)

        def unit(tx: Tx, now: int) -> None:
            opened = _open(members.lock_invitation(tx, place.invitation), now)
            if opened.email and opened.email != account.email:
                raise NotPossible(refusals.OTHER_ACCOUNT(email=opened.email, mine=account.email))
            if members.find(tx, account.id) is not None:
                raise NotPossible(refusals.MEMBER())
            _come_in(tx, opened, account, now=now)

        await self._store.write(place.business, unit)
        tell_changed(call, place.business, "members")
        return Joined(business=place.business)

    async def _place(self, token: str) -> _Place:
        found = await self._store.read("", lambda tx, now: members.place_of(tx, token))
        if found is None:
            raise InvitationOver("This link isn't an invitation of ours. Check that you have all of it.")
        return _Place(*found)


def _open(found: Invitation | None, now: int) -> Invitation:
    """Raises ``InvitationOver``, saying why."""
    if found is None:
        raise InvitationOver("This invitation was withdrawn. Ask for a new one.")
    match _state(found, now):
        case "open":
            return found
        case "used":
            raise InvitationOver("This invitation was used already. If that was you, sign in; else ask for a new one.")
        case "expired":
            raise InvitationOver("This invitation has run out. Ask for a new one.")
        case "revoked":
            raise InvitationOver("This invitation was withdrawn. Ask for a new one.")


def _come_in(tx: Tx, opened: Invitation, account: Account, *, now: int) -> None:
    members.use(tx, opened.id, by=account.name, now=now)
    directory.add_operator(tx, account.id, role=opened.role, name=account.name, now=now)
    audit.note(
        tx, Actor(account.id, account.name), "joined", kind="member", subject=account.id, name=account.name, now=now,
        changes={"role": (None, opened.role), "email": (None, account.email)},
    )  # fmt: skip


def _state(found: Invitation, now: int) -> Literal["open", "used", "expired", "revoked"]:
    if found.used_at is not None:
        return "used"
    if found.revoked_at is not None:
        return "revoked"
    return "open" if found.expires_at > now else "expired"


def _view(found: Invitation, now: int) -> InvitationView:
    return InvitationView(
        id=found.id, email=found.email, role=found.role, invited_by=found.invited_by, created_at=found.created_at,
        expires_at=found.expires_at, state=_state(found, now), used_by=found.used_by,
    )  # fmt: skip
