"""A working day through a node's public edges, in virtual time: customers on pages and in Telegram, operators at consoles.

What people do is drawn from ``seed``; when it is done stands in the agenda, and the clock jumps from one thing to the next once
the node has nothing left to do. In between all is real: sockets, HTTP, the routing, the timers, the database.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, or_, select

from gateway.model import words
from gateway.store.schema import due
from gateway.store.sql import Query
from tests.support.clock import SECOND
from tests.support_edge.clients import Console, Widget, connect_console
from tests.support_edge.site import Site
from tests.support_edge.telegram import BotUser, Messenger, Talk
from tests.support_edge.times import Times
from tests.support_edge.waiting import until, until_async

MINUTE, HOUR = 60.0, 3600.0
LONGEST_STEP = 20.0
"""Seconds that pass at once: shorter than any peer waits for a sign of life."""
ROWS_AFTER = 0.11
"""Seconds after which consoles have been told of rows that changed."""
_RIPE = Query(
    select(due.c.kind, due.c.due_at, due.c.lease_until).where(
        due.c.business_id == bindparam("business_id"),
        or_(due.c.due_at <= bindparam("now"), due.c.lease_until > 0),
    )
)
Act = Callable[[], Awaitable[None]]


class Agenda:
    """What is to happen, and the time that passes in between. Seconds since the day began."""

    def __init__(self, site: Site, times: Times) -> None:
        self.site = site
        self.times = times
        self.began = times.clock.now
        self._plan: list[tuple[int, int, Act]] = []  # instants of the clock
        self._numbers = itertools.count()

    @property
    def now(self) -> float:
        return (self.times.clock.now - self.began) / SECOND

    def at(self, when: float, act: Act) -> None:
        heapq.heappush(self._plan, (self.began + round(when * SECOND), next(self._numbers), act))

    def later(self, seconds: float, act: Act) -> None:
        self.at(self.now + seconds, act)

    async def run(self) -> None:
        """All that is planned, and whatever is planned meanwhile."""
        while self._plan:
            when, _, act = self._plan[0]
            if when > self.times.clock.now:
                await self._pass(when, LONGEST_STEP)
                continue
            heapq.heappop(self._plan)
            await act()
            await self.settle()

    async def rest(self, seconds: float, *, step: float) -> None:
        """Nobody does anything, for so long."""
        over = self.times.clock.now + round(seconds * SECOND)
        while self.times.clock.now < over:
            await self._pass(over, step)

    async def _pass(self, when: int, step: float) -> None:
        await self.times.advance(min(step, (when - self.times.clock.now) / SECOND))
        await self.settle()

    async def settle(self) -> None:
        """The node has done whatever is due by now, and everybody has heard of it."""
        dispatcher, business = self.site.node.dispatcher, self.site.ours.business
        dispatcher.due_at(1)

        ripe: list[tuple[Any, ...]] = []

        async def at_rest() -> bool:
            ripe[:] = await dispatcher.store.read(business, lambda tx, now: tx.all(_RIPE, now=now))
            return not ripe

        await until_async(at_rest, what="nothing is due")
        await self.times.advance(ROWS_AFTER)
        for _ in range(20):
            await asyncio.sleep(0)


@dataclass
class Operator:
    """Somebody at a console. What is offered to them they mostly accept; what is theirs they answer and end."""

    day: Day
    name: str
    console: Console | None = None
    handling: set[str] = field(default_factory=set)
    _reader: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.day.site.ours.accounts[self.name]

    async def begin(self) -> None:
        site = self.day.site
        self.console = await connect_console(
            site.http, site.origin, business=site.ours.business, session=site.ours.sessions[self.name]
        )
        self._reader = asyncio.create_task(self._read(self.console), name=f"console of {self.name}")
        await self.choose("online")

    async def choose(self, state: str) -> None:
        status, answer = await self.day.site.call(
            "PUT", "/api/v1/me/presence", who=self.name, json={"state": state, "reason": ""}
        )
        assert status == 200, answer

    async def end(self) -> None:
        """Takes nothing more, and goes when there is nothing left to do."""
        await self.choose("away")
        self.day.agenda.later(MINUTE, self._leave)

    async def _leave(self) -> None:
        if self.handling:
            self.day.agenda.later(MINUTE, self._leave)
        else:
            await self.vanish()

    async def vanish(self) -> None:
        """The console is gone, with whatever was in hand."""
        self.handling.clear()
        console, reader = self.console, self._reader
        self.console = self._reader = None
        if console is not None and reader is not None:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await console.close()

    async def _read(self, console: Console) -> None:
        while True:
            try:
                message = await console.ws.receive_json()
            except TypeError:  # closed
                return
            for row in message.get("rows", ()):
                self._look(row)

    def _look(self, row: dict[str, Any]) -> None:
        conversation, offer, owner = row["conversation"], row["offer"], row["owner"]
        mine = owner is not None and owner["id"] == self.id and row["status"] == "open"
        if conversation in self.handling or not (mine or (offer and offer["operator"]["id"] == self.id)):
            return
        self.handling.add(conversation)
        pause = self.day.dice.uniform(1, 9)
        self.day.agenda.later(pause, lambda: self._talk(conversation) if mine else self._answer(conversation))

    async def _answer(self, conversation: str) -> None:
        """What is done with an offer."""
        chance = self.day.dice.random()
        if chance < 0.04:
            self.handling.discard(conversation)  # overheard: it runs out
            self.day.did["let pass"] += 1
            self.day.agenda.later(HOUR / 2, lambda: self.choose("online"))
            return
        verb = "decline" if chance < 0.08 else "accept"
        status = await self._do(conversation, verb)
        if verb == "accept" and status == 200:
            await self._talk(conversation)
        else:
            self.handling.discard(conversation)

    async def _talk(self, conversation: str) -> None:
        state = await self._state(conversation)
        if not self._has(state):
            self.handling.discard(conversation)
            return
        if state.get("callback"):
            self.day.agenda.later(2 * MINUTE, lambda: self._called(conversation))
            return
        text = self.day.dice.choice(("It is on its way.", "Please turn it off and on.", "I have written it down."))
        await self._do(conversation, "reply", id=self.day.new_id(), text=text, floor_seq=state["floor_seq"])
        self.day.agenda.later(self.day.dice.expovariate(1 / (4 * MINUTE)) + 30, lambda: self._finish(conversation))

    async def _called(self, conversation: str) -> None:
        """They rang the customer, who picks up mostly, and at the second try."""
        state = await self._state(conversation)
        if not self._has(state) or not state.get("callback"):
            self.handling.discard(conversation)
            return
        self.handling.discard(conversation)
        floor = state["floor_seq"]
        if self.day.dice.random() < 0.3 and not state["callback"].get("attempts"):
            again_at = self.day.agenda.times.clock.now + 10 * 60 * SECOND
            await self._do(conversation, "callback_tried", floor_seq=floor, outcome="no_answer", again_at=again_at)
        else:
            await self._do(conversation, "resolve", floor_seq=floor, ending="called_back")

    async def _finish(self, conversation: str) -> None:
        self.handling.discard(conversation)
        state = await self._state(conversation)
        if self._has(state):
            await self._do(conversation, "resolve", floor_seq=state["floor_seq"])

    def _has(self, state: dict[str, Any]) -> bool:
        return bool(self.console and state["status"] == "open" and state["owner"]["id"] == self.id)

    async def _state(self, conversation: str) -> dict[str, Any]:
        path = f"/api/v1/businesses/{self.day.site.ours.business}/conversations/{conversation}"
        status, found = await self.day.site.call("GET", path, who=self.name)
        assert status == 200, found
        state: dict[str, Any] = found["conversation"]
        return state

    async def _do(self, conversation: str, verb: str, **body: object) -> int:
        status, answer = await self.day.site.verb(conversation, verb, who=self.name, **body)
        assert status in (200, 409), (verb, answer)
        self.day.did[verb if status == 200 else f"{verb} refused"] += 1
        return status


class Visitor:
    """Somebody on the business's page."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self._widget: Widget | None = None
        self._reader: asyncio.Task[None] | None = None

    async def say(self, text: str, choice: str = "") -> None:
        if self._widget is None:
            self._widget = await self.day.site.widget()
            self._reader = asyncio.create_task(self._read(self._widget), name="a visitor's page")
        widget, name = self._widget, self.day.new_id()
        await widget.send({"type": "message", "id": name, "text": text, "choice": choice, "files": []})
        await until(lambda: any(one["type"] == "ack" and one["id"] == name for one in widget.frames))

    async def _read(self, widget: Widget) -> None:
        """A page answers signs of life only while it reads."""
        while True:
            try:
                widget.frames.append(await widget.ws.receive_json())
            except TypeError:  # closed
                return

    async def go(self) -> None:
        if self._widget is not None and self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
            await self._widget.close()

    async def answered(self) -> bool:
        """Whether a person wrote to them."""
        assert self._widget is not None
        return any(entry["event"]["type"] == "operator_message" for entry in self._widget.entries)


