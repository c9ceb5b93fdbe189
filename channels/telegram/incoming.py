"""Updates of Telegram → what the core, and the channel itself, can do with them. Pure; never fails on any input.

A message becomes an ``Inbound`` (or ``Opened``, ``Linked``), whatever its kind; what can't be read says so in
``Inbound.unsupported``. In groups the bot hears only what is addressed to it: a mention, a command, a reply to it, a press.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from channels.telegram import wire
from channels.telegram.contents import contents_of, words_of
from channels.telegram.pressing import pressed_of
from channels.telegram.reading import LONGEST_NAME, LONGEST_QUOTE, line, locale_of, name_of
from gateway.model.markup import units
from gateway.model.words import ASK_FOR_PERSON
from gateway.ports import AnyArrival, Edited, Inbound, Opened, Reach, Reacted

CHANNEL = "telegram"
CUSTOM_EMOJI, PAID_REACTION = "✨", "⭐"
"""A custom emoji is a picture of Telegram's own, so a reaction with one is shown as "✨"; a paid one as the star it costs."""

_COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@([a-z0-9_]{1,64}))?(?=\s|\Z)[ \t]*", re.IGNORECASE | re.ASCII)
_AFTER_MENTION = re.compile(r"[\s,:;]*")
_LINK = "c_"
_LONGEST_PAYLOAD, _LONGEST_ID = 64, 64
_GROUPS = ("group", "supergroup")


class BotFace(msgspec.Struct, frozen=True, kw_only=True):
    """The bot that the updates are of. ``username`` without "@"; ``key`` signs the buttons; ``page``: the business has a
    page where customers can go on."""

    business: str
    inbox: str
    bot_id: int
    username: str
    locales: tuple[str, ...]
    groups: Literal["addressed", "leave"]
    key: bytes
    page: bool = False


class PressedButton(msgspec.Struct, frozen=True, kw_only=True):
    """A button of ours was pressed: the one at ``place`` of message ``seq`` of the log (see ``pressing``).

    ``query`` is to be answered; ``message``: Telegram's id of what the button stands under. ``answered``: the button's
    title as the customer saw it, "" where Telegram doesn't tell (an inaccessible message), as for ``topic``.
    """

    business: str
    inbox: str
    address: str
    key: str
    name: str
    locale: str
    author: str
    query: str
    message: str
    topic: str
    seq: int
    place: int
    answered: str


class SpoiledPress(msgspec.Struct, frozen=True, kw_only=True):
    """A press that is to be answered and means nothing: of a button that isn't ours, or was another chat's."""

    query: str
    locale: str


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """The chat was opened with a link that carries a conversation over; ``token`` tells which."""

    opened: Opened
    token: str


class PageWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wants to go on at the business's page. ``alone``: not in a group; in one, ``answers`` is the message that is
    replied to, ``topic`` where it stands."""

    business: str
    inbox: str
    address: str
    key: str
    locale: str
    alone: bool
    answers: str = ""
    topic: str = ""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A group became a supergroup and has another address. Telegram says it in both chats, and so is this said twice."""

    old: str
    new: str


class MustLeave(msgspec.Struct, frozen=True, kw_only=True):
    """The bot is in a chat where it has no business to be."""

    chat: str


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing for us. ``key``: the update's, "" where it has none."""

    why: str
    key: str = ""


Item = AnyArrival | PressedButton | SpoiledPress | Linked | PageWanted | Moved | MustLeave | Ignored


def read(update: wire.Raw | bytes, face: BotFace) -> tuple[Item, ...]:
    """What an update means, as JSON or decoded from it. There is always one item at least."""
    told = wire.envelope(update)
    key = told.get("update_id")
    if not isinstance(key, int) or isinstance(key, bool) or not 0 <= key < wire.FURTHEST:
        return (Ignored(why="not an update"),)
    for kind, reader in _READERS.items():
        if isinstance(told.get(kind), dict):
            return (reader(told[kind], face, str(key)),)
    return (Ignored(why=_other_kind(told), key=str(key)),)


