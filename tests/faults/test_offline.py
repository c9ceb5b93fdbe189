"""Pages that lose their line again and again, in every way in which a phone does, and are loaded anew in the middle of it: what each of
them shows in the end is the log, nothing of it twice. The widget itself, in a browser: ``tests/flows/test_widget_offline.py``.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import aiohttp
import pytest

from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support_edge.fleet import Crowd, Servers, chance_of, on_fleet
from tests.support_edge.line import Line, Trouble, on_lines
from tests.support_edge.process import Customer
from tests.support_edge.waiting import until

SILENCE = 1.5
"""Seconds without a word after which these pages look for another line."""
TROUBLES: Sequence[Trouble] = ("cut", "silent", "deaf")
Reloads = Literal["never", "on its way", "offline"]
RELOADS: Sequence[Reloads] = ("never", "on its way", "offline")
WAYS = list(itertools.product(TROUBLES, RELOADS))
"""How a page is offline, and when it is loaded anew: just after a message has left, or while another one can't."""


class Form(NamedTuple):
    """``cuts`` of each page's line, each for so many seconds; ``rate``: messages a second of all pages."""

    pages: int
    cuts: int
    shortest: float
    longest: float
    rate: float


SHORT = Form(pages=10, cuts=2, shortest=0.2, longest=3.0, rate=10.0)
LONG = Form(pages=25, cuts=2, shortest=1.0, longest=120.0, rate=5.0)


class Phone(NamedTuple):
    """A page and its line."""

    page: Customer
    line: Line

    async def go_offline(self, trouble: Trouble, reloads: Reloads, *, seconds: float) -> None:
        """A message is on its way when it happens, and another one is written meanwhile."""
        await until(lambda: self.page.widget is not None, what=f"{self.page.name} is on the line")
        await self.say("is on its way")
        self.line.fail(trouble)
        if reloads == "on its way":
            self.page.reload()
        await asyncio.sleep(seconds / 2)
        await self.say("can't leave")
        if reloads == "offline":
            self.page.reload()
        await asyncio.sleep(seconds / 2)
        self.line.mend()

    async def say(self, what: str) -> None:
        await self.page.say(f"{self.page.name} line {len(self.page.texts) + 1} {what}")

    async def live(self, chance: random.Random, form: Form, *, first: int) -> None:
        """Offline again and again; each time in another way, and for another time."""
        for number in range(form.cuts):
            await asyncio.sleep(chance.uniform(0, 1))
            trouble, reloads = WAYS[(first + number) % len(WAYS)]
            await self.go_offline(trouble, reloads, seconds=chance.uniform(form.shortest, form.longest))


@pytest.mark.parametrize(
    "form", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
)
async def test_pages_that_were_offline_and_loaded_anew_show_the_log_and_nothing_twice(
    own_postgres: PostgresServer, redis_server: RedisServer, http: aiohttp.ClientSession, tmp_path: Path, form: Form
) -> None:
    chance = chance_of("offline")
    async with (
        on_fleet(Servers(own_postgres, redis_server), tmp_path, http, bots=()) as fleet,
        on_lines(*(fleet.door(number) for number in range(form.pages))) as lines,
    ):
        phones = [
            Phone(Customer(line, fleet.http, f"Frogs visitor {number}", silence=SILENCE), line)
            for number, line in enumerate(lines)
        ]
        crowd = Crowd(fleet, "Frogs", pages=[phone.page for phone in phones], called=[], polled=[])
        async with crowd.living():
            await crowd.say_each()
            async with crowd.serving(), crowd.writing(chance, rate=form.rate):
                trips = (phone.live(chance, form, first=form.cuts * number) for number, phone in enumerate(phones))
                await asyncio.gather(*trips)
            await crowd.until_settled()
            await crowd.check()
        assert all(page.connections > 1 for page in crowd.pages)
        await fleet.end()
        assert not fleet.complaints