class Chat:
    """Somebody in the messenger."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    async def say(self, text: str, choice: str = "") -> None:
        await self._talk.say({words.ASK_FOR_PERSON: "/operator"}.get(choice, text))

    async def go(self) -> None:
        pass

    async def answered(self) -> bool:
        mine = ("on its way", "off and on", "written it down")
        return any(part in text for text in await self._talk.texts() for part in mine)


@dataclass
class Day:
    """``did``: how often anybody did what."""

    site: Site
    agenda: Agenda
    telegram: Messenger
    bot: BotUser
    dice: random.Random
    operators: list[Operator] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self) -> str:
        return f"day-{next(self._ids)}"

    async def arrive(self) -> None:
        """A customer comes, two in three to the page, and asks the bot; most want a person then."""
        self.did["customers"] += 1
        if self.dice.random() < 1 / 3:
            person = await self.telegram.add_user(f"Customer {self.did['customers']}")
            customer: Visitor | Chat = Chat(person.talk(self.bot))
            self.did["in the messenger"] += 1
        else:
            customer = Visitor(self)
        await customer.say("Where is my parcel?")
        if self.dice.random() < 0.15:
            self.did["content with the bot"] += 1
            await customer.go()
            return
        self.agenda.later(self.dice.uniform(5, 60), lambda: self._ask(customer))

    async def _ask(self, customer: Visitor | Chat) -> None:
        await customer.say("A person, please", words.ASK_FOR_PERSON)
        self.did["asked for a person"] += 1
        self.agenda.later(self.dice.expovariate(1 / (6 * MINUTE)) + 20, lambda: self._tire(customer))

    async def _tire(self, customer: Visitor | Chat) -> None:
        """Their patience is over. Who was answered stays for another word, or not."""
        chance = self.dice.random()
        if await customer.answered():
            if chance < 0.5:
                await customer.say("Thank you")
            await customer.go()
            return
        self.did["out of patience"] += 1
        if chance < 0.3:
            await customer.say("Cancel")
        elif chance < 0.7 and isinstance(customer, Visitor):
            await customer.say("Call me back", words.CALL_BACK)
            await customer.say("+7 495 000-00-42")
        await customer.go()
