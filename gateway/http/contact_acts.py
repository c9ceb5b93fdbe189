"""What people do to contacts: they write to them first, and block whom they must."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from gateway.dispatcher import Dispatcher, digest_of
from gateway.dispatcher.blocking import Block, Unblock
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.outbound import WriteTo
from gateway.errors import Invalid, NotFound
from gateway.http.changing import actor
from gateway.http.contact_views import ContactView, read_contact
from gateway.http.contacts import NOT_THERE, PATH, tell_contacts
from gateway.http.routes import EVERYONE, ID, SUPERVISORS, Call, Route
from gateway.http.texts import visible_text
from gateway.store import blocks
from gateway.store.inbound import Claim
from gateway.store.store import Store

DAY = 24 * 3600 * 1_000_000
LONGEST_BLOCK = 3660 * DAY


class BlockBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``until``: UTC microseconds, still to come; 0 for good. ``note``: the reason in one's own words, for colleagues."""

    until: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)] = 0
    reason: blocks.Reason
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class WriteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``id``: the client's own, the same at every retry. ``identity``: one of the contact's, "" for the one that they came
    by last."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    identity: Annotated[str, msgspec.Meta(max_length=64, pattern=f"^({ID.pattern})?$")] = ""


class WrittenView(msgspec.Struct, frozen=True, kw_only=True):
    """``begun``: it is a new conversation; else theirs that wasn't over goes on, and is one's own now."""

    conversation: str
    seq: int
    begun: bool


class ContactActs:
    """The routes of what is done to contacts."""

    def __init__(self, store: Store, dispatcher: Dispatcher, hub: Hub) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._hub = hub

    def routes(self) -> list[Route]:
        return [
            Route(method="POST", path=PATH + "/conversations", handler=self.write, summary="Write to somebody first",
                  access=EVERYONE, body=WriteBody, answer=WrittenView, tags=("contacts",)),
            Route(method="PUT", path=PATH + "/block", handler=self.block, summary="Take nothing of somebody any more",
                  access=SUPERVISORS, body=BlockBody, answer=ContactView, tags=("contacts",)),
            Route(method="DELETE", path=PATH + "/block", handler=self.unblock, summary="Lift a block", status=204,
                  access=SUPERVISORS, tags=("contacts",)),
        ]  # fmt: skip

    async def write(self, call: Call) -> WrittenView:
        body: WriteBody = call.body
        text = visible_text(body.text)
        if not text:
            raise Invalid("There is nothing to send.", field="text")
        contact, who = call.param("contact"), call.who
        claim = Claim("operator", who.id, body.id, digest_of(contact, "write", body.identity, text))
        unit = WriteTo(contact, who.person, text, self._dispatcher.policy, body.identity, claim)
        written = await self._dispatcher.commit_all(call.business, unit, key=contact)
        self._hub.moved(call.business, written.moved)
        return WrittenView(conversation=written.conversation, seq=written.seq, begun=written.begun)

    async def block(self, call: Call) -> ContactView:
        body: BlockBody = call.body
        now = self._dispatcher.clock()
        if body.until and body.until <= now:
            raise Invalid("That time is past. Choose one that is still to come.", field="until")
        if body.until > now + LONGEST_BLOCK:
            raise Invalid("That is more than ten years ahead. Block them for good instead.", field="until")
        unit = Block(
            call.param("contact"), body.until or blocks.FOREVER, body.reason, visible_text(body.note),
            actor(call.who), self._dispatcher.policy,
        )  # fmt: skip
        await self._dispatcher.commit_all(call.business, unit, key=unit.contact)
        tell_contacts(self._hub, call.business)
        found = await self._store.read(call.business, lambda tx, now: read_contact(tx, unit.contact, now=now))
        if found is None:
            raise NotFound(NOT_THERE)
        return found

    async def unblock(self, call: Call) -> web.Response:
        unit = Unblock(call.param("contact"), actor(call.who))
        await self._store.write(call.business, unit, key=unit.contact)
        tell_contacts(self._hub, call.business)
        return web.Response(status=204)
