"""Calls whose sound another node has: what of them isn't in the log is asked of it (``gateway.cluster.asks``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from gateway.cluster.asks import Asks
from gateway.dispatcher.legs import NodeOfLeg
from gateway.errors import NotFound
from gateway.model.events import Person
from gateway.ports import Caller
from gateway.store.store import Store

SOUND, KEY = "call.sound", "call.key"


class Here(Protocol):
    """The calls of this node."""

    async def connect(self, business: str, leg: str, sdp: str, *, party: Caller | Person) -> str: ...

    async def press(self, business: str, leg: str, key: str, *, caller: Caller) -> None: ...


class Sound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An offer for a leg: of its ``caller``, or of a ``person``."""

    business: str
    leg: str
    sdp: str
    caller: Caller | None = None
    person: Person | None = None


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the caller's."""

    business: str
    leg: str
    key: str
    caller: Caller


class Elsewhere:
    """Asks the node that has a leg; answers what others ask of this one."""

    def __init__(self, store: Store, asks: Asks, here: Callable[[], Here]) -> None:
        """``here`` raises ``NotFound`` where this node has had no call yet."""
        self._store = store
        self._asks = asks
        self._here = here
        asks.answer(SOUND, self._connect)
        asks.answer(KEY, self._press)

    async def connect(self, business: str, leg: str, sdp: str, *, party: Caller | Person) -> str:
        """As ``gateway.ports.Calls``, of a call that isn't here; ``Overloaded`` where its node doesn't answer."""
        node = await self._node_of(business, leg)
        caller, person = (party, None) if isinstance(party, Caller) else (None, party)
        asked = Sound(business=business, leg=leg, sdp=sdp, caller=caller, person=person)
        return await self._asks.ask(node, SOUND, msgspec.json.encode(asked).decode())

    async def press(self, business: str, leg: str, key: str, *, caller: Caller) -> None:
        """As ``gateway.ports.Calls``, of a call that isn't here."""
        node = await self._node_of(business, leg)
        told = Key(business=business, leg=leg, key=key, caller=caller)
        self._asks.tell(node, KEY, msgspec.json.encode(told).decode())

    async def _node_of(self, business: str, leg: str) -> str:
        node = await self._store.read(business, NodeOfLeg(leg))
        if node is None or not self._asks.reaches(node):
            raise NotFound("There is no such call.")
        return node

    async def _connect(self, body: str) -> str:
        asked = msgspec.json.decode(body, type=Sound)
        party = asked.caller or asked.person
        if party is None:
            raise NotFound("There is no such call.")
        return await self._here().connect(asked.business, asked.leg, asked.sdp, party=party)

    async def _press(self, body: str) -> str:
        told = msgspec.json.decode(body, type=Key)
        await self._here().press(told.business, told.leg, told.key, caller=told.caller)
        return ""
