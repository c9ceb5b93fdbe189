"""Callers of a serving process: a page whose node may be killed, and its sound."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import aiohttp

from channels.voice.mixer import SILENCE
from channels.voice.opus import Encoder
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

    async def sound(self) -> None:
        """Sounds silence, as a page does whose visitor says nothing, until cancelled."""
        while True:
            await breathe(self.caller)

    def sounded(self) -> int:
        """How many packets with sound have come so far."""
        return sum(len(packet.payload) > SILENT for packet in self.caller.heard)


async def breathe(caller: Caller, *, frames: int = 25) -> None:
    """Sounds so much silence, in real time."""
    for _ in range(frames):
        caller.say(_SILENCE)
        await asyncio.sleep(0.02)


async def silence(caller: Caller) -> None:
    """Once silence is all that comes: a packet now and then. The caller keeps silent, too."""
    while True:
        before = len(caller.heard)
        await breathe(caller)
        if len(caller.heard) < before + 5:
            return


_SILENCE = Encoder(bitrate=32_000, complexity=1).encode(SILENCE)