def _other_kind(told: wire.Raw) -> str:
    kinds = [line(kind, _LONGEST_ID) for kind in told if kind != "update_id"]
    return f"update: {kinds[0]}" if kinds else "update: empty"


def _message(raw: wire.Raw, face: BotFace, key: str) -> Item:
    message = wire.salvage(raw, wire.Message)
    if message is None:
        return Ignored(why="a message without a chat", key=key)
    if (passed := _passed(message, face, key)) is not None:
        return passed
    command = _command_of(message, face)
    if command is not None and command[0] == "start":
        return _opened(message, face, key, payload=command[1])
    if command is not None and command[0] == "web" and face.page:
        return PageWanted(
            business=face.business, inbox=face.inbox, address=str(message.chat.id), key=key,
            locale=_language(message.sender, face), alone=message.chat.type == "private", answers=_to_reply_to(message),
            topic=_topic(message),
        )  # fmt: skip
    return _inbound(message, raw, face, key) or Ignored(why="a service message", key=key)


def _edited(raw: wire.Raw, face: BotFace, key: str) -> Item:
    """An edit of what isn't addressed to the bot (any more) is passed like such a message."""
    message = wire.salvage(raw, wire.Message)
    if message is None:
        return Ignored(why="a message without a chat", key=key)
    if (passed := _passed(message, face, key)) is not None:
        return passed
    now = _inbound(message, raw, face, key)
    return Edited(**_arrival(message, face, key), now=now) if now else Ignored(why="a service message", key=key)


def _passed(message: wire.Message, face: BotFace, key: str) -> Item | None:
    """What becomes of a message that isn't said to the bot; None for one that is."""
    chat, sender = message.chat, message.sender
    if chat.type == "channel":
        return _unwanted(chat, face) or Ignored(why="a channel post", key=key)
    if sender is not None and sender.id == face.bot_id:
        return Ignored(why="the bot's own message", key=key)
    if chat.type not in _GROUPS:
        return Ignored(why="a message of another bot", key=key) if sender is not None and sender.is_bot else None
    if (leave := _unwanted(chat, face)) is not None:
        return leave
    if message.migrate_to_chat_id:
        return Moved(old=str(chat.id), new=str(message.migrate_to_chat_id))
    if message.migrate_from_chat_id:
        return Moved(old=str(message.migrate_from_chat_id), new=str(chat.id))
    if message.is_automatic_forward or (sender is not None and sender.is_bot and message.sender_chat is None):
        return Ignored(why="a message of another bot", key=key)
    return None if _addressed(message, face) else Ignored(why="group talk", key=key)


def _unwanted(chat: wire.Chat, face: BotFace) -> MustLeave | None:
    return MustLeave(chat=str(chat.id)) if face.groups == "leave" and chat.type != "private" else None


def _addressed(message: wire.Message, face: BotFace) -> bool:
    answered = _answered(message)
    if answered is not None and answered.sender is not None and answered.sender.id == face.bot_id:
        return True
    if _command_of(message, face) is not None:
        return True
    return any(_is_mention(message.text, one, face) for one in message.entities) or any(
        _is_mention(message.caption, one, face) for one in message.caption_entities
    )


def _is_mention(text: str, entity: wire.Entity, face: BotFace) -> bool:
    if entity.type == "text_mention":
        return entity.user is not None and entity.user.id == face.bot_id
    if entity.type != "mention" or entity.offset < 0 or entity.length != len(face.username) + 1:
        return False
    words = text.encode("utf-16-le", "surrogatepass")[2 * entity.offset : 2 * (entity.offset + entity.length)]
    return words.decode("utf-16-le", "replace").lower() == f"@{face.username}".lower()


def _mention_before(message: wire.Message, face: BotFace) -> int:
    """UTF-16 units that the bot's name takes at the begin of a group's message, with what parts it from the rest."""
    text, entities = (message.text, message.entities) if message.text else (message.caption, message.caption_entities)
    first = next((one for one in entities if one.offset == 0 and _is_mention(text, one, face)), None)
    if first is None or message.chat.type not in _GROUPS:
        return 0
    whole = text.encode("utf-16-le", "surrogatepass")
    rest = whole[2 * first.length :].decode("utf-16-le", "replace")
    match = _AFTER_MENTION.match(rest)
    after = match[0] if match else ""
    return first.length + units(after) if len(after) < len(rest) or not message.text else 0


