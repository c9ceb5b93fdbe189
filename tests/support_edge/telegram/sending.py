"""The methods that send a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.support_edge.telegram import params as p
from tests.support_edge.telegram import pictures, text
from tests.support_edge.telegram.errors import Refusal, bad_request
from tests.support_edge.telegram.world import (
    LOCAL_UPLOAD,
    PHOTO,
    UPLOAD,
    Body,
    BotAccount,
    Chat,
    File,
    Message,
    World,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    world: World
    bot: BotAccount
    uploads: Mapping[str, Upload]
    local: bool


def send_message(request: Request, given: p.SendMessage) -> Body:
    chat = _open(request, given)
    said, entities = text.judge(
        given.text, given.parse_mode, given.entities, limit=text.TEXT, too_long="message is too long"
    )
    if not said:
        raise bad_request("message text is empty")
    content: Body = {"text": said}
    if entities:
        content["entities"] = entities
    if given.link_preview_options is not None:
        content["link_preview_options"] = msgspec.to_builtins(given.link_preview_options)
    return _send(request, chat, given, content)


def send_photo(request: Request, given: p.SendPhoto) -> Body:
    content = _captioned(given) | _flags(given, "show_caption_above_media", "has_spoiler")
    return _send(request, _open(request, given), given, {**media(request, "photo", given.photo, given), **content})


def send_document(request: Request, given: p.SendDocument) -> Body:
    chat = _open(request, given)
    return _send(request, chat, given, media(request, "document", given.document, given) | _captioned(given))


def send_audio(request: Request, given: p.SendAudio) -> Body:
    chat = _open(request, given)
    return _send(request, chat, given, media(request, "audio", given.audio, given) | _captioned(given))


def send_voice(request: Request, given: p.SendVoice) -> Body:
    chat = _open(request, given)
    return _send(request, chat, given, media(request, "voice", given.voice, given) | _captioned(given))


def send_video(request: Request, given: p.SendVideo) -> Body:
    content = _captioned(given) | _flags(given, "show_caption_above_media", "has_spoiler")
    return _send(request, _open(request, given), given, media(request, "video", given.video, given) | content)


def send_media_group(request: Request, given: p.SendMediaGroup) -> list[Body]:
    """2-10 items; documents and audio only among their own kind."""
    chat = _open(request, given)
    if not 2 <= len(given.media) <= 10:
        raise bad_request("group of messages must include 2-10 messages")
    kinds = {item.type for item in given.media}
    if len(kinds) > 1 and kinds & {"document", "audio"}:
        raise bad_request("document and audio can't be mixed with other media types in a group")
    replied = _reply(request, chat, given)
    contents = [_item(request, item) for item in given.media]
    album = str(10_000_000_000 + request.world.next_id())
    return [_store(request, chat, {**content, **replied, "media_group_id": album}).body for content in contents]


def _item(request: Request, item: p.Media) -> Body:
    fields = {
        "photo": {"show_caption_above_media", "has_spoiler"},
        "video": {
            "show_caption_above_media", "has_spoiler", "thumbnail", "cover", "start_timestamp", "width", "height",
            "duration", "supports_streaming",
        },
        "audio": {"thumbnail", "duration", "performer", "title"},
        "document": {"thumbnail", "disable_content_type_detection"},
    }[item.type] | {"type", "media", "caption", "parse_mode", "caption_entities"}  # fmt: skip
    if unknown := set(msgspec.to_builtins(item)) - fields:
        raise bad_request(f"can't parse InputMedia: {sorted(unknown)[0]} doesn't belong to {item.type}")
    content = media(request, item.type, item.media, item)
    return content | caption(item.caption, item.parse_mode, item.caption_entities)


def send_location(request: Request, given: p.SendLocation) -> Body:
    chat = _open(request, given)
    where = _location(given.latitude, given.longitude)
    if given.live_period is not None:
        if not 60 <= given.live_period <= 86400 and given.live_period != 0x7FFFFFFF:
            raise bad_request("wrong live location period specified")
        where["live_period"] = given.live_period
    if given.heading is not None and not 1 <= given.heading <= 360:
        raise bad_request("wrong heading specified")
    if given.horizontal_accuracy is not None:
        if not 0 <= given.horizontal_accuracy <= 1500:
            raise bad_request("wrong horizontal accuracy specified")
        where["horizontal_accuracy"] = given.horizontal_accuracy
    return _send(request, chat, given, {"location": where})


def send_venue(request: Request, given: p.SendVenue) -> Body:
    chat = _open(request, given)
    if not given.title.strip() or not given.address.strip():
        raise bad_request("venue title and address must not be empty")
    names = ("foursquare_id", "foursquare_type", "google_place_id", "google_place_type")
    where = _location(given.latitude, given.longitude)
    venue = {"location": where, "title": given.title, "address": given.address, **_flags(given, *names)}
    return _send(request, chat, given, {"venue": venue, "location": where})


def send_contact(request: Request, given: p.SendContact) -> Body:
    chat = _open(request, given)
    if not any(sign.isdigit() for sign in given.phone_number):
        raise bad_request("PHONE_NUMBER_INVALID")
    if not given.first_name.strip():
        raise bad_request("contact's first name must not be empty")
    if given.vcard is not None and len(given.vcard.encode()) > 2048:
        raise bad_request("vcard is too long")
    contact = _flags(given, "phone_number", "first_name", "last_name", "vcard")
    return _send(request, chat, given, {"contact": contact})


def _location(latitude: float, longitude: float) -> Body:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong location specified")
    return {"latitude": latitude, "longitude": longitude}


def _flags(given: p.Object, *names: str) -> Body:
    return {name: value for name in names if (value := getattr(given, name)) not in (None, False)}


def caption(given: str | None, parse_mode: str | None, entities: list[p.Entity] | None) -> Body:
    said, found = text.judge(
        given or "", parse_mode, entities, limit=text.CAPTION, too_long="message caption is too long"
    )
    content: Body = {"caption": said} if said else {}
    if said and found:
        content["caption_entities"] = found
    return content


def _captioned(given: p.Captioned) -> Body:
    return caption(given.caption, given.parse_mode, given.caption_entities)


def media(request: Request, kind: str, source: str, given: Any) -> Body:
    """The media fields of a message from what was uploaded, a ``file_id``, or an HTTP address."""
    upload = request.uploads.get(source.removeprefix("attach://")) if source.startswith("attach://") else None
    upload = upload or request.uploads.get(source if source == kind else "")
    if upload is None:
        return _known(request, kind, source)
    limit = LOCAL_UPLOAD if request.local else PHOTO if kind == "photo" else UPLOAD
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > limit:
        raise (
            Refusal(413, "Request Entity Too Large")
            if kind != "photo"
            else bad_request(
                f"file of size {len(upload.data)} bytes is too big for a photo; the maximum size is {limit} bytes"
            )
        )
    store = request.world.add_file
    if kind == "photo":
        width, height = pictures.judge(upload.data)
        return {"photo": pictures.sizes(request.world, upload.data, width, height)}
    usual: dict[str, Body] = {
        "document": {"file_name": upload.name, "mime_type": upload.mime},
        "audio": {"duration": 0, "file_name": upload.name, "mime_type": upload.mime},
        "voice": {"duration": 0, "mime_type": "audio/ogg"},
        "video": {"width": 320, "height": 240, "duration": 0, "mime_type": upload.mime, "file_name": upload.name},
    }
    body = usual[kind]
    for name in ("duration", "width", "height", "performer", "title"):
        if getattr(given, name, None) is not None:
            body[name] = getattr(given, name)
    file = store(upload.data, kind=kind, name=upload.name)
    file.body = {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size, **body}
    return {kind: file.body}


def _known(request: Request, kind: str, source: str) -> Body:
    """By ``file_id`` (of the same kind: Telegram does not change it) or by address."""
    file = request.world.files.get(source)
    if file is None:
        if source.startswith(("http://", "https://")) and text.good_url(source):
            raise bad_request("failed to get HTTP URL content")
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
    return {"photo": file.body["sizes"]} if kind == "photo" else {kind: file.body}


def _open(request: Request, given: p.Sending) -> Chat:
    if given.business_connection_id is not None:
        raise bad_request("BUSINESS_CONNECTION_INVALID")
    chat = request.world.chat_for(request.bot, given.chat_id)
    if chat.kind == "channel" and chat.bots.get(request.bot.id) != "administrator":
        raise bad_request("need administrator rights in the channel chat")
    if given.message_thread_id is not None:
        request.world.in_topic(chat, given.message_thread_id or -1)
    if given.direct_messages_topic_id is not None:
        raise bad_request("chat is not a direct messages chat")
    return chat


def _reply(request: Request, chat: Chat, sending: p.Sending) -> Body:
    """What a message replies to, and the topic in which it stands: the one that was named, else that of what it replies
    to; where that is gone, the general one."""
    where = request.world.in_topic(chat, sending.message_thread_id or 0)
    given = sending.reply_parameters
    if given is None:
        return where
    replied = _replied(request, chat, given)
    answered: Body = replied.get("reply_to_message", {})
    if not where and answered.get("is_topic_message"):
        where = request.world.in_topic(chat, answered["message_thread_id"])
    return {**where, **replied}


def _replied(request: Request, chat: Chat, given: p.ReplyParameters) -> Body:
    place = chat if given.chat_id is None else request.world.find(request.bot, given.chat_id)
    replied: Message | None = place.messages.get(given.message_id or 0) if place is not None else None
    if replied is None or replied.deleted:
        if given.allow_sending_without_reply:
            return {}
        raise bad_request("message to be replied not found")
    if given.quote is not None:
        said = replied.body.get("text") or replied.body.get("caption") or ""
        if given.quote not in said or not given.quote:
            raise bad_request("QUOTE_TEXT_INVALID")
        quote = {"text": given.quote, "position": text.units(said[: said.index(given.quote)]), "is_manual": True}
        return {"reply_to_message": shallow(replied.body), "quote": quote}
    return {"reply_to_message": shallow(replied.body)}


def shallow(body: Body) -> Body:
    """A message as another one shows it: it "will not contain further reply_to_message fields"."""
    return {key: value for key, value in body.items() if key not in ("reply_to_message", "external_reply", "quote")}


def _send(request: Request, chat: Chat, given: p.SendingOne, content: Body) -> Body:
    if given.message_effect_id is not None and chat.kind != "private":
        raise bad_request("message effects can be used only in private chats")
    if given.suggested_post_parameters is not None or given.ephemeral_message_parameters is not None:
        raise bad_request("the double knows no suggested and no ephemeral messages")
    keyboard = text.markup(given.reply_markup)
    if chat.kind == "channel" and keyboard is not None and "inline_keyboard" not in keyboard:
        raise bad_request("inline keyboard expected")
    replied = _reply(request, chat, given)
    if given.protect_content:
        content["has_protected_content"] = True
    if keyboard is not None and keyboard.get("inline_keyboard"):
        content["reply_markup"] = keyboard
    message = _store(request, chat, {**content, **replied}, keyboard)
    return message.body


def _store(request: Request, chat: Chat, content: Body, keyboard: Body | None = None) -> Message:
    author: Body = {"sender_chat": chat.body} if chat.kind == "channel" else {"from": request.bot.body}
    message = request.world.add_message(chat, request.bot.id, {**author, **content})
    if keyboard is not None and "inline_keyboard" not in keyboard:
        message.markup = keyboard
    return message


def file_of(world: World, file_id: str) -> File:
    file = world.files.get(file_id)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return file
