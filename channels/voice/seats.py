"""Who sits in a line: a carrier at each named seat, which may be absent, swapped or gone at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import structlog

from channels.voice.carrier import Carrier
from channels.voice.mixer import SILENCE, Frame
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

CLOSE_WITHIN = 5.0
"""Seconds that a carrier may take to close."""

State: TypeAlias = Literal["connected", "lost", "closed"]
Changed: TypeAlias = Callable[[str, State], None]
Pressed: TypeAlias = Callable[[str, str], None]


class Place:
    """What the carrier at a seat tells (``CarrierEvents``). It counts until another carrier sits there, or none."""

    def __init__(self, who: str, *, changed: Callable[[Place, State], None], pressed: Pressed) -> None:
        self.who = who
        self.carrier: Carrier | None = None
        self.sounds = False
        """Whether sound passes."""
        self.over = False
        self._changed = changed
        self._pressed = pressed

    def connected(self) -> None:
        self._change("connected")

    def lost(self) -> None:
        self._change("lost")

    def closed(self) -> None:
        self._change("closed")

    def key(self, key: str) -> None:
        if not self.over:
            self._pressed(self.who, key)

    def _change(self, state: State) -> None:
        if not self.over:
            self.sounds = state == "connected"
            self._changed(self, state)


class Seats:
    """The seats of a line. ``changed`` and ``pressed`` are told who it was; of a carrier that isn't seated yet, too."""

    def __init__(self, tasks: TaskSet, *, changed: Changed, pressed: Pressed) -> None:
        self._tasks = tasks
        self._changed = changed
        self._pressed = pressed
        self._taken: dict[str, Place] = {}

    def place(self, who: str) -> Place:
        return Place(who, changed=self._change, pressed=self._pressed)

    def seat(self, place: Place, carrier: Carrier) -> None:
        """Closes who sat there. A carrier that has closed before it was seated is let go."""
        place.carrier = carrier
        if place.over:
            self._let_go(place)
            return
        self.unseat(place.who)
        self._taken[place.who] = place

    def unseat(self, who: str) -> None:
        place = self._taken.pop(who, None)
        if place is not None:
            self._let_go(place)

    def clear(self) -> None:
        for who in list(self._taken):
            self.unseat(who)

    def sound(self, who: str) -> bool:
        """Whether somebody sits there whom sound reaches."""
        place = self._taken.get(who)
        return place is not None and place.sounds

    def take(self, at: int) -> dict[str, Frame]:
        """What each seat sounds."""
        frames: dict[str, Frame] = {}
        for who, place in self._taken.items():
            if place.carrier is not None and (frame := place.carrier.take(at)) is not None:
                frames[who] = frame
        return frames

    def ahead(self, who: str) -> Sequence[Frame]:
        """What a seat will sound next, as far as that has come already."""
        place = self._taken.get(who)
        return () if place is None or place.carrier is None else place.carrier.ahead()

    def give(self, heard: Mapping[str, Frame]) -> None:
        """What each seat hears."""
        for who, place in self._taken.items():
            if place.carrier is not None:
                place.carrier.give(heard.get(who, SILENCE))

    def _change(self, place: Place, state: State) -> None:
        if state == "closed":
            place.over = True
            if self._taken.get(place.who) is place:
                self.unseat(place.who)
        self._changed(place.who, state)

    def _let_go(self, place: Place) -> None:
        place.over, place.sounds = True, False
        if place.carrier is not None:
            self._tasks.start(_close(place.carrier), name=f"close-{place.who}")


async def _close(carrier: Carrier) -> None:
    try:
        async with asyncio.timeout(CLOSE_WITHIN):
            await carrier.aclose()
    except TimeoutError:
        log.warning("carrier_hangs")
