"""Callers of a serving process: a page whose node may be killed, and its sound."""

from __future__ import annotations

from dataclasses import dataclass, field

import aiohttp

from gateway.model.words import ASK_FOR_PERSON
from tests.support.caller import Caller
from tests.support_edge.clients import Widget, connect_widget
from tests.support_edge.process import Serving
from tests.support_edge.site import PAGE_ORIGIN

SILENT = 8
"""Bytes of a packet with nothing but silence in it, at most."""


@dataclass
class CallingPage:
    """A visitor's page and the call that it has. ``arrive`` again after the node was started anew."""

    serving: Serving
    http: aiohttp.ClientSession
    token: str = ""
    widget: Widget = field(init=False)
    caller: Caller = field(init=False)
    leg: str = ""
    conversation: str = ""

    async def arrive(self) -> None:
        told = self.serving.told
        self.widget = await connect_widget(
            self.http, self.serving.url, inbox=told["inbox"], token=self.token, page_origin=PAGE_ORIGIN
        )
        self.token = self.widget.token

    async def call(self, id: str) -> None:
        """A call whose sound is there."""
        await self.widget.send({"type": "call", "id": id})
        begun = await self.widget.expect("call", id=id)
        self.leg, self.conversation = begun["leg"], begun["conversation"]
        self.caller = Caller()
        await self.widget.send({"type": "sound", "id": f"s{id}", "leg": self.leg, "sdp": await self.caller.offer()})
        answer = await self.widget.expect("sound", id=f"s{id}")
        assert await self.caller.connect(answer["sdp"])

    async def ask_for_person(self) -> None:
        await self.widget.say("A person, please", choice=ASK_FOR_PERSON)

    def sounded(self) -> int:
        """How many packets with sound have come so far."""
        return sum(len(packet.payload) > SILENT for packet in self.caller.heard)