def _command_of(message: wire.Message, face: BotFace) -> tuple[str, str] | None:
    """The command that a message is, in small letters, and what follows it; None for none, or another bot's."""
    match = _COMMAND.match(message.text)
    if match is None or (match[2] or face.username).lower() != face.username.lower():
        return None
    return match[1].lower(), message.text[match.end() :]


def _opened(message: wire.Message, face: BotFace, key: str, *, payload: str) -> Opened | Linked:
    """A link into a conversation works in a private chat only: in a group everybody would read on."""
    payload = line(payload, _LONGEST_PAYLOAD)
    token = payload.removeprefix(_LINK) if payload.startswith(_LINK) else ""
    opened = Opened(
        **_arrival(message, face, key), payload="" if token else payload, message=_to_reply_to(message),
        author=_author(message), topic=_topic(message),
    )  # fmt: skip
    return Linked(opened=opened, token=token) if token and message.chat.type not in _GROUPS else opened


def _to_reply_to(message: wire.Message) -> str:
    """The id of a command that is answered as a reply: in groups alone."""
    return str(message.message_id) if message.chat.type in _GROUPS else ""


def _inbound(message: wire.Message, raw: wire.Raw, face: BotFace, key: str) -> Inbound | None:
    held = contents_of(message, raw, without=_mention_before(message, face))
    if held is None:
        return None
    command = _command_of(message, face)
    asks = command is not None and command[0] == "operator"
    answered = _answered(message)
    return Inbound(
        **_arrival(message, face, key), text=held.text, spans=held.spans, files=held.files, place=held.place,
        phone=held.phone, unsupported=held.unsupported, choice=ASK_FOR_PERSON if asks else "", at_once=asks,
        sent_at=_instant(message.edit_date or message.date), message=str(message.message_id),
        answers=str(answered.message_id) if answered else "", quote=_quote(message), author=_author(message),
        album=line(message.media_group_id, _LONGEST_ID), forwarded=_forwarded(message.forward_origin),
        topic=_topic(message),
    )  # fmt: skip


def _arrival(message: wire.Message, face: BotFace, key: str) -> dict[str, Any]:
    return _arrived(message.chat, message.sender, face, key)


def _arrived(chat: wire.Chat, sender: wire.User | None, face: BotFace, key: str) -> dict[str, Any]:
    """What every arrival has. A group is one customer, under its own name."""
    name = name_of(chat) if chat.type in _GROUPS or sender is None else name_of(sender)
    return {
        "business": face.business, "inbox": face.inbox, "channel": CHANNEL, "address": str(chat.id), "key": key,
        "locale": _language(sender, face), "name": name,
    }  # fmt: skip


def _language(sender: wire.User | None, face: BotFace) -> str:
    return locale_of(sender.language_code if sender else "", face.locales)


def _answered(message: wire.Message) -> wire.Message | None:
    """What a message replies to. All that is said in a topic "replies" to the topic's begin, which nobody means."""
    answered = message.reply_to_message
    return None if answered is None or answered.forum_topic_created is not None else answered


def _quote(message: wire.Message) -> str:
    if message.quote is not None and message.quote.text:
        return line(message.quote.text, LONGEST_QUOTE)
    answered = _answered(message)
    return line(words_of(answered), LONGEST_QUOTE) if answered else ""


def _author(message: wire.Message) -> str:
    """Who of a group writes: a person, an admin who speaks as the group, or a channel."""
    if message.chat.type not in _GROUPS:
        return ""
    if message.sender_chat is not None:
        return line(message.author_signature, LONGEST_NAME) or name_of(message.sender_chat)
    return name_of(message.sender)


