"""The crowd that writes: visitors with a page open, and people in Telegram; and all that they know in the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.support_edge.correspondents import Correspondent
from tests.support_edge.fleet.checker import check
from tests.support_edge.fleet.desk import Desk
from tests.support_edge.fleet.nodes import Fleet
from tests.support_edge.fleet.record import Chat, Input, Page, Record
from tests.support_edge.process import Customer, living
from tests.support_edge.telegram import BotUser
from tests.support_edge.waiting import until, until_async

SILENCE = 3.0
"""Seconds without a word after which a page looks for another node."""
SETTLED_WITHIN = 60.0
PAUSE = 0.2
"""Seconds between two answers of the desk."""
LATEST = 6_000
"""Characters of the nodes' log that a failure tells."""


def chance_of(name: str) -> random.Random:
    """A source of chance whose seed is told; ``FAULT_SEED`` sets it."""
    seed = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
    print(f"FAULT_SEED={seed} ({name})", file=sys.stderr)
    return random.Random(seed)


class Crowd:
    """Some on pages, some in Telegram, with the bot that is called or with the one that fetches. All that they say begins with the
    crowd's ``name``, which is one word."""

    def __init__(
        self, fleet: Fleet, name: str, *, pages: list[Customer], called: list[Correspondent], polled: list[Correspondent]
    ) -> None:  # fmt: skip
        self.fleet = fleet
        self.name = name
        self.pages = pages
        self.called = called
        self.polled = polled
        self.desk = Desk(fleet, name)
        self.served: Customer | None = None
        """Whose page the desk has."""

    @classmethod
    async def gather(cls, fleet: Fleet, name: str, *, pages: int, called: int = 0, polled: int = 0) -> Crowd:
        customers = [
            Customer(fleet.door(number), fleet.http, f"{name} visitor {number}", silence=SILENCE)
            for number in range(pages)
        ]
        return cls(
            fleet, name, pages=customers, called=await _people(fleet, fleet.called, f"{name} called", called),
            polled=await _people(fleet, fleet.polled, f"{name} polled", polled),
        )  # fmt: skip

    @property
    def said(self) -> int:
        """How many messages there were."""
        return sum(len(page.texts) for page in self.pages) + sum(len(person.lines) for person in self.people)

    @property
    def everybody(self) -> list[Customer | Correspondent]:
        """Whom the bot answers."""
        return [*(page for page in self.pages if page is not self.served), *self.people]

    @property
    def people(self) -> list[Correspondent]:
        return [*self.called, *self.polled]

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """Their pages are open meanwhile."""
        async with living(*self.pages):
            await until(lambda: all(page.connections for page in self.pages), what="every page is connected")
            yield

    def other_tabs(self) -> list[Customer]:
        """Another tab of each page, on another node."""
        return [
            Customer(self.fleet.door(number + 1), self.fleet.http, page.name, token=page.token, silence=SILENCE)
            for number, page in enumerate(self.pages)
        ]

    async def until_answered_once(self) -> None:
        """Everybody has been answered something: all that is slow at first has been."""
        await until(lambda: all(page.entries for page in self.pages), what="something on every page")
        for person in self.people:
            await until_async(lambda: _is_answered(person), what=f"something in the chat of {person.name}")  # noqa: B023

    async def say_each(self) -> None:
        """Everybody says something."""
        for one in self.everybody:
            await _say(one)

    @asynccontextmanager
    async def writing(self, chance: random.Random, *, rate: float) -> AsyncIterator[None]:
        """Somebody writes ``rate`` times a second meanwhile."""
        async with _meanwhile(lambda: _say(chance.choice(self.everybody)), pause=1 / rate, name="crowd"):
            yield

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """An operator has the first page's conversation meanwhile, and answers there."""
        page = self.served = self.pages[0]
        await until(lambda: bool(page.acknowledged), what="the first page's conversation")
        await self.desk.take(next(iter(page.acknowledged.values()))[0])
        async with _meanwhile(self.desk.answer, pause=PAUSE, name="desk"):
            yield

    async def until_settled(self, *, within: float = SETTLED_WITHIN) -> None:
        """Everything is stored, answered, and seen by whom it is for."""
        waits = [page for page in self.pages if page.texts and page is not self.served]
        await until(
            lambda: all(page.answered for page in waits), within=within,
            what=f"answers on the pages of {[page.name for page in waits if not page.answered]}",
        )  # fmt: skip
        await until_async(self._is_served, within=within, what="all that is stored on the page that the operator has")
        for person in self.people:
            await self._until_answered(person, within=within)
        if self.polled:
            await until_async(self._is_confirmed, within=within, what="Telegram keeps nothing")

    async def _until_answered(self, person: Correspondent, *, within: float) -> None:
        try:
            await until_async(person.answered, within=within, what=f"answers in the chat of {person.name}")
        except AssertionError as late:
            waiting = sorted(await person.unanswered())
            raise AssertionError(f"{late}: {waiting}\n{await self._how_it_stands(person)}") from late

    async def _how_it_stands(self, person: Correspondent) -> str:
        """With what is this person's: at the gate, in the log, on its way."""
        stored = await self.fleet.stored(person.name)
        gate = [one for one in self.fleet.gate.answered if one.text in person.lines]
        dues = await self.fleet.ask("SELECT * FROM due WHERE subject = ANY(%s)", list(stored.logs))
        leases = await self.fleet.ask("SELECT name, holder, until, fence FROM leases")
        keeps = await self.fleet.polled.pending()
        return (
            f"GATE {gate}\nLOGS {stored.logs}\nSTATES {stored.states}\nPUSHES {stored.pushes}\nDUE {dues}\n"
            f"LEASES {leases}\nTELEGRAM KEEPS {keeps}\nCOMPLAINTS {self.fleet.complaints[-LATEST:]}"
        )

    async def check(self, *, ambiguous: int = 0) -> None:
        """What they know and what is stored go together; see ``checker``."""
        check(await self.record(ambiguous=ambiguous), await self.fleet.stored(self.name))

    async def record(self, *, ambiguous: int = 0) -> Record:
        """All that they know by now."""
        chats = [Chat(person.name, tuple(await person.talk.texts())) for person in self.people if person.lines]
        return Record(
            inputs=(*self._of_pages(), *await self._of_people()),
            told=tuple(self.desk.told),
            pages=tuple(
                Page(page.name, page.conversation, tuple(page.entries.values()))
                for page in self.pages
                if page.conversation
            ),
            chats=tuple(chats),
            ambiguous=ambiguous,
        )

    async def _is_served(self) -> bool:
        """The page that the operator has shows all of its log, and has nothing left to send."""
        page = self.served
        if page is None:
            return True
        heads = await self.fleet.ask("SELECT seq FROM conversations WHERE id = %s", page.conversation)
        return not page.outbox and any(
            page.through >= head for (head,) in heads
        )  # a page just loaded knows of none yet

    async def _is_confirmed(self) -> bool:
        return await self.fleet.polled.pending() == 0

    def _of_pages(self) -> list[Input]:
        return [
            Input(page.name, text, name in page.acknowledged, page.acknowledged.get(name), name in page.put_off)
            for page in self.pages
            for name, text in page.texts.items()
        ]

    async def _of_people(self) -> list[Input]:
        taken = self.fleet.gate.taken
        fetched = await self._is_confirmed()
        return [
            *(Input(one.name, line, line in taken) for one in self.called for line in one.lines),
            # What Telegram doesn't keep any more was confirmed by the next question.
            *(Input(one.name, line, fetched) for one in self.polled for line in one.lines),
        ]


@asynccontextmanager
async def _meanwhile(step: Callable[[], Awaitable[None]], *, pause: float, name: str) -> AsyncIterator[None]:
    """One step after another until the end, each whole: what was begun is known. What one fails by is raised there."""
    over = asyncio.Event()

    async def work() -> None:
        while not over.is_set():
            await step()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), pause)

    task = asyncio.create_task(work(), name=name)
    try:
        yield
    except BaseException:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    over.set()
    await task


async def _is_answered(person: Correspondent) -> bool:
    return bool(await person.talk.texts())


async def _people(fleet: Fleet, bot: BotUser, name: str, count: int) -> list[Correspondent]:
    users = [await fleet.telegram.add_user(f"{name} {number}") for number in range(count)]
    return [Correspondent(f"{name} {number}", user.talk(bot)) for number, user in enumerate(users)]


async def _say(one: Customer | Correspondent) -> None:
    if isinstance(one, Customer):
        await one.say(f"{one.name} line {len(one.texts) + 1}")
    else:
        await one.say()
