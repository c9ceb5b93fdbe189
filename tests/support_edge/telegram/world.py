"""What exists: bots, people, chats, messages and files; and how what happens becomes an update."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.support_edge.telegram.errors import Refusal, bad_request, forbidden
from tests.support_edge.telegram.updates import Updates

Kind = Literal["private", "group", "supergroup", "channel"]
Body = dict[str, Any]

DOWNLOAD = 20 * 1024 * 1024
UPLOAD = 50 * 1024 * 1024
PHOTO = 10 * 1024 * 1024
LOCAL_UPLOAD = 2000 * 1024 * 1024
EDITABLE = 48 * 3600
"""Seconds in which a message may be deleted."""


@dataclass(slots=True)
class User:
    id: int
    body: Body
    deactivated: bool = False


@dataclass(slots=True)
class Message:
    id: int
    chat: Chat
    body: Body
    by: int
    at: float
    deleted: bool = False
    markup: Body | None = None
    """A reply keyboard, its removal or a forced reply that came with it; the bot is not told of them."""
    versions: list[Body] = field(default_factory=list)
    """What it said before each edit."""


@dataclass(slots=True)
class Chat:
    id: int
    kind: Kind
    body: Body
    numbers: itertools.count[int]
    messages: dict[int, Message] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    bots: dict[int, str] = field(default_factory=dict)
    """The standing of bots here: ``member``, ``administrator``, ``left``, ``kicked``."""
    blocked: bool = False
    opened: bool = True
    """A person has written here, so the bot may, too."""
    migrated_to: int = 0
    topics: set[int] = field(default_factory=set)
    """Of a forum: the numbers of the messages by which its topics were made, which are their ids."""


@dataclass(slots=True)
class Webhook:
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    ip_address: str = ""
    has_custom_certificate: bool = False
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass(slots=True)
class BotAccount:
    id: int
    token: str
    body: Body
    updates: Updates
    numbers: itertools.count[int]
    """One row of message numbers for all its private chats, as Telegram has it."""
    private: dict[int, Chat] = field(default_factory=dict)
    webhook: Webhook = field(default_factory=Webhook)
    commands: dict[str, list[Body]] = field(default_factory=dict)
    menu: dict[int, Body] = field(default_factory=dict)
    picture: list[Body] = field(default_factory=list)
    """Its sizes."""


@dataclass(slots=True)
class File:
    id: str
    unique_id: str
    path: str
    size: int
    data: bytes
    kind: str = ""
    body: Body = field(default_factory=dict)


@dataclass(slots=True)
class Query:
    """A press on an inline button. ``answer`` is what the person was shown when the button stopped spinning."""

    id: str
    bot: int
    at: float
    answer: Body | None = None
    expired: bool = False


class World:
    """``clock`` is seconds since 1970; ``folder`` is where a local Bot API server keeps files."""

    def __init__(self, clock: Callable[[], float] = time.time, folder: Path | None = None) -> None:
        self.clock = clock
        self.folder = folder
        self.bots: dict[str, BotAccount] = {}
        self.bots_by_id: dict[int, BotAccount] = {}
        self.users: dict[int, User] = {}
        self.groups: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.paths: dict[str, File] = {}
        self.queries: dict[str, Query] = {}
        self.query_lifetime = 30.0
        """Seconds in which a press can be answered; the documentation gives no number."""
        self.changes = 0
        self._ids = itertools.count(1)
        self._changed = asyncio.Event()

    def next_id(self) -> int:
        return next(self._ids)

    def now(self) -> int:
        return int(self.clock())

    def changed(self) -> None:
        """Something that a person can see has changed."""
        self.changes += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, after: int, timeout: float) -> bool:
        """Whether something changed after ``after`` within ``timeout``."""
        try:
            async with asyncio.timeout(timeout):
                while self.changes <= after:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def bot_of(self, id: int) -> BotAccount:
        return self.bots_by_id[id]

    def private_chat(self, bot: BotAccount, user: User) -> Chat:
        """The chat of a person with a bot, made on first use."""
        chat = bot.private.get(user.id)
        if chat is None:
            names = ("first_name", "last_name", "username")
            body: Body = {"id": user.id, "type": "private"} | {key: user.body[key] for key in names if key in user.body}
            chat = Chat(user.id, "private", body, bot.numbers, bots={bot.id: "member"}, opened=False)
            bot.private[user.id] = chat
        return chat

    def chat_for(self, bot: BotAccount, id: int | str) -> Chat:
        """A chat that the bot may write to. Raises ``Refusal``."""
        chat = self.find(bot, id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to:
            raise Refusal(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        if chat.kind == "private":
            if self.users[chat.id].deactivated:
                raise forbidden("user is deactivated")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            if not chat.opened:
                raise forbidden("bot can't initiate conversation with a user")
            return chat
        standing = chat.bots.get(bot.id)
        if standing == "kicked":
            raise forbidden(f"bot was kicked from the {'group' if chat.kind == 'group' else chat.kind} chat")
        if standing == "left":
            raise forbidden(f"bot is not a member of the {'group' if chat.kind == 'group' else chat.kind} chat")
        if standing is None:
            raise bad_request("chat not found")
        return chat

    def find(self, bot: BotAccount, id: int | str) -> Chat | None:
        if isinstance(id, str):
            name = id.removeprefix("@").lower()
            named = (chat for chat in self.groups.values() if chat.body.get("username", "").lower() == name)
            return next(named, None) if id.startswith("@") and name else None
        return bot.private.get(id) or self.groups.get(id)

    def in_topic(self, chat: Chat, topic: int) -> Body:
        """The fields of a message that stands in a topic of a forum. It "replies" to the topic's begin, where it doesn't
        to anything else; the general topic is none. Raises ``Refusal``."""
        if not topic:
            return {}
        if topic not in chat.topics:
            raise bad_request("message thread not found")
        begin = chat.messages[topic].body
        return {"message_thread_id": topic, "is_topic_message": True, "reply_to_message": begin}

    def add_message(self, chat: Chat, by: int, content: Body) -> Message:
        """A new message; ``content`` is all of its fields but the number, the date and the chat."""
        id = next(chat.numbers)
        body = {"message_id": id, "date": self.now(), "chat": chat.body, **content}
        message = Message(id, chat, body, by, self.clock())
        chat.messages[id] = message
        self.changed()
        return message

    def add_file(self, data: bytes, *, kind: str, name: str = "", size: int = 0, body: Body | None = None) -> File:
        """``size`` may claim more than there is, so that no test has to carry megabytes."""
        unique = secrets.token_urlsafe(11)
        number = self.next_id()
        suffix = name.rsplit(".", 1)[-1] if "." in name else "bin"
        path = f"{kind}s/file_{number}.{suffix}"
        file = File(f"{kind}-{number}-{unique}", unique, path, size or len(data), data, kind, body or {})
        self.files[file.id] = self.paths[path] = file
        if self.folder is not None:
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return file
