"""What a test holds in its hands: the messenger, bots, people and their chats."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from tests.support_edge.telegram.faults import Call, Fault, FaultKind
from tests.support_edge.telegram.ports import Port
from tests.support_edge.telegram.talk import Talk
from tests.support_edge.waiting import WITHIN

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """A group, supergroup or channel."""

    port: Port
    id: int
    kind: str
    title: str

    async def add_bot(self, bot: BotUser, *, by: Person, status: str = "member") -> None:
        """``status`` ``administrator`` is what a bot needs to post in a channel."""
        await self.port.call("standing", bot=bot.id, chat=self.id, by=by.id, status=status)

    async def kick_bot(self, bot: BotUser, *, by: Person) -> None:
        await self.port.call("standing", bot=bot.id, chat=self.id, by=by.id, status="kicked")

    async def add_topic(self, bot: BotUser, name: str, *, by: Person) -> int:
        """A topic of a supergroup, which is a forum from then on; its id."""
        topic: int = await self.port.call("add_topic", bot=bot.id, chat=self.id, by=by.id, name=name)
        return topic

    async def migrate(self, bot: BotUser, *, by: Person) -> Group:
        """The supergroup that it becomes."""
        body = await self.port.call("migrate", bot=bot.id, chat=self.id, by=by.id)
        return Group(self.port, body["id"], body["type"], body["title"])


@dataclass(frozen=True, slots=True)
class Person:
    port: Port
    id: int
    body: Body
    """The User object."""

    def talk(self, bot: BotUser, group: Group | None = None, *, topic: int = 0) -> Talk:
        """This person in their private chat with the bot, or in a group where the bot is, maybe in a topic of it: all that
        they ``send`` and ``say`` stands there."""
        return Talk(self.port, bot=bot.id, chat=group.id if group else self.id, by=self.id, topic=topic)

    async def block(self, bot: BotUser) -> None:
        await self.port.call("block", bot=bot.id, user=self.id, blocked=True)

    async def unblock(self, bot: BotUser) -> None:
        await self.port.call("block", bot=bot.id, user=self.id, blocked=False)

    async def deactivate(self) -> None:
        """Deletes the account."""
        await self.port.call("deactivate", user=self.id)


@dataclass(frozen=True, slots=True)
class BotUser:
    port: Port
    id: int
    token: str
    username: str

    async def replay(self, *update_ids: int) -> int:
        """Delivers updates again although confirmed; all that there were, if none is named. How many."""
        replayed: int = await self.port.call("replay", bot=self.id, ids=list(update_ids))
        return replayed

    async def deliver_copies(self, copies: int) -> None:
        """From now on each update comes so many times."""
        await self.port.call("copies", bot=self.id, copies=copies)

    async def picture(self, data: bytes) -> None:
        """BotFather gives it a picture."""
        await self.port.call("picture", bot=self.id, data=data)

    async def conflict(self, times: int = 1) -> None:
        """So many of the next getUpdates meet another instance."""
        await self.port.call("conflicts", bot=self.id, times=times)

    async def pending(self) -> int:
        """Updates that wait to be fetched and confirmed."""
        waiting: int = await self.port.call("pending", bot=self.id)
        return waiting

    async def update(self, kind: str, content: Body, *, queue: int = 0) -> int:
        """An update just as given, of any kind, known or not, asked for or not; its id."""
        id: int = await self.port.call("raw_update", bot=self.id, kind=kind, content=content, queue=queue)
        return id

    async def commands(self) -> dict[str, list[Body]]:
        """What was set, by ``<scope as JSON>/<language>``."""
        commands: dict[str, list[Body]] = await self.port.call("commands", bot=self.id)
        return commands


class Messenger:
    """All of Telegram, as a test sets it up and looks at it."""

    def __init__(self, port: Port) -> None:
        self.port = port

    @property
    def url(self) -> str:
        """The base of the Bot API: ``<url>/bot<token>/METHOD`` and ``<url>/file/bot<token>/<path>``."""
        return self.port.url

    async def add_bot(self, name: str = "Lantern", *, username: str = "", token: str = "") -> BotUser:
        body = await self.port.call("add_bot", name=name, username=username, token=token)
        return BotUser(self.port, body["id"], body["token"], body["username"])

    async def add_user(
        self, first_name: str, *, last_name: str = "", username: str = "", language: str = "en"
    ) -> Person:  # fmt: skip
        body = await self.port.call(
            "add_user", first_name=first_name, last_name=last_name, username=username, language=language
        )
        return Person(self.port, body["id"], body)

    async def add_group(
        self, title: str, *, kind: Literal["group", "supergroup", "channel"] = "group", username: str = ""
    ) -> Group:
        body = await self.port.call("add_group", title=title, kind=kind, username=username)
        return Group(self.port, body["id"], body["type"], body["title"])

    async def fail(self, method: str, kind: FaultKind = "refuse", **fields: Any) -> None:
        """Sets a fault for the next call of ``method``; ``fields`` are those of ``Fault``."""
        await self.port.call("fault", fault=msgspec.to_builtins(Fault(method=method, kind=kind, **fields)))

    async def clear_faults(self) -> None:
        await self.port.call("clear_faults")

    async def calls(self, method: str = "", *, bot: BotUser | None = None) -> list[Call]:
        """All requests so far, in order; of one method, if named."""
        return msgspec.convert(await self.port.call("calls", method=method, bot=bot.id if bot else 0), list[Call])

    async def forget_calls(self) -> None:
        await self.port.call("forget_calls")

    async def wait_for_calls(self, method: str, count: int = 1, *, within: float = WITHIN) -> list[Call]:
        """When ``method`` has been called ``count`` times and answered (or dropped)."""
        deadline = time.monotonic() + within
        while True:
            changes = await self.port.call("changes")
            calls = [call for call in await self.calls(method) if call.done]
            if len(calls) >= count:
                return calls
            await self._wait(changes, deadline, f"{count} calls of {method}, only {len(calls)}")

    async def wait_until(self, holds: Callable[[], bool], *, within: float = WITHIN, what: str = "") -> None:
        """Looks at ``holds`` whenever something has changed here."""
        deadline = time.monotonic() + within
        while True:
            changes = await self.port.call("changes")
            if holds():
                return
            await self._wait(changes, deadline, what or str(holds))

    async def advance(self, seconds: float) -> None:
        """Moves the server's clock."""
        await self.port.call("advance", seconds=seconds)

    async def keep_rates(self, on: bool = True, *, enforced: bool = True, burst: int = 5) -> None:
        """Holds bots to the documented rates (429); not ``enforced``: only records who breaks them."""
        await self.port.call("rates", on=on, enforced=enforced, burst=burst)

    async def violations(self) -> list[Body]:
        """``{"bot", "chat", "rule": "chat" | "group" | "bot", "at"}``, in order."""
        violations: list[Body] = await self.port.call("violations")
        return violations

    async def webhook_backoff(self, seconds: float) -> None:
        """The pause before a delivery is first tried again."""
        await self.port.call("webhook_backoff", seconds=seconds)

    async def _wait(self, after: int, deadline: float, what: str) -> None:
        left = deadline - time.monotonic()
        assert left > 0, f"not in time: {what}"
        await self.port.call("wait", after=after, timeout=min(left, 5.0))
