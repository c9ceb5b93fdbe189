"""The objects of the Bot API that we read (https://core.telegram.org/bots/api, version 10.3), as far as we read them.

Tolerant on purpose: fields that nobody here knows pass by, and a field of a shape that isn't documented is dropped alone:
it must not lose the message it came with. What is missing has the default that means "not told".
"""

from __future__ import annotations

import functools
import types
import typing
from typing import Any, TypeVar

import msgspec

Raw = dict[str, Any]
S = TypeVar("S", bound=msgspec.Struct)
FURTHEST = 1 << 62
"""No id or instant of Telegram's is beyond it; what is, is garbage."""


class User(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """``type``: ``private``, ``group``, ``supergroup`` or ``channel``."""

    id: int
    type: str = ""
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """MessageEntity. ``offset`` and ``length`` count UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str = ""
    user: User | None = None


class File(msgspec.Struct, frozen=True, kw_only=True):
    """PhotoSize, Document, Audio, Voice, Video, VideoNote, Animation or Sticker: what they have in common, and the rest."""

    file_id: str
    file_size: int = 0
    file_name: str = ""
    mime_type: str = ""
    duration: int = 0
    width: int = 0
    height: int = 0
    emoji: str = ""
    is_animated: bool = False
    is_video: bool = False


class Location(msgspec.Struct, frozen=True, kw_only=True):
    latitude: float
    longitude: float


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    location: Location
    title: str = ""
    address: str = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: int = 0


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """MessageOrigin: ``user``, ``hidden_user``, ``chat`` or ``channel``."""

    type: str = ""
    sender_user: User | None = None
    sender_user_name: str = ""
    sender_chat: Chat | None = None
    chat: Chat | None = None
    author_signature: str = ""


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    text: str = ""


class InlineButton(msgspec.Struct, frozen=True, kw_only=True):
    text: str = ""
    callback_data: str = ""


class Keyboard(msgspec.Struct, frozen=True, kw_only=True):
    inline_keyboard: tuple[tuple[InlineButton, ...], ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message, or an InaccessibleMessage (its ``date`` is 0)."""

    message_id: int
    chat: Chat
    date: int = 0
    edit_date: int = 0
    sender: User | None = msgspec.field(name="from", default=None)
    sender_chat: Chat | None = None
    author_signature: str = ""
    message_thread_id: int = 0
    is_topic_message: bool = False
    is_automatic_forward: bool = False
    forward_origin: Origin | None = None
    reply_to_message: Message | None = None
    external_reply: Raw | None = None
    quote: Quote | None = None
    media_group_id: str = ""
    text: str = ""
    entities: tuple[Entity, ...] = ()
    caption: str = ""
    caption_entities: tuple[Entity, ...] = ()
    photo: tuple[File, ...] = ()
    animation: File | None = None
    audio: File | None = None
    document: File | None = None
    sticker: File | None = None
    video: File | None = None
    video_note: File | None = None
    voice: File | None = None
    contact: Contact | None = None
    location: Location | None = None
    venue: Venue | None = None
    forum_topic_created: Raw | None = None
    migrate_to_chat_id: int = 0
    migrate_from_chat_id: int = 0
    reply_markup: Keyboard | None = None


class CallbackQuery(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    sender: User = msgspec.field(name="from")
    message: Message | None = None
    data: str = ""


class ReactionType(msgspec.Struct, frozen=True, kw_only=True):
    """``emoji``, ``custom_emoji`` or ``paid``."""

    type: str = ""
    emoji: str = ""


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """MessageReactionUpdated."""

    chat: Chat
    message_id: int
    user: User | None = None
    new_reaction: tuple[ReactionType, ...] = ()


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """ChatMember; the last two are told of the ``restricted`` only."""

    status: str = ""
    is_member: bool = True
    can_send_messages: bool = True


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """ChatMemberUpdated."""

    chat: Chat
    sender: User | None = msgspec.field(name="from", default=None)
    new_chat_member: Member = Member()


def envelope(update: Raw | bytes) -> Raw:
    """One update as an object of JSON; an empty one where it is none."""
    if isinstance(update, bytes):
        try:
            update = msgspec.json.decode(update)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}
    return update if isinstance(update, dict) else {}


def salvage(value: object, kind: type[S]) -> S | None:
    """``value`` as ``kind``, without those of its fields that have another shape; None where a needed one is missing."""
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError):
        read = _salvaged(value, kind, 4)
        return read if isinstance(read, kind) else None


_NOTHING = object()


@functools.cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, Any, bool], ...]:
    return tuple((f.name, f.encode_name, f.type, f.required) for f in msgspec.structs.fields(kind))


def _salvaged(value: object, kind: Any, depth: int) -> object:
    """What can be kept of ``value``; ``_NOTHING`` for nothing."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, (list, tuple)):
            return _NOTHING
        kept = (_salvaged(one, typing.get_args(kind)[0], depth) for one in value)
        return tuple(one for one in kept if one is not _NOTHING)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _salvaged_struct(value, kind, depth - 1) if isinstance(value, dict) and depth else _NOTHING
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError):
        return _NOTHING


def _salvaged_struct(value: Raw, kind: type[msgspec.Struct], depth: int) -> object:
    kept: dict[str, object] = {}
    for name, wire, what, required in _fields(kind):
        read = _salvaged(value[wire], what, depth) if wire in value else _NOTHING
        if read is not _NOTHING:
            kept[name] = read
        elif required:
            return _NOTHING
    return kind(**kept)
