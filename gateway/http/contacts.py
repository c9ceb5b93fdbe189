"""Contacts: who somebody is, how that is known, and the way back from a merge."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec.structs import replace

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.erasures import Erasures
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.linking import Merge, Separate
from gateway.errors import NotFound
from gateway.http.routes import ADMINISTRATORS, EVERYONE, ID, Call, Route
from gateway.http.texts import email_of, one_line, phone_of
from gateway.model.state import Preview
from gateway.store import contacts, log, search
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/businesses/{business}/contacts/{contact}"
SHOWN = 50
"""Conversations of a contact that are told, the latest ones."""


class IdentityView(msgspec.Struct, frozen=True, kw_only=True):
    """A way to reach the contact. ``assurance``: ``signed`` by the business, or ``claimed`` by the sender."""

    inbox: str
    channel: str
    assurance: contacts.Assurance


class PastView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation of the contact's. ``preview``: its last words."""

    conversation: str
    status: str
    updated_at: int
    channel: str
    preview: Preview | None


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A person. ``id``: whom they were merged into, where they were; ``merged``: the contacts that are one with it.
    ``verified``: the business vouches for who it is. Nobody vouches for ``attributes`` (what pages said of them) and
    ``details`` (how they want to be reached, by kind)."""

    id: str
    name: str
    email: str
    phone: str
    verified: bool
    attributes: dict[str, str]
    details: dict[str, str]
    identities: tuple[IdentityView, ...]
    conversations: tuple[PastView, ...]
    merged: tuple[str, ...]


class ContactBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known better now; what is left out stays as it was, and "" forgets it."""

    name: Annotated[str, msgspec.Meta(max_length=200)] | msgspec.UnsetType = msgspec.UNSET
    email: Annotated[str, msgspec.Meta(max_length=300)] | msgspec.UnsetType = msgspec.UNSET
    phone: Annotated[str, msgspec.Meta(max_length=60)] | msgspec.UnsetType = msgspec.UNSET


class MergeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``into``: the contact that is the same person."""

    into: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=ID.pattern)]


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
            Route(method="GET", path=PATH, handler=self.contact, summary="Who somebody is", access=EVERYONE,
                  answer=ContactView, tags=("contacts",)),
            Route(method="PATCH", path=PATH, handler=self.change, summary="Correct what is known of somebody",
                  access=EVERYONE, body=ContactBody, answer=ContactView, tags=("contacts",)),
            Route(method="POST", path=PATH + "/merge", handler=self.merge, summary="Say that two contacts are one person",
                  access=EVERYONE, body=MergeBody, answer=ContactView, tags=("contacts",)),
            Route(method="DELETE", path=PATH, handler=self.erase, summary="Erase a person and all they said", status=202,
                  access=ADMINISTRATORS, answer=Erasure, tags=("contacts",)),
            Route(method="DELETE", path=PATH + "/merge", handler=self.separate, status=204,
                  summary="Undo the merge of this contact into another", access=ADMINISTRATORS, tags=("contacts",)),
        ]  # fmt: skip

    async def contact(self, call: Call) -> ContactView:
        name = call.param("contact")
        found = await self._store.read(call.business, lambda tx, now: read_contact(tx, name))
        if found is None:
            raise NotFound("There is no such contact in this business.")
        return found

    async def change(self, call: Call) -> ContactView:
        body: ContactBody = call.body
        name, email, phone = (
            value if value is msgspec.UNSET else judge(value)
            for value, judge in ((body.name, one_line), (body.email, email_of), (body.phone, phone_of))
        )
        contact = call.param("contact")

        def unit(tx: Tx, now: int) -> ContactView | None:
            found = contacts.lock(tx, contact)
            if found is None:
                return None
            known = found.known
            contacts.describe(
                tx, found.id, name=found.name if name is msgspec.UNSET else name,
                attributes=replace(
                    known,
                    email=known.email if email is msgspec.UNSET else email,
                    phone=known.phone if phone is msgspec.UNSET else phone,
                ),
            )  # fmt: skip
            search.name_contact(tx, found.id)
            return read_contact(tx, found.id)

        return await self._changed(call, await self._store.write(call.business, unit, key=contact))

    async def merge(self, call: Call) -> ContactView:
        contact, into = call.param("contact"), call.body.into
        await self._dispatcher.commit_all(call.business, Merge(contact, into), key=contact)
        return await self._changed(call, await self._store.read(call.business, lambda tx, now: read_contact(tx, into)))

    async def _changed(self, call: Call, found: ContactView | None) -> ContactView:
        """Who somebody is now; the rows of all their conversations say so."""
        if found is None:
            raise NotFound("There is no such contact in this business.")
        for one in found.conversations:
            self._hub.touch(call.business, one.conversation)
        return found

    async def erase(self, call: Call) -> Erasure:
        asked = await self._erasures.ask(call.business, call.param("contact"), by=call.who.id)
        return Erasure(contact=asked.contact)

    async def separate(self, call: Call) -> web.Response:
        name = call.param("contact")
        unit = Separate(name, self._dispatcher.policy)
        separated = await self._dispatcher.commit_all(call.business, unit, key=name)
        self._hub.moved(call.business, separated.moved)
        # The rows of both sides change their names.
        past = await self._store.read(call.business, lambda tx, now: contacts.latest(tx, name, limit=SHOWN))
        for one in past:
            self._hub.touch(call.business, one.conversation)
        return web.Response(status=204)


def read_contact(tx: Tx, contact: str) -> ContactView | None:
    """The person behind a contact."""
    whole = contacts.root(tx, contact)
    if whole is None:
        return None
    family = contacts.family(tx, whole.id)
    known = [one for name in family for one in contacts.addresses(tx, name) if not one.is_gone]
    past = sorted((one for name in family for one in contacts.latest(tx, name, limit=SHOWN)), reverse=True)
    return ContactView(
        id=whole.id,
        name=whole.name,
        email=whole.known.email,
        phone=whole.known.phone,
        verified=any(one.assurance == "signed" for one in known),
        attributes=whole.known.claimed,
        details=whole.known.details,
        identities=tuple(IdentityView(inbox=i.inbox, channel=i.channel, assurance=i.assurance) for i in known),
        conversations=tuple(_past(tx, one) for one in past[:SHOWN]),
        merged=tuple(family[1:]),
    )


def _past(tx: Tx, one: contacts.Past) -> PastView:
    state = log.peek(tx, one.conversation)
    return PastView(
        **one._asdict(), channel=state.endpoint.channel if state else "", preview=state.preview if state else None
    )  # fmt: skip
