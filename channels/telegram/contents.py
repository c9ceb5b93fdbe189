"""What a message of Telegram holds, whatever its kind; what we can't show keeps its words and the name of its kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import phonenumbers

from channels.telegram import wire
from channels.telegram.reading import LONGEST_NAME, has_words, line, name_of, text_of
from gateway.model.events import FileKind, Phone, Place, Span
from gateway.model.reach import UNWANTED
from gateway.ports import Media


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ABOUT = _names(
    """
    message_id date chat message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot
    sender_tag guest_query_id business_connection_id forward_origin is_topic_message is_automatic_forward reply_to_message
    external_reply quote reply_to_story reply_to_checklist_task_id reply_to_poll_option_id via_bot guest_bot_caller_user
    guest_bot_caller_chat edit_date has_protected_content is_from_offline is_paid_post media_group_id author_signature
    paid_star_count entities link_preview_options suggested_post_info effect_id caption caption_entities
    show_caption_above_media has_media_spoiler reply_markup receiver_user ephemeral_message_id forward_date forward_from
    forward_from_chat forward_from_message_id forward_sender_name forward_signature
    """
)
"""Fields of a message that tell about it and aren't what it says."""

_QUIET = _names(
    """
    new_chat_members left_chat_member chat_owner_left chat_owner_changed new_chat_title new_chat_photo delete_chat_photo
    group_chat_created supergroup_chat_created channel_chat_created message_auto_delete_timer_changed migrate_to_chat_id
    migrate_from_chat_id pinned_message connected_website write_access_allowed proximity_alert_triggered boost_added
    chat_background_set direct_message_price_changed forum_topic_created forum_topic_edited forum_topic_closed
    forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway_completed
    managed_bot_created paid_message_price_changed suggested_post_approved suggested_post_approval_failed
    suggested_post_declined suggested_post_paid suggested_post_refunded video_chat_scheduled video_chat_started
    video_chat_ended video_chat_participants_invited community_chat_added community_chat_removed community_chat_joined
    """
)
"""Service messages that say nothing to a business."""

_WORDS: dict[str, tuple[str, ...]] = {
    "poll": ("question",), "dice": ("emoji",), "game": ("title",), "checklist": ("title",), "invoice": ("title",),
    "gift": ("text",), "unique_gift": ("text",), "giveaway": ("prize_description",),
    "giveaway_winners": ("prize_description",), "web_app_data": ("button_text",), "poll_option_added": ("option_text",),
    "chat_shared": ("title",),
}  # fmt: skip
"""Where the words of a kind are that we can't show."""

_TYPE = re.compile(r"[a-z0-9][\w.+-]*/[a-z0-9][\w.+-]*", re.ASCII)
_LONGEST_KIND, _LONGEST_FILE_NAME, _LONGEST_ADDRESS, _LONGEST_RICH = 64, 200, 250, 32_768
_DEEPEST = 16
_FILES: tuple[tuple[str, FileKind, str, str], ...] = (
    ("animation", "animation", "video/mp4", "animation.mp4"),
    ("audio", "audio", "audio/mpeg", "audio.mp3"),
    ("voice", "voice", "audio/ogg", "voice.ogg"),
    ("video_note", "video_note", "video/mp4", "video_note.mp4"),
    ("video", "video", "video/mp4", "video.mp4"),
    ("document", "", "", "file"),
)
"""Field, kind, and the type and name it has where Telegram tells none. An animation comes with a ``document`` too."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an ``Inbound`` that say what a message is."""

    text: str = ""
    spans: tuple[Span, ...] = ()
    files: tuple[Media, ...] = ()
    place: Place | None = None
    phone: Phone | None = None
    unsupported: str = ""


def contents_of(message: wire.Message, raw: wire.Raw, *, without: int = 0) -> Contents | None:
    """What ``message`` holds; None for a service message that says nothing. ``raw`` is the message as it came.

    ``without``: UTF-16 units at the begin of its text or caption that are left out (the bot's name).
    """
    text, spans = text_of(message.text, message.entities, without=without)
    if has_words(text):
        return Contents(text=text, spans=spans)
    files = files_of(message)
    if message.sticker is not None and files:
        return Contents(text=line(message.sticker.emoji, _LONGEST_KIND), files=files)
    text, spans = text_of(message.caption, message.caption_entities, without=without)
    if files:
        return Contents(text=text, spans=spans, files=files)
    if message.venue is not None or message.location is not None:
        place = _place_of(message)
        return Contents(place=place) if place else Contents(unsupported="location")
    if message.contact is not None:
        return Contents(phone=_phone_of(message.contact, message.sender))
    return _unsupported(raw, text, spans)


