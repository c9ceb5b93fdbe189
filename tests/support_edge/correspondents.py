"""People who write numbered messages to a bot, and what must hold of each one's log and chat afterwards."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.model.events import BotMessage, CustomerMessage, Entry
from tests.support_edge.checks import check_gapless, check_turns
from tests.support_edge.telegram import BotUser, Messenger, Talk
from tests.support_edge.waiting import until_async

SAID = "You said: "


@dataclass
class Correspondent:
    """Each line names its writer and its number."""

    name: str
    talk: Talk
    lines: list[str] = field(default_factory=list)

    async def say(self) -> None:
        line = f"{self.name} line {len(self.lines) + 1}"
        self.lines.append(line)
        await self.talk.say(line)

    async def write(self, chance: random.Random, *, lines: int) -> None:
        for _ in range(lines):
            await self.say()
            await asyncio.sleep(chance.choice((0, 0.02, 0.1, 0.3)))

    async def answered(self) -> bool:
        """The chat has an answer to every line."""
        return not await self.unanswered()

    async def unanswered(self) -> set[str]:
        return set(self.lines) - {line for text in await self.talk.texts() for line in answered_in(text)}


def answered_in(text: str) -> list[str]:
    """The lines that a reply of the scripted bot names."""
    return text.removeprefix(SAID).split(" + ")


async def correspondents(telegram: Messenger, bot: BotUser, count: int) -> list[Correspondent]:
    return [
        Correspondent(f"Person {number}", (await telegram.add_user(f"Person {number}")).talk(bot))
        for number in range(count)
    ]


async def until_answered(people: Sequence[Correspondent], *, within: float) -> None:
    async def all_are() -> bool:
        for person in people:
            if not await person.answered():
                return False
        return True

    await until_async(all_are, within=within, what="every line has its answer in the chat")


def logs_by_writer(logs: dict[str, list[Entry]]) -> dict[str, list[Entry]]:
    """The log of each who wrote; one conversation each."""
    found: dict[str, list[Entry]] = {}
    for log in logs.values():
        writers = {entry.event.text.partition(" line ")[0] for entry in log if isinstance(entry.event, CustomerMessage)}
        assert len(writers) == 1, writers
        (writer,) = writers
        assert writer not in found, f"two conversations of {writer}"
        found[writer] = log
    return found


async def check(person: Correspondent, log: Sequence[Entry], *, extras: int) -> int:
    """Each line is in the log once and in order, and covered by one turn; the chat has each reply, in order, and at most
    ``extras`` of them twice. How many those are."""
    check_gapless(log)
    check_turns(log)
    assert [e.event.text for e in log if isinstance(e.event, CustomerMessage)] == person.lines
    said = [e.event.text for e in log if isinstance(e.event, BotMessage)]
    seen = await person.talk.texts()
    assert list(dict.fromkeys(seen)) == said, f"SEEN {seen}\nSAID {said}"
    twice = (Counter(seen) - Counter(said)).total()
    assert twice <= extras, f"{twice} more than the log has: {seen}"
    return twice
