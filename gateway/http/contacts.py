"""Contacts: who somebody is, how that is known, and the way back from a merge."""

from __future__ import annotations

import msgspec
from aiohttp import web

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.erasures import Erasures
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.linking import Separate
from gateway.errors import NotFound
from gateway.http.routes import ADMINISTRATORS, EVERYONE, Call, Route
from gateway.store import contacts
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
    conversation: str
    status: str
    updated_at: int


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A person. ``id``: whom they were merged into, where they were; ``merged``: the contacts that are one with it.
    ``verified``: the business vouches for who it is. Nobody vouches for ``attributes`` (what pages said of them) and
    ``details`` (how they want to be reached, by kind)."""

    id: str
    name: str
    email: str
    verified: bool
    attributes: dict[str, str]
    details: dict[str, str]
    identities: tuple[IdentityView, ...]
    conversations: tuple[PastView, ...]
    merged: tuple[str, ...]


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
        email=whole.email,
        verified=any(one.assurance == "signed" for one in known),
        attributes=whole.known.claimed,
        details=whole.known.details,
        identities=tuple(IdentityView(inbox=i.inbox, channel=i.channel, assurance=i.assurance) for i in known),
        conversations=tuple(PastView(**one._asdict()) for one in past[:SHOWN]),
        merged=tuple(family[1:]),
    )
