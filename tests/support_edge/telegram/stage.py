"""What people do, and what a test sets and looks at: plain operations over the world, all of them JSON in and out."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import itertools
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.support_edge.telegram import contents, pictures
from tests.support_edge.telegram.faults import Fault, Faults, Record
from tests.support_edge.telegram.limits import Limits
from tests.support_edge.telegram.sending import shallow
from tests.support_edge.telegram.updates import Updates
from tests.support_edge.telegram.world import Body, BotAccount, Chat, Kind, Query, User, World

SUPERGROUPS = -1_000_000_000_000


class Clock:
    """The machine's, and as far ahead as a test moved it; ``frozen`` stands still."""

    def __init__(self, start: float | None = None) -> None:
        self.start = start
        self.ahead = 0.0

    def __call__(self) -> float:
        return (time.time() if self.start is None else self.start) + self.ahead


class Stage:
    def __init__(self, *, clock: Clock | None = None, folder: Path | None = None) -> None:
        self.clock = clock or Clock()
        self.world = World(self.clock, folder)
        self.faults_set = Faults()
        self.calls_made: list[Record] = []
        self.limits = Limits(self.clock)
        self.news = asyncio.Event()
        """Set when a webhook may have something to deliver."""
        self.backoff = 1.0
        """Seconds before a failed webhook delivery is tried again; doubles up to a minute."""

    # Who there is

    def add_bot(self, name: str, username: str, token: str = "") -> Body:
        id = int(token.partition(":")[0]) if token else 7_000_000_000 + self.world.next_id()
        token = token or f"{id}:TEST-{secrets.token_hex(12)}"
        body: Body = {"id": id, "is_bot": True, "first_name": name, "username": username or f"test_{id}_bot"}
        updates = Updates(self.clock, first=100_000_000 + self.world.next_id() * 1_000_000)
        updates.on_new = self.news.set
        account = BotAccount(id, token, body, updates, itertools.count(1))
        self.world.bots[token] = self.world.bots_by_id[id] = account
        return {"token": token, **body}

    def picture(self, bot: int, data: bytes) -> None:
        """The bot's own picture."""
        account = self._account(bot)
        account.picture = pictures.sizes(self.world, data, *pictures.judge(data))

    def add_user(self, first_name: str, last_name: str = "", username: str = "", language: str = "") -> Body:
        id = 5_550_100_000 + self.world.next_id()
        names = {"last_name": last_name, "username": username, "language_code": language}
        body = {"id": id, "is_bot": False, "first_name": first_name, **{k: v for k, v in names.items() if v}}
        self.world.users[id] = User(id, body)
        return body

    def add_group(self, title: str, kind: Kind = "group", username: str = "") -> Body:
        number = self.world.next_id()
        id = -number - 4_000_000 if kind == "group" else SUPERGROUPS - number - 1_000_000_000
        body: Body = {"id": id, "type": kind, "title": title}
        if username:
            body["username"] = username
        self.world.groups[id] = Chat(id, kind, body, itertools.count(1))
        return body

    def add_topic(self, bot: int, chat: int, by: int, name: str) -> int:
        """A topic of a supergroup, which is a forum from then on; its id."""
        place = self.world.groups[chat]
        place.body["is_forum"] = True
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}, "is_topic_message": True}
        topic: int = self.post(bot, chat, by, created)["message_id"]
        place.messages[topic].body["message_thread_id"] = topic
        place.topics.add(topic)
        return topic

    def deactivate(self, user: int) -> None:
        self.world.users[user].deactivated = True

    # What they do

    def post(
        self, bot: int, chat: int, by: int, content: Body, file: Body | None = None, data: bytes = b"", size: int = 0
    ) -> Body:
        """A message of a person: ``content`` are its fields; ``file`` names what ``data`` becomes (see ``contents``)."""
        place = self._place(bot, chat)
        if place.kind == "private":
            self._unblocked(bot, place)
        if file is not None:
            content = {**content, **contents.stored(self.world, file, data, size)}
        author: Body = {} if place.kind == "channel" else {"from": self._user(by)}
        if place.kind == "channel":
            author = {"sender_chat": place.body}
        content = {**self.world.in_topic(place, content.pop("topic", 0)), **content}
        reply = content.pop("reply_to", None)
        if reply is not None:
            content["reply_to_message"] = shallow(place.messages[reply].body)
        message = self.world.add_message(place, by, {**author, **content})
        self._tell(place, bot, "channel_post" if place.kind == "channel" else "message", message.body)
        return message.body

    def edit(self, bot: int, chat: int, id: int, content: Body, gone: Sequence[str] = ()) -> Body:
        """A person changes what they wrote."""
        place = self._place(bot, chat)
        message = place.messages[id]
        message.versions.append(message.body)
        kept = {key: value for key, value in message.body.items() if key not in gone}
        message.body = {**kept, **content, "edit_date": self.world.now()}
        self.world.changed()
        kind = "edited_channel_post" if place.kind == "channel" else "edited_message"
        self._tell(place, bot, kind, message.body)
        return message.body

    def remove(self, bot: int, chat: int, id: int) -> None:
        """A person deletes a message; a bot is not told."""
        self._place(bot, chat).messages[id].deleted = True
        self.world.changed()

    def press(self, bot: int, chat: int, id: int, by: int, data: str) -> str:
        """A press on an inline button of the bot's message: the callback query's id."""
        message = self._place(bot, chat).messages[id]
        rows = message.body.get("reply_markup", {}).get("inline_keyboard", [])
        if message.deleted or not any(key.get("callback_data") == data for row in rows for key in row):
            raise LookupError(f"message {id} has no button {data!r}")
        return self.forge_press(bot, chat, id, by, data)

    def forge_press(self, bot: int, chat: int, id: int, by: int, data: str) -> str:
        """As ``press``, for a button that is no longer there (an old client) or never was. A message that the server
        does not have is told as inaccessible."""
        place = self._place(bot, chat)
        query = Query(str(secrets.randbits(62)), bot, self.clock())
        self.world.queries[query.id] = query
        message = place.messages.get(id)
        shown: Body = {"chat": place.body, "message_id": id, "date": 0}
        if message is not None and not message.deleted:
            shown = message.body
        body: Body = {
            "id": query.id, "from": self._user(by), "message": shown, "chat_instance": str(place.id * 7919),
            "data": data,
        }  # fmt: skip
        self._account(bot).updates.add("callback_query", body, place.id)
        return query.id

    def expire_query(self, query: str) -> None:
        self.world.queries[query].expired = True

    def query(self, query: str) -> Body | None:
        """What the person was shown; None while the button spins."""
        return self.world.queries[query].answer

    def react(self, bot: int, chat: int, id: int, by: int, emojis: Sequence[str], old: Sequence[str] = ()) -> None:
        place = self._place(bot, chat)
        body: Body = {
            "chat": place.body, "message_id": id, "user": self._user(by), "date": self.world.now(),
            "old_reaction": [{"type": "emoji", "emoji": emoji} for emoji in old],
            "new_reaction": [{"type": "emoji", "emoji": emoji} for emoji in emojis],
        }  # fmt: skip
        self._tell(place, bot, "message_reaction", body)

    def block(self, bot: int, user: int, blocked: bool = True) -> None:
        place = self._place(bot, user)
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        place.blocked = blocked
        place.opened = True
        self._standing(place, bot, user, before, after)

    def standing(self, bot: int, chat: int, by: int, status: str) -> None:
        """Someone adds the bot to a group, makes it administrator, or throws it out."""
        place = self.world.groups[chat]
        before = place.bots.get(bot, "left")
        place.bots[bot] = status
        self._standing(place, bot, by, before, status)
        if status == "member" and place.kind in ("group", "supergroup"):
            member = self._account(bot).body
            self.post(bot, chat, by, {"new_chat_members": [member], "new_chat_member": member})

    def migrate(self, bot: int, chat: int, by: int) -> Body:
        """A group becomes a supergroup: both tell so, and the old one takes no more messages."""
        old = self.world.groups[chat]
        body = self.add_group(old.body["title"], "supergroup")
        new = self.world.groups[body["id"]]
        new.bots = dict(old.bots)
        self.post(bot, chat, by, {"migrate_to_chat_id": new.id})
        old.migrated_to = new.id
        self.post(bot, new.id, by, {"migrate_from_chat_id": old.id})
        return body

    def raw_update(self, bot: int, kind: str, content: Body, queue: int = 0) -> int:
        """An update as given, of whatever kind, also one that the bot did not ask for."""
        updates = self._account(bot).updates
        kept, updates.allowed = updates.allowed, updates.allowed | {kind}
        try:
            return updates.add(kind, content, queue)
        finally:
            updates.allowed = kept

    # What a person sees

    def see(self, bot: int, chat: int) -> Body:
        """The chat as it stands, with the number of the change after which it stands so."""
        place = self._place(bot, chat)
        return {
            "changes": self.world.changes,
            "actions": list(place.actions),
            "messages": [
                {
                    "body": message.body, "from_bot": message.by == bot, "deleted": message.deleted,
                    "edits": len(message.versions), "markup": message.markup,
                }
                for message in place.messages.values()
            ],
        }  # fmt: skip

    async def wait(self, after: int, timeout: float) -> bool:
        return await self.world.wait(after, timeout)

    def changes(self) -> int:
        return self.world.changes

    def next_id(self) -> int:
        return self.world.next_id()

    # What a test sets and looks at

    def fault(self, fault: Body) -> None:
        self.faults_set.add(msgspec.convert(fault, Fault))

    def clear_faults(self) -> None:
        self.faults_set.clear()

    def calls(self, method: str = "", bot: int = 0) -> list[Body]:
        return [
            msgspec.to_builtins(call.call)
            for call in self.calls_made
            if (not method or call.method.lower() == method.lower()) and (not bot or call.bot == bot)
        ]

    def forget_calls(self) -> None:
        self.calls_made.clear()

    def advance(self, seconds: float) -> None:
        self.clock.ahead += seconds

    def replay(self, bot: int, ids: Sequence[int] = ()) -> int:
        return self._account(bot).updates.replay(ids)

    def copies(self, bot: int, copies: int) -> None:
        self._account(bot).updates.copies = copies

    def conflicts(self, bot: int, times: int) -> None:
        self._account(bot).updates.conflicts = times

    def pending(self, bot: int) -> int:
        return len(self._account(bot).updates.pending)

    def rates(self, on: bool, enforced: bool = True, burst: int = 5) -> None:
        self.limits.on, self.limits.enforced, self.limits.burst = on, enforced, burst

    def violations(self) -> list[Body]:
        return [dataclasses.asdict(violation) for violation in self.limits.violations]

    def webhook_backoff(self, seconds: float) -> None:
        self.backoff = seconds

    def commands(self, bot: int) -> dict[str, list[Body]]:
        return self._account(bot).commands

    def file_sent(self, file_id: str) -> str:
        """The bytes of a file, in base64."""
        return base64.b64encode(self.world.files[file_id].data).decode()

    def _account(self, bot: int) -> BotAccount:
        return self.world.bot_of(bot)

    def _user(self, id: int) -> Body:
        return self.world.users[id].body

    def _place(self, bot: int, chat: int) -> Chat:
        if chat in self.world.groups:
            return self.world.groups[chat]
        return self.world.private_chat(self._account(bot), self.world.users[chat])

    def _unblocked(self, bot: int, place: Chat) -> None:
        place.opened = True
        if place.blocked:
            self.block(bot, place.id, blocked=False)

    def _standing(self, place: Chat, bot: int, by: int, before: str, after: str) -> None:
        account = self._account(bot)
        body = {
            "chat": place.body, "from": self._user(by), "date": self.world.now(),
            "old_chat_member": contents.member(account.body, before),
            "new_chat_member": contents.member(account.body, after),
        }  # fmt: skip
        account.updates.add("my_chat_member", body, place.id)

    def _tell(self, place: Chat, bot: int, kind: str, body: Body) -> None:
        """Each bot that is in the chat."""
        accounts = [self._account(bot)] if place.kind == "private" else self.world.bots.values()
        for account in accounts:
            if place.bots.get(account.id) in ("member", "administrator"):
                account.updates.add(kind, body, place.id)