def _topic(message: wire.Message) -> str:
    """The topic of a forum (or of a private chat that has them). What replies to something elsewhere is in a "thread" of
    Telegram's, too, to which nothing can be sent; and so is all that stands in a forum's general topic."""
    return str(message.message_thread_id) if message.is_topic_message and message.message_thread_id > 0 else ""


def _forwarded(origin: wire.Origin | None) -> str:
    if origin is None:
        return ""
    who = name_of(origin.sender_user or origin.sender_chat or origin.chat)
    return who or line(origin.sender_user_name or origin.author_signature, LONGEST_NAME) or "?"


def _instant(seconds: int) -> int | None:
    return seconds * 1_000_000 if 0 < seconds < 1 << 40 else None


def _callback(raw: wire.Raw, face: BotFace, key: str) -> Item:
    query = wire.salvage(raw, wire.CallbackQuery)
    if query is None:
        return Ignored(why="a press without an id", key=key)
    message = query.message
    if message is None:
        return SpoiledPress(query=query.id, locale=_language(query.sender, face))
    if (leave := _unwanted(message.chat, face)) is not None:
        return leave
    pressed = pressed_of(query.data, key=face.key, chat=str(message.chat.id))
    if pressed is None:
        return SpoiledPress(query=query.id, locale=_language(query.sender, face))
    who = _arrived(message.chat, query.sender, face, key)
    del who["channel"]
    return PressedButton(
        **who, author=name_of(query.sender) if message.chat.type in _GROUPS else "", query=query.id,
        message=str(message.message_id), topic=_topic(message), seq=pressed.seq, place=pressed.place, answered=_title(message, query.data),
    )  # fmt: skip


def _title(message: wire.Message, data: str) -> str:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return next((line(one.text, LONGEST_NAME) for row in rows for one in row if one.callback_data == data), "")


def _reaction(raw: wire.Raw, face: BotFace, key: str) -> Item:
    """Anonymous reactions (of a channel, or a group's admins) are nobody's."""
    reaction = wire.salvage(raw, wire.Reaction)
    if reaction is None or reaction.user is None or reaction.user.is_bot:
        return Ignored(why="a reaction of nobody", key=key)
    if (leave := _unwanted(reaction.chat, face)) is not None:
        return leave
    emoji = tuple(filter(None, map(_emoji, reaction.new_reaction[:16])))
    who = _arrived(reaction.chat, reaction.user, face, key)
    return Reacted(**who, message=str(reaction.message_id), emoji=emoji)


def _emoji(reaction: wire.ReactionType) -> str:
    match reaction.type:
        case "emoji":
            return line(reaction.emoji, 16)
        case "paid":
            return PAID_REACTION
        case _:
            return CUSTOM_EMOJI


def _membership(raw: wire.Raw, face: BotFace, key: str) -> Item:
    """What the bot may do in a chat by now. A customer who blocked it has ``kicked`` it."""
    change = wire.salvage(raw, wire.Membership)
    if change is None:
        return Ignored(why="a membership without a chat", key=key)
    member, chat = change.new_chat_member, change.chat
    gone = member.status in ("left", "kicked") or (member.status == "restricted" and not member.is_member)
    if (leave := _unwanted(chat, face)) is not None:
        return Ignored(why="the bot is gone from where it had no business", key=key) if gone else leave
    if chat.type == "channel":
        return Ignored(why="a channel", key=key)
    lost = gone or (member.status == "restricted" and not member.can_send_messages)
    return Reach(**_arrived(chat, change.sender, face, key), lost=lost)


def _post(raw: wire.Raw, face: BotFace, key: str) -> Item:
    message = wire.salvage(raw, wire.Message)
    leave = _unwanted(message.chat, face) if message else None
    return leave or Ignored(why="a channel post", key=key)


_READERS = {
    "message": _message, "edited_message": _edited, "callback_query": _callback, "message_reaction": _reaction,
    "my_chat_member": _membership, "channel_post": _post, "edited_channel_post": _post,
}  # fmt: skip

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member", "channel_post")
"""What is asked of Telegram; reactions come only if named. Channel posts tell of channels that are to be left."""
