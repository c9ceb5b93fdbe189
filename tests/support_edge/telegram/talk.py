"""One person in one chat: what they do there, and what they see."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tests.support_edge.telegram import pictures
from tests.support_edge.telegram.ports import Port
from tests.support_edge.telegram.seen import Body, Seen, seen
from tests.support_edge.waiting import WITHIN

T = TypeVar("T")

OGG = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(200)


class Talk:
    """Every act makes the update that Telegram would make. ``**more`` are further fields of the Message object, as the
    Bot API names them."""

    def __init__(self, port: Port, *, bot: int, chat: int, by: int, topic: int = 0) -> None:
        self.port = port
        self.bot = bot
        self.chat = chat
        self.by = by
        self.topic = topic

    # What the person does

    async def send(self, content: Body, **more: Any) -> Seen:
        """A message with these fields. ``reply_to=<id>`` answers another; ``quote``, ``external_reply``,
        ``forward_origin`` and all others go as they are."""
        content = {**content, **more, **({"topic": self.topic} if self.topic else {})}
        body = await self.port.call("post", bot=self.bot, chat=self.chat, by=self.by, content=content)
        return self._mine(body)

    async def say(self, text: str, **more: Any) -> Seen:
        """A text. Commands in it are marked by an entity, as Telegram does."""
        if text.startswith("/") and "entities" not in more:
            length = len(text.split(maxsplit=1)[0])
            more["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return await self.send({"text": text}, **more)

    async def start(self, payload: str = "") -> Seen:
        """Presses Start, or opens a link ``https://t.me/<bot>?start=<payload>``."""
        return await self.say(f"/start {payload}".rstrip())

    async def reply(self, to: Seen, text: str, *, quote: str = "") -> Seen:
        more: Body = {"reply_to": to.id}
        if quote:
            position = len(to.text[: to.text.index(quote)].encode("utf-16-le")) // 2
            more["quote"] = {"text": quote, "position": position, "is_manual": True}
        return await self.say(text, **more)

    async def send_file(
        self, kind: str, data: bytes, *, size: int = 0, fields: Body | None = None, **more: Any
    ) -> Seen:  # fmt: skip
        """``kind``: photo, document, audio, voice, video, video_note, animation, sticker. ``fields`` differ from the
        usual ones of its object; ``size`` claims more bytes than there are."""
        body = await self.port.call(
            "post", bot=self.bot, chat=self.chat, by=self.by, content=more, file={"kind": kind, **(fields or {})},
            data=data, size=size,
        )  # fmt: skip
        return self._mine(body)

    async def photo(self, caption: str = "", *, data: bytes = b"", size: int = 0, **more: Any) -> Seen:
        return await self.send_file("photo", data or pictures.png(), size=size, **_captioned(caption), **more)

    async def album(self, count: int = 2, caption: str = "") -> list[Seen]:
        """So many photos at once: a message each, of one ``media_group_id``; the caption is the first one's."""
        album = str(13_000_000_000_000 + await self.port.call("next_id"))
        return [await self.photo(caption if not n else "", media_group_id=album) for n in range(count)]

    async def document(
        self, name: str = "list.pdf", *, data: bytes = b"%PDF-1.4\n%%EOF\n", mime: str = "application/pdf",
        caption: str = "", size: int = 0,
    ) -> Seen:  # fmt: skip
        fields = {"file_name": name, "mime_type": mime}
        return await self.send_file("document", data, size=size, fields=fields, **_captioned(caption))

    async def voice(self, seconds: int = 3, *, data: bytes = OGG, size: int = 0, **more: Any) -> Seen:
        return await self.send_file("voice", data, size=size, fields={"duration": seconds}, **more)

    async def audio(self, *, data: bytes = b"ID3\x04" + bytes(100), **fields: Any) -> Seen:
        return await self.send_file("audio", data, fields=fields)

    async def video(self, caption: str = "", *, data: bytes = b"\x00\x00\x00\x18ftypmp42" + bytes(100)) -> Seen:
        return await self.send_file("video", data, **_captioned(caption))

    async def video_note(self, *, data: bytes = b"\x00\x00\x00\x18ftypmp42" + bytes(100)) -> Seen:
        return await self.send_file("video_note", data)

    async def animation(self, *, data: bytes = b"\x00\x00\x00\x18ftypmp42" + bytes(100)) -> Seen:
        return await self.send_file("animation", data)

    async def sticker(self, emoji: str = "👍", *, data: bytes = b"RIFF\x00\x00\x00\x00WEBP") -> Seen:
        return await self.send_file("sticker", data, fields={"emoji": emoji})

    async def location(self, latitude: float = 55.75, longitude: float = 37.62, **fields: Any) -> Seen:
        return await self.send({"location": {"latitude": latitude, "longitude": longitude, **fields}})

    async def live_location(self, latitude: float = 55.75, longitude: float = 37.62, *, period: int = 900) -> Seen:
        return await self.location(latitude, longitude, live_period=period, horizontal_accuracy=12.0)

    async def move(self, sent: Seen, latitude: float, longitude: float) -> Seen:
        """The next place of a live location: an edit."""
        place = {**sent.body["location"], "latitude": latitude, "longitude": longitude}
        return await self._edit(sent, {"location": place})

    async def venue(self, title: str = "Lantern Bakery", address: str = "1 Test Street") -> Seen:
        place = {"latitude": 55.75, "longitude": 37.62}
        return await self.send({"venue": {"location": place, "title": title, "address": address}, "location": place})

    async def contact(self, phone: str, first_name: str, *, user_id: int = 0) -> Seen:
        """Somebody's contact; ``user_id`` if they are on Telegram."""
        contact = {"phone_number": phone, "first_name": first_name}
        return await self.send({"contact": contact | ({"user_id": user_id} if user_id else {})})

    async def own_contact(self, phone: str, first_name: str = "Anna") -> Seen:
        """The person's own number, as a ``request_contact`` key sends it."""
        return await self.contact(phone, first_name, user_id=self.by)

    async def dice(self, value: int = 6, emoji: str = "🎲") -> Seen:
        return await self.send({"dice": {"emoji": emoji, "value": value}})

    async def poll(self, question: str = "When?", options: Sequence[str] = ("Today", "Tomorrow")) -> Seen:
        choices = [
            {"persistent_id": str(n), "text": option, "voter_count": 0} for n, option in enumerate(options)
        ]  # fmt: skip
        return await self.send({
            "poll": {
                "id": "5300000000000000001", "question": question, "options": choices, "total_voter_count": 0,
                "is_closed": False, "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
                "allows_revoting": True, "members_only": False,
            }
        })  # fmt: skip

    async def story(self) -> Seen:
        return await self.send({"story": {"chat": {"id": self.by, "type": "private", "first_name": "Anna"}, "id": 1}})

    async def game(self) -> Seen:
        photo = [{"file_id": "game", "file_unique_id": "game", "width": 90, "height": 60}]
        return await self.send({"game": {"title": "Buns", "description": "Catch them", "photo": photo}})

    async def edit(self, sent: Seen, text: str) -> Seen:
        """Changes the text, or the caption, of an own message."""
        return await self._edit(sent, {"text" if "text" in sent.body else "caption": text})

    async def delete(self, message: Seen) -> None:
        """A bot is not told of it."""
        await self.port.call("remove", bot=self.bot, chat=self.chat, id=message.id)

    async def react(self, to: Seen, *emojis: str) -> None:
        await self.port.call("react", bot=self.bot, chat=self.chat, id=to.id, by=self.by, emojis=list(emojis))

    async def press(self, message: Seen, label: str) -> str:
        """Presses the inline button that reads ``label``: the query's id, for ``answered``."""
        shown = await self.message(message.id)
        data = next((button.data for button in shown.buttons if button.text == label and button.data), None)
        if data is None:
            raise LookupError(f"no button {label!r} among {shown.labels}")
        query: str = await self.port.call(
            "press", bot=self.bot, chat=self.chat, id=message.id, by=self.by, data=data
        )  # fmt: skip
        return query

    async def forge_press(self, message_id: int, data: str) -> str:
        """As a client that lies, or shows what is no longer there."""
        query: str = await self.port.call(
            "forge_press", bot=self.bot, chat=self.chat, id=message_id, by=self.by, data=data
        )
        return query

    async def press_key(self, label: str) -> Seen:
        """Presses a key of the reply keyboard that shows now: its text is sent."""
        shown = [message for message in await self.messages() if message.keyboard and not message.deleted]
        if not shown or label not in shown[-1].keys:
            raise LookupError(f"no key {label!r}")
        return await self.say(label)

    # What the person sees

    async def messages(self) -> list[Seen]:
        """All of the chat, those deleted too, in order."""
        return (await self._look())[1]

    async def from_bot(self) -> list[Seen]:
        """What the bot wrote and did not delete."""
        return [message for message in await self.messages() if message.from_bot and not message.deleted]

    async def texts(self) -> list[str]:
        return [message.text for message in await self.from_bot()]

    async def message(self, id: int) -> Seen:
        return next(message for message in await self.messages() if message.id == id)

    async def actions(self) -> list[str]:
        """``typing`` and the like, in order."""
        actions: list[str] = (await self.port.call("see", bot=self.bot, chat=self.chat))["actions"]
        return actions

    async def wait_for(self, wanted: Callable[[Seen], bool], *, within: float = WITHIN) -> Seen:
        """The first message of the bot, not deleted, for which ``wanted`` holds."""

        def found(messages: list[Seen]) -> Seen | None:
            return next((one for one in messages if one.from_bot and not one.deleted and wanted(one)), None)

        return await self._until(found, within)

    async def wait_for_text(self, text: str, *, within: float = WITHIN) -> Seen:
        """The first message of the bot that has ``text`` in it."""
        return await self.wait_for(lambda message: text in message.text, within=within)

    async def wait_until(self, holds: Callable[[list[Seen]], bool], *, within: float = WITHIN) -> list[Seen]:
        """The chat, once ``holds`` is true of it."""
        return await self._until(lambda messages: messages if holds(messages) else None, within)

    async def answered(self, query: str, *, within: float = WITHIN) -> Body:
        """What the person was shown when the button stopped spinning: ``{"text", "show_alert"}``."""
        deadline = time.monotonic() + within
        while True:
            changes = await self.port.call("changes")
            answer: Body | None = await self.port.call("query", query=query)
            if answer is not None:
                return answer
            await self._wait(changes, deadline, "the button still spins")

    async def expire(self, query: str) -> None:
        """The press is now too old to be answered."""
        await self.port.call("expire_query", query=query)

    async def download(self, message: Seen) -> bytes:
        """The bytes of a file in the chat."""
        return base64.b64decode(await self.port.call("file_sent", file_id=message.file_id))

    async def _edit(self, sent: Seen, content: Body) -> Seen:
        gone = [name for name in ("entities", "caption_entities") if name in sent.body]
        body = await self.port.call(
            "edit", bot=self.bot, chat=self.chat, id=sent.id, content=content, gone=gone
        )  # fmt: skip
        return self._mine(body)

    async def _look(self) -> tuple[int, list[Seen]]:
        view = await self.port.call("see", bot=self.bot, chat=self.chat)
        return view["changes"], [seen(entry) for entry in view["messages"]]

    async def _until(self, find: Callable[[list[Seen]], T | None], within: float) -> T:
        deadline = time.monotonic() + within
        while True:
            changes, messages = await self._look()
            found = find(messages)
            if found is not None:
                return found
            await self._wait(changes, deadline, f"the chat has {[message.text for message in messages]}")

    async def _wait(self, after: int, deadline: float, what: str) -> None:
        left = deadline - time.monotonic()
        assert left > 0, f"not in time: {what}"
        await self.port.call("wait", after=after, timeout=min(left, 5.0))

    def _mine(self, body: Body) -> Seen:
        return seen({"body": body, "from_bot": False, "deleted": False, "edits": 0, "markup": None})


def _captioned(caption: str) -> Body:
    return {"caption": caption} if caption else {}