def files_of(message: wire.Message) -> tuple[Media, ...]:
    """The one file that a message may have. Of a photo the largest size (a live photo comes as a photo too)."""
    if message.photo:
        best = max(message.photo, key=lambda size: (size.width * size.height, size.file_size))
        return (_media(best, "photo", "image/jpeg", "photo.jpg"),)
    if (sticker := message.sticker) is not None:
        if sticker.is_animated:
            return (_media(sticker, "sticker", "application/x-tgsticker", "sticker.tgs"),)
        if sticker.is_video:
            return (_media(sticker, "sticker", "video/webm", "sticker.webm"),)
        return (_media(sticker, "sticker", "image/webp", "sticker.webp"),)
    for field, kind, media_type, name in _FILES:
        file: wire.File | None = getattr(message, field)
        if file is not None:
            return (_media(file, kind, media_type, name),)
    return ()


def words_of(message: wire.Message) -> str:
    """The words of a message that another one quotes; of a file without any, its name."""
    words = message.text or message.caption
    if words:
        return words
    if message.sticker is not None:
        return message.sticker.emoji
    if message.venue is not None:
        return message.venue.title
    if message.contact is not None:
        return message.contact.phone_number
    return "".join(file.name for file in files_of(message))


def _media(file: wire.File, kind: FileKind, media_type: str, name: str) -> Media:
    told = file.mime_type.lower()
    return Media(
        reference=file.file_id, name=line(file.file_name, _LONGEST_FILE_NAME) or name,
        type=told if len(told) <= 127 and _TYPE.fullmatch(told) else media_type,
        size=_bounded(file.file_size), kind=kind, seconds=_bounded(file.duration),
    )  # fmt: skip


def _bounded(number: int) -> int:
    return number if 0 <= number <= wire.FURTHEST else 0


def _place_of(message: wire.Message) -> Place | None:
    venue = message.venue
    where = venue.location if venue else message.location
    if where is None or not (-90 <= where.latitude <= 90 and -180 <= where.longitude <= 180):
        return None
    return Place(
        latitude=where.latitude, longitude=where.longitude,
        title=line(venue.title, LONGEST_NAME) if venue else "",
        address=line(venue.address, _LONGEST_ADDRESS) if venue else "",
    )  # fmt: skip


def _phone_of(contact: wire.Contact, sender: wire.User | None) -> Phone:
    """A contact with a ``user_id`` is known to Telegram, whose numbers are international, with or without a plus."""
    name = name_of(wire.User(id=0, first_name=contact.first_name, last_name=contact.last_name))
    own = sender is not None and contact.user_id == sender.id != 0
    return Phone(number=number_of(contact.phone_number, known=contact.user_id != 0), name=name, own=own)


def number_of(number: str, *, known: bool) -> str:
    """A phone number in E.164 where that can be told, else as it was written. ``known``: Telegram says it is international.

    A number of somebody's address book without a plus is taken as international only if no country writes it so at home
    (no 0 or 8 before it); Russia's own "8 495 …" is read as what it is.
    """
    written = line(UNWANTED.sub("", number), _LONGEST_KIND)
    digits = "".join(re.findall("[0-9]", written))
    region = None
    if written.startswith("+") or known or not written.startswith(("0", "8")):
        written_out = "+" + digits
    elif len(digits) == 11 and digits.startswith("8"):
        written_out, region = digits, "RU"
    else:
        return written
    try:
        parsed = phonenumbers.parse(written_out, region)
    except phonenumbers.NumberParseException:
        return written
    if not phonenumbers.is_possible_number(parsed):
        return written
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _unsupported(raw: wire.Raw, caption: str, spans: tuple[Span, ...]) -> Contents | None:
    """A kind that we can't show, or don't know at all."""
    kinds = [kind for kind in raw if kind not in _ABOUT and kind not in _QUIET]
    if not kinds and any(kind in _QUIET for kind in raw):
        return None
    kind = kinds[0] if kinds else ""
    said = "" if caption else _said(kind, raw.get(kind))
    return Contents(
        text=caption or said, spans=spans if caption else (), unsupported=line(kind, _LONGEST_KIND) or "unknown"
    )


def _said(kind: str, held: object) -> str:
    """The words of something that we can't show."""
    if not isinstance(held, dict):
        return ""
    if kind == "rich_message":
        blocks = held.get("blocks")
        lines = ["".join(_texts(block, _DEEPEST)) for block in blocks] if isinstance(blocks, list) else []
        return text_of("\n".join(lines)[:_LONGEST_RICH], ())[0]
    words = [held.get(field) for field in _WORDS.get(kind, ())]
    return text_of("\n".join(word for word in words if isinstance(word, str)), ())[0]


def _texts(held: object, depth: int) -> Iterator[str]:
    """The pieces of a rich text: a string, a list of pieces, or what has its own under ``text``, ``blocks`` or ``items``."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, list) and depth:
        for piece in held:
            yield from _texts(piece, depth - 1)
    elif isinstance(held, dict) and depth:
        for field in ("text", "blocks", "items"):
            yield from _texts(held.get(field), depth - 1)
