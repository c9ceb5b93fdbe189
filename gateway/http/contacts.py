"""Contacts: who they are, what is known of them, whom they were merged with, and what they said before."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from aiohttp import web

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.erasures import Erasures
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.merging import OWN, Merge, Undo, fields_of, set_fields
from gateway.errors import Invalid, NotFound
from gateway.http.access import set_up_changed
from gateway.http.changing import actor
from gateway.http.contact_fields import COUNTRIES, check_many, judge, judge_own
from gateway.http.contact_views import (
    SHOWN,
    AlikeList,
    Chapters,
    ContactView,
    MergeView,
    read_alike,
    read_chapters,
    read_contact,
    read_merge,
)
from gateway.http.routes import ADMINISTRATORS, EVERYONE, ID, Call, Route
from gateway.store import clients, contacts, directory
from gateway.store.clients import Client, Only, Place
from gateway.store.schema import FAR
from gateway.store.sql import Tx
from gateway.store.store import Store

LIST = "/api/v1/businesses/{business}/contacts"
PATH = LIST + "/{contact}"
NOT_THERE = "There is no such contact in this business."
_NUMBER = re.compile(r"[0-9]{1,19}")
_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=f"^{ID.pattern}$")]
_Text = Annotated[str, msgspec.Meta(max_length=4000)]
_Before = Annotated[str, msgspec.Meta(max_length=96)]


class ListQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``before``: the ``next`` of the page before. What ``q`` finds is on one page. ``blocked``, ``open``: only whoever is
    blocked, or has a conversation that isn't over."""

    q: Annotated[str, msgspec.Meta(max_length=200)] = ""
    before: _Before = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    blocked: bool = False
    open: bool = False


class ClientPage(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever came last is on top."""

    contacts: tuple[Client, ...]
    next: str | None


class StoryQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``before``: the ``next`` of the page before."""

    before: Annotated[str, msgspec.Meta(max_length=64, pattern=f"^({ID.pattern})?$")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=50)] = 20


class ContactBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known better now; what is left out stays as it was, and "" forgets it. So it is within ``own``."""

    name: _Text | msgspec.UnsetType = msgspec.UNSET
    email: _Text | msgspec.UnsetType = msgspec.UNSET
    phone: _Text | msgspec.UnsetType = msgspec.UNSET
    company: _Text | msgspec.UnsetType = msgspec.UNSET
    external_id: _Text | msgspec.UnsetType = msgspec.UNSET
    note: _Text | msgspec.UnsetType = msgspec.UNSET
    own: Annotated[dict[str, _Text], msgspec.Meta(max_length=60)] = {}


class MergeQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    into: _Id


class MergeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``into``: the contact that is the same person. ``keep``: whose value is kept, by field: the id of one of the two;
    without it that of whoever stays, where they have one."""

    into: _Id
    keep: Annotated[dict[Annotated[str, msgspec.Meta(max_length=60)], _Id], msgspec.Meta(max_length=80)] = {}


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """It is on disk and goes on by itself, also after a restart. ``contact``: who is erased, with all merged into it."""

    contact: str


