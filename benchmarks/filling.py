"""A desk that has been used for years: many conversations and one very long thread, through the real store.

``python -m benchmarks.filling DATA`` fills the demo's folder; ``benchmarks.console`` does it for itself.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import say
from gateway.model import commands as c
from gateway.model.events import Endpoint, Page, Person
from gateway.model.ids import new_id
from gateway.store import directory, inbound, log
from gateway.store.opening import open_folder, open_sqlite
from gateway.store.sql import Tx
from gateway.store.store import Store, system_clock

MINUTE = 60_000_000
NAMES = ("Анна Пример", "Boris Example", "Вера Образцова", "Greta Sample", "Денис Примеров", "Ella Placeholder")
ASKED = (
    "Здравствуйте, интернет пропал с самого утра",
    "Which plan is good for a family of four?",
    "Сколько стоит перенести роутер в другую комнату?",
    "I was charged twice this month, please look",
    "Когда приедет мастер? Жду с девяти часов",
    "Can I pause the contract for the summer?",
)
ANSWERED = (
    "Проверяю, это займёт минуту.",
    "Thank you for waiting. I see it here.",
    "Мастер будет с двух до четырёх.",
    "It goes back to your card today.",
)
BATCH = 200


@dataclass(frozen=True)
class Filled:
    """What stands in the database now. ``thread``: the conversation with the long log."""

    conversations: int
    thread: str


@dataclass(frozen=True)
class Conversation:
    """A unit: one conversation, begun ``age`` minutes ago, with ``turns`` questions and answers."""

    inbox: str
    number: int
    owner: Person | None
    age: int
    turns: int = 1

    def __call__(self, tx: Tx, now: int) -> str:
        chance = random.Random(self.number)
        at = now - self.age * MINUTE
        name = f"{NAMES[self.number % len(NAMES)]} {self.number}"
        identity = inbound.lock_identity(tx, self.inbox, f"filled-{self.number}", now=at, name=name)
        endpoint = Endpoint(inbox=self.inbox, identity=identity.id, channel="webchat")
        page = Page(url=f"https://shop.example.com/plans/{self.number % 40}", title="Тарифы")
        draft = log.Draft(new_id(at), None, now=at)
        draft.apply(c.Start(contact=identity.contact, endpoint=endpoint, locale="ru", page=page))
        draft.apply(c.Say(text=chance.choice(ASKED), endpoint=endpoint, page=page))
        if self.owner is not None or self.number % 3 == 0:
            draft.apply(c.AskForPerson())
        if self.owner is not None:
            draft.apply(c.Take(operator=self.owner))
            self._talk(draft, endpoint, chance)
        log.save(tx, draft)
        inbound.point_identity(tx, identity.id, draft.conversation)
        return draft.conversation

    def _talk(self, draft: log.Draft, endpoint: Endpoint, chance: random.Random) -> None:
        assert self.owner is not None and draft.state is not None
        floor = draft.state.floor_seq
        for turn in range(self.turns):
            draft.now += MINUTE // 2
            draft.apply(c.Say(text=f"{chance.choice(ASKED)} ({turn})", endpoint=endpoint))
            draft.apply(
                c.SendReply(operator=self.owner, text=f"{chance.choice(ANSWERED)} ({turn})", floor_seq=floor)
            )  # fmt: skip


async def fill(
    store: Store, business: str, inbox: str, *, owners: Sequence[Person], conversations: int, thread: int
) -> Filled:  # fmt: skip
    """``conversations`` of which every second one belongs to one of ``owners``, and a thread of ``thread`` events."""
    for start in range(0, conversations, BATCH):
        numbers = range(start, min(conversations, start + BATCH))
        units = [_usual(inbox, n, owners) for n in numbers]
        await asyncio.gather(*(store.write(business, unit, key=str(unit.number)) for unit in units))
    turns = max(1, (thread - 4) // 2)
    long = Conversation(inbox, conversations, owners[0], age=turns // 2 + 1, turns=turns)
    return Filled(conversations + 1, await store.write(business, long))


def _usual(inbox: str, number: int, owners: Sequence[Person]) -> Conversation:
    owner = owners[number // 2 % len(owners)] if number % 2 else None
    return Conversation(inbox, number, owner, age=(number + 1) * 7)


async def main(data: Path, *, conversations: int, thread: int) -> None:
    with open_folder(data) as folder:
        store = open_sqlite(folder, clock=system_clock)
        await store.start()
        try:
            business = await store.read("", lambda tx, now: directory.read_businesses(tx)[0].id)
            people = await store.read(business, lambda tx, now: directory.read_operators(tx))
            inboxes = await store.read(business, lambda tx, now: directory.read_inboxes(tx))
            people.sort(key=lambda one: one.role != "operator")
            owners = [Person(id=one.account, name=one.name) for one in people]
            filled = await fill(
                store, business, inboxes[0].id, owners=owners, conversations=conversations, thread=thread
            )  # fmt: skip
        finally:
            await store.aclose()
    say(f"{filled.conversations} conversations; the long one is {filled.thread}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of a demo that is not running")
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--thread", type=int, default=5_000, help="events of the long thread")
    options = parser.parse_args()
    asyncio.run(main(options.data, conversations=options.conversations, thread=options.thread))