class Contacts:
    """The routes of contacts."""

    def __init__(self, store: Store, dispatcher: Dispatcher, hub: Hub, *, erasures: Erasures) -> None:
        self._erasures = erasures
        self._store = store
        self._dispatcher = dispatcher
        self._hub = hub

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path=LIST, handler=self.contacts, summary="A page of contacts, the latest first",
                  access=EVERYONE, query=ListQuery, answer=ClientPage, tags=("contacts",)),
            Route(method="GET", path=PATH, handler=self.contact, summary="Who somebody is", access=EVERYONE,
                  answer=ContactView, tags=("contacts",)),
            Route(method="GET", path=PATH + "/conversations", handler=self.story, summary="All that somebody said, by conversation",
                  access=EVERYONE, query=StoryQuery, answer=Chapters, tags=("contacts",)),
            Route(method="GET", path=PATH + "/alike", handler=self.alike, summary="Who may be the same person",
                  access=EVERYONE, answer=AlikeList, tags=("contacts",)),
            Route(method="PATCH", path=PATH, handler=self.change, summary="Correct what is known of somebody",
                  access=EVERYONE, body=ContactBody, answer=ContactView, tags=("contacts",)),
            Route(method="GET", path=PATH + "/merge", handler=self.preview, summary="What a merge would do",
                  access=EVERYONE, query=MergeQuery, answer=MergeView, tags=("contacts",)),
            Route(method="POST", path=PATH + "/merge", handler=self.merge, summary="Say that two contacts are one person",
                  access=EVERYONE, body=MergeBody, answer=ContactView, tags=("contacts",)),
            Route(method="DELETE", path=PATH, handler=self.erase, summary="Erase a person and all they said", status=202,
                  access=ADMINISTRATORS, answer=Erasure, tags=("contacts",)),
            Route(method="DELETE", path=PATH + "/merge", handler=self.separate, status=204,
                  summary="Undo the merge of this contact into another", access=EVERYONE, tags=("contacts",)),
        ]  # fmt: skip

    async def contacts(self, call: Call) -> ClientPage:
        query: ListQuery = call.query
        only, after = Only(query.blocked, query.open), read_place(query.before)

        def unit(tx: Tx, now: int) -> list[Client]:
            if query.q.strip():
                return clients.find(tx, query.q, only=only, now=now)
            return clients.read(tx, only=only, after=after, limit=query.limit, now=now)

        found = await self._store.read(call.business, unit)
        more = not query.q.strip() and len(found) == query.limit
        return ClientPage(contacts=tuple(found), next="{}.{}".format(*clients.place_of(found[-1])) if more else None)

    async def contact(self, call: Call) -> ContactView:
        name = call.param("contact")
        found = await self._store.read(call.business, lambda tx, now: read_contact(tx, name, now=now))
        if found is None:
            raise NotFound(NOT_THERE)
        return found

    async def story(self, call: Call) -> Chapters:
        name, query = call.param("contact"), call.query

        def unit(tx: Tx, now: int) -> Chapters | None:
            return read_chapters(tx, name, before=query.before, limit=query.limit)

        found = await self._store.read(call.business, unit)
        if found is None:
            raise NotFound(NOT_THERE)
        return found

    async def alike(self, call: Call) -> AlikeList:
        name = call.param("contact")
        found = await self._store.read(call.business, lambda tx, now: read_alike(tx, name, now=now))
        if found is None:
            raise NotFound(NOT_THERE)
        return found

    async def change(self, call: Call) -> ContactView:
        body: ContactBody = call.body
        contact = call.param("contact")
        given = {name: getattr(body, name) for name in body.__struct_fields__ if name != "own"}
        given = {name: value for name, value in given.items() if value is not msgspec.UNSET}
        country = COUNTRIES.get(await self._locale(call), "") if given.get("phone") else ""
        changes = {name: judge(name, value, country=country) for name, value in given.items()}
        changes |= {OWN + name: value for name, value in judge_own(body.own).items()}

        def unit(tx: Tx, now: int) -> ContactView | None:
            found = contacts.lock(tx, contact)
            if found is None:
                return None
            if body.own:
                kept = fields_of(found) | changes
                check_many({name: value for name, value in kept.items() if name.startswith(OWN)})
            set_fields(tx, found, changes)
            return read_contact(tx, found.id, now=now)

        return self._changed(call, await self._store.write(call.business, unit, key=contact))

    async def preview(self, call: Call) -> MergeView:
        contact, into = call.param("contact"), call.query.into
        return await self._store.read(call.business, lambda tx, now: read_merge(tx, contact, into, now=now))

    async def merge(self, call: Call) -> ContactView:
        contact, into = call.param("contact"), call.body.into
        unit = Merge(contact, into, actor(call.who), call.body.keep)
        await self._dispatcher.commit_all(call.business, unit, key=contact)
        found = await self._store.read(call.business, lambda tx, now: read_contact(tx, into, now=now))
        return self._changed(call, found)

    def _changed(self, call: Call, found: ContactView | None) -> ContactView:
        """Who somebody is now; the rows of all their conversations say so."""
        if found is None:
            raise NotFound(NOT_THERE)
        for one in found.conversations:
            self._hub.touch(call.business, one.conversation)
        tell_contacts(self._hub, call.business)
        return found

    async def erase(self, call: Call) -> Erasure:
        asked = await self._erasures.ask(call.business, call.param("contact"), by=call.who.id)
        tell_contacts(self._hub, call.business)
        return Erasure(contact=asked.contact)

    async def separate(self, call: Call) -> web.Response:
        name = call.param("contact")
        unit = Undo(name, actor(call.who), self._dispatcher.policy)
        separated = await self._dispatcher.commit_all(call.business, unit, key=name)
        self._hub.moved(call.business, separated.moved)
        # The rows of both sides change their names.
        past = await self._store.read(call.business, lambda tx, now: contacts.latest(tx, name, limit=SHOWN))
        for one in past:
            self._hub.touch(call.business, one.conversation)
        tell_contacts(self._hub, call.business)
        return web.Response(status=204)

    async def _locale(self, call: Call) -> str:
        found = await self._store.read("", lambda tx, now: directory.read_business(tx, call.business))
        return found.locales[0] if found is not None else ""


def tell_contacts(hub: Hub, business: str) -> None:
    """Tells the consoles of the business that something of its contacts is another thing now."""
    hub.signal(set_up_changed(business, "contacts"))


def read_place(text: str) -> Place:
    """Where a page of contacts begins; "" is the list's begin. Raises ``Invalid``."""
    if not text:
        return clients.FIRST
    at, _, contact = text.partition(".")
    if not _NUMBER.fullmatch(at) or int(at) > FAR or not ID.fullmatch(contact):
        raise Invalid("`before` is the `next` of the page before.", field="before")
    return Place(int(at), contact)
