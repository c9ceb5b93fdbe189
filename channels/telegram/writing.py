"""What leaves for Telegram: one ``OutboundPart`` is one call of the Bot API, and the few calls beside. Pure.

Texts go with entities, never with a parse mode, so there is nothing to escape and nothing that fails to parse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_never
from urllib.parse import urlsplit

import msgspec

from channels.telegram.incoming import ALLOWED_UPDATES, BotFace
from channels.telegram.pressing import SHARE_PHONE, Pressed, data_of
from channels.telegram.reading import address_of
from gateway.model.events import Attachment, Button, Place, Span, SpanKind
from gateway.model.markup import units
from gateway.ports import Capabilities, OutboundPart, Sent

TEXT_LIMIT, CAPTION_LIMIT, ALBUM = 4096, 1024, 10
PHOTO_LIMIT = 10 * 1024 * 1024
FILE_LIMIT, LOCAL_FILE_LIMIT = 50 * 1024 * 1024, 2000 * 1024 * 1024
BUTTON_SCHEMES = ("https", "http", "tg")
RECENT = 60
"""Seconds for which a failed call of Telegram's counts."""
SHORT_TITLE = 16
"""Two buttons share a row where both titles have at most this many characters."""

CAPABILITIES = Capabilities(
    pushed=True, buttons=True, typing=True, idempotent=False, text_limit=TEXT_LIMIT, files=True, file_limit=FILE_LIMIT,
    caption_limit=CAPTION_LIMIT, album=ALBUM, formatted=True, links=BUTTON_SCHEMES, edits=True, places=True,
)  # fmt: skip
LOCAL_CAPABILITIES = msgspec.structs.replace(CAPABILITIES, file_limit=LOCAL_FILE_LIMIT)
"""With a Bot API server of one's own."""

Params = dict[str, Any]
Without = Literal["spans", "links", "kind"]
_ENTITIES: dict[SpanKind, str] = {
    "bold": "bold", "italic": "italic", "underline": "underline", "strike": "strikethrough", "spoiler": "spoiler",
    "code": "code", "pre": "pre", "quote": "blockquote", "link": "text_link",
}  # fmt: skip
_PHOTOS = frozenset(("image/jpeg", "image/png", "image/webp"))
_SPOKEN = frozenset(("audio/ogg", "audio/mpeg", "audio/mp4"))
_TUNES = frozenset(("audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/mp3"))
_STICKERS = frozenset(("image/webp", "video/webm", "application/x-tgsticker"))
_LONGEST_BUTTON = 64


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose bytes go with a call. ``part``: the name of its form field.

    Where ``part`` is a parameter of the method, the file is its value; in an album ``media`` names it ``attach://<part>``.
    """

    part: str
    file: Attachment


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the Bot API. What is in ``files`` isn't in ``params``, but for an album's ``attach://`` names."""

    method: str
    params: Params = {}
    files: tuple[Upload, ...] = ()


def calls_of(part: OutboundPart, face: BotFace) -> Call:
    """The one call that a part is. An edit of a part with ``files`` changes their caption, else the text."""
    match part.action:
        case "send":
            return _sending(part, face)
        case "edit":
            return _editing(part, face)
        case "delete":
            return _deleting(part)
        case _:
            assert_never(part.action)


def simpler(call: Call, what: Without) -> Call | None:
    """The same call without what Telegram refuses of it, so that the words arrive; None where it had none of that.

    ``spans``: how the text looks. ``links``: the buttons that lead somewhere. ``kind``: a file as what it is, so that it
    goes as a document.
    """
    match what:
        case "spans":
            params = _without(call.params, "entities", "caption_entities")
            if "media" in params:
                params["media"] = [_without(one, "caption_entities") for one in params["media"]]
        case "links":
            params = _without(call.params, "reply_markup")
            rows = call.params.get("reply_markup", {}).get("inline_keyboard", ())
            kept = [bare for row in rows if (bare := [button for button in row if "url" not in button])]
            if kept:
                params["reply_markup"] = {"inline_keyboard": kept}
            elif not rows:
                return None
        case "kind":
            return _as_documents(call)
        case _:
            assert_never(what)
    return None if params == call.params else Call(method=call.method, params=params, files=call.files)


def _as_documents(call: Call) -> Call | None:
    if call.method == "sendMediaGroup":
        media = [one | {"type": "document"} for one in call.params["media"]]
        params = call.params | {"media": media}
        return None if params == call.params else Call(method=call.method, params=params, files=call.files)
    if not call.files or call.method == "sendDocument":
        return None
    upload = Upload(part="document", file=call.files[0].file)
    return Call(method="sendDocument", params=_without(call.params, "duration"), files=(upload,))


def ids_of(call: Call, result: object) -> Sent:
    """The ids of the messages that a call made or changed, from its result as JSON."""
    if call.method.startswith(("edit", "delete")):
        ids = call.params.get("message_ids") or [call.params["message_id"]]
        return Sent(ids=tuple(str(one) for one in ids))
    made = result if isinstance(result, list) else [result]
    return Sent(ids=tuple(str(one["message_id"]) for one in made if isinstance(one, dict) and "message_id" in one))


def entities_of(text: str, spans: Sequence[Span]) -> list[Params]:
    """Spans as MessageEntity objects; those that don't lie in the text, or lead where no link may, are left out."""
    whole = units(text)
    return [
        {"type": _ENTITIES[span.kind], "offset": span.at, "length": span.length}
        | ({"url": span.url} if span.kind == "link" else {})
        for span in spans
        if span.at >= 0 and 0 < span.length <= whole - span.at and (span.kind != "link" or address_of(span.url))
    ]


def keyboard_of(buttons: Sequence[Button], face: BotFace, *, chat: str, seq: int) -> Params:
    """Buttons as a ``reply_markup``, or nothing. A keyboard that asks for the phone number takes the place of all others:
    Telegram shows one kind at a time, and only that kind can ask. In a group (its id is negative) nothing can ask."""
    private = not chat.startswith("-")
    asking = [button.title for button in buttons if not button.url and button.payload == SHARE_PHONE]
    if asking and private:
        others = (button.title for button in buttons if not button.url and button.payload != SHARE_PHONE)
        return {"reply_markup": contact_request_keyboard(asking[0], others=tuple(others))}
    shown: list[Params] = []
    place = 0
    for button in buttons:
        title = button.title[:_LONGEST_BUTTON] or "…"
        if not button.url:
            if button.payload != SHARE_PHONE:
                data = data_of(Pressed(seq, place), key=face.key, chat=chat)
                shown.append({"text": title, "callback_data": data})
            place += 1
        elif button.url.partition(":")[0].lower() in BUTTON_SCHEMES and address_of(button.url):
            shown.append({"text": title, "url": button.url})
    return {"reply_markup": {"inline_keyboard": _rows(shown)}} if shown else {}


def contact_request_keyboard(title: str, *, others: tuple[str, ...] = ()) -> Params:
    """A keyboard whose first key shares the customer's own number; the other keys send their titles as texts."""
    return {
        "keyboard": [[{"text": title, "request_contact": True}], *([{"text": other}] for other in others)],
        "resize_keyboard": True, "one_time_keyboard": True,
    }  # fmt: skip


def shows_keys(call: Call) -> bool:
    return "keyboard" in call.params.get("reply_markup", {})


def takes_keys_away(call: Call) -> bool:
    return "remove_keyboard" in call.params.get("reply_markup", {})


def clears_keys(call: Call) -> Call:
    """The same call, which also takes away the keys that stand under the field; where it has buttons of its own, or can
    have none, a later one does."""
    if "reply_markup" in call.params or not call.method.startswith("send") or call.method == "sendMediaGroup":
        return call
    params = call.params | {"reply_markup": {"remove_keyboard": True}}
    return Call(method=call.method, params=params, files=call.files)


def _rows(shown: list[Params]) -> list[list[Params]]:
    rows: list[list[Params]] = []
    for button in shown:
        short = len(button["text"]) <= SHORT_TITLE
        if short and rows and len(rows[-1]) == 1 and len(rows[-1][0]["text"]) <= SHORT_TITLE:
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def _sending(part: OutboundPart, face: BotFace) -> Call:
    about = _about(part.address, answers=part.answers, topic=part.topic)
    keyboard = keyboard_of(part.buttons, face, chat=part.address, seq=part.seq)
    if len(part.files) > 1:
        return _album(part, about)
    if part.files:
        return _file(part, about | keyboard)
    if part.place is not None:
        return _place(part.place, about | keyboard)
    return Call(method="sendMessage", params=about | _text(part.text, part.spans) | keyboard)


def _about(address: str, *, answers: str, topic: str) -> Params:
    """Where a message goes, and what it replies to (if that is still there).

    A reply finds its topic by itself, but neither once what it replies to is gone, nor do the pieces behind it.
    """
    about: Params = {"chat_id": _chat(address)}
    if topic.isdecimal():
        about["message_thread_id"] = int(topic)
    if answers.isdecimal():
        about["reply_parameters"] = {"message_id": int(answers), "allow_sending_without_reply": True}
    return about


def _editing(part: OutboundPart, face: BotFace) -> Call:
    about: Params = {"chat_id": _chat(part.address), "message_id": int(part.target[0])}
    keyboard = keyboard_of(part.buttons, face, chat=part.address, seq=part.seq)
    if keyboard and "inline_keyboard" not in keyboard["reply_markup"]:
        keyboard = {}
    if part.files:
        return Call(method="editMessageCaption", params=about | _caption(part.text, part.spans) | keyboard)
    return Call(method="editMessageText", params=about | _text(part.text, part.spans) | keyboard)


def _deleting(part: OutboundPart) -> Call:
    chat, ids = _chat(part.address), [int(one) for one in part.target]
    if len(ids) == 1:
        return Call(method="deleteMessage", params={"chat_id": chat, "message_id": ids[0]})
    return Call(method="deleteMessages", params={"chat_id": chat, "message_ids": ids})


def _text(text: str, spans: Sequence[Span]) -> Params:
    """``spans`` may be empty; then Telegram still finds plain addresses by itself."""
    entities = entities_of(text, spans)
    return {"text": text} | ({"entities": entities} if entities else {})


def _caption(text: str, spans: Sequence[Span]) -> Params:
    entities = entities_of(text, spans)
    return {"caption": text} | ({"caption_entities": entities} if entities else {})


def _place(place: Place, about: Params) -> Call:
    """A venue needs a title and an address both."""
    where: Params = {"latitude": place.latitude, "longitude": place.longitude}
    if not place.title and not place.address:
        return Call(method="sendLocation", params=about | where)
    named = {"title": place.title or place.address, "address": place.address or place.title}
    return Call(method="sendVenue", params=about | where | named)


def _file(part: OutboundPart, about: Params) -> Call:
    file = part.files[0]
    method, field = _method(file, captioned=bool(part.text))
    params = about | (_caption(part.text, part.spans) if part.text else {})
    if file.seconds and method in ("sendVoice", "sendAudio", "sendVideo", "sendVideoNote", "sendAnimation"):
        params["duration"] = file.seconds
    return Call(method=method, params=params, files=(Upload(part=field, file=file),))


def _method(file: Attachment, *, captioned: bool) -> tuple[str, str]:
    """How Telegram shows a file best, if its rules for that kind are kept; else as a document.

    A sticker or a video note has no caption: with a text to say, it goes as a picture or a video.
    """
    media = file.type.partition(";")[0].strip().lower()
    if (file.kind == "voice" and media in _SPOKEN) or (file.kind == "" and media == "audio/ogg"):
        return "sendVoice", "voice"
    if file.kind == "video_note" and not captioned and media == "video/mp4":
        return "sendVideoNote", "video_note"
    if file.kind == "sticker" and not captioned and media in _STICKERS:
        return "sendSticker", "sticker"
    if media == "image/gif" or (file.kind == "animation" and media == "video/mp4"):
        return "sendAnimation", "animation"
    if media in _PHOTOS and file.size <= PHOTO_LIMIT:
        return "sendPhoto", "photo"
    if media == "video/mp4":
        return "sendVideo", "video"
    if media in _TUNES:
        return "sendAudio", "audio"
    return "sendDocument", "document"


def _album(part: OutboundPart, about: Params) -> Call:
    """Photos and videos go together, and so do tunes; anything else makes all of them documents. Buttons can't go along."""
    kinds = [_method(file, captioned=True)[1] for file in part.files]
    shown = set(kinds)
    together = shown <= {"photo", "video"} or shown == {"audio"}
    media: list[Params] = []
    uploads: list[Upload] = []
    for index, file in enumerate(part.files):
        uploads.append(Upload(part=f"file{index}", file=file))
        piece: Params = {"type": kinds[index] if together else "document", "media": f"attach://file{index}"}
        if index == 0 and part.text:
            piece |= _caption(part.text, part.spans)
        media.append(piece)
    return Call(method="sendMediaGroup", params=about | {"media": media}, files=tuple(uploads))


def _chat(address: str) -> int:
    return int(address)


def _without(params: Mapping[str, Any], *names: str) -> Params:
    return {name: value for name, value in params.items() if name not in names}


def chat_action(address: str, topic: str = "") -> Call:
    """ "Typing …", for five seconds or until a message comes."""
    return Call(method="sendChatAction", params=_about(address, answers="", topic=topic) | {"action": "typing"})


def answer(query: str, text: str = "") -> Call:
    """What ends the waiting of a pressed button, with a word over the chat where there is one (200 characters)."""
    return Call(
        method="answerCallbackQuery", params={"callback_query_id": query} | ({"text": text[:200]} if text else {})
    )


def remove_keyboard(address: str, message: str) -> Call:
    """Takes the buttons from under a message."""
    params = {"chat_id": _chat(address), "message_id": int(message), "reply_markup": {"inline_keyboard": []}}
    return Call(method="editMessageReplyMarkup", params=params)


def say(address: str, text: str, *, topic: str = "") -> Call:
    """A word that no log has."""
    return Call(method="sendMessage", params=_about(address, answers="", topic=topic) | {"text": text})


def lead_to(address: str, text: str, *, title: str, url: str, answers: str = "", topic: str = "") -> Call:
    """A word with a button that leads to a page. Telegram's buttons lead to public addresses only; any other stands in the
    text."""
    params = _about(address, answers=answers, topic=topic) | {
        "text": text,
        "link_preview_options": {"is_disabled": True},
    }
    if _is_public(url):
        return Call(
            method="sendMessage",
            params=params | {"reply_markup": {"inline_keyboard": [[{"text": title[:_LONGEST_BUTTON], "url": url}]]}},
        )
    return Call(method="sendMessage", params=params | {"text": f"{text}\n\n{url}"})


def _is_public(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return "." in host and not host.replace(".", "").isdigit()


def set_commands(words: Mapping[str, str], locale: str = "") -> Call:
    """The menu of commands: what each does, in one language; "" is for people of every other."""
    commands = [{"command": command, "description": says[:256]} for command, says in words.items()]
    return Call(method="setMyCommands", params={"commands": commands} | ({"language_code": locale} if locale else {}))


def set_menu(title: str, url: str) -> Call:
    """The button beside the field: a page of one's own, or (without ``url``) the commands."""
    if not url:
        return Call(method="setChatMenuButton", params={"menu_button": {"type": "commands"}})
    button = {"type": "web_app", "text": title[:64], "web_app": {"url": url}}
    return Call(method="setChatMenuButton", params={"menu_button": button})


def get_me() -> Call:
    return Call(method="getMe")


def set_webhook(url: str, *, secret: str) -> Call:
    """``secret`` comes back in the header ``X-Telegram-Bot-Api-Secret-Token`` of every update."""
    params = {"url": url, "secret_token": secret, "allowed_updates": list(ALLOWED_UPDATES)}
    return Call(method="setWebhook", params=params)


def get_webhook_info() -> Call:
    return Call(method="getWebhookInfo")


def last_error_of(info: object, *, now: float) -> str:
    """Why Telegram's last call to us failed, where that was within a minute; "" where all is well."""
    if not isinstance(info, dict):
        return ""
    at, said = info.get("last_error_date"), info.get("last_error_message")
    return str(said)[:200] if isinstance(at, int) and now - at < RECENT and said else ""


def delete_webhook() -> Call:
    return Call(method="deleteWebhook", params={"drop_pending_updates": False})


def get_updates(offset: int, *, timeout: int, limit: int = 100) -> Call:
    """``offset`` confirms all updates below it, so it moves only after they are stored."""
    params = {"offset": offset, "timeout": timeout, "limit": limit, "allowed_updates": list(ALLOWED_UPDATES)}
    return Call(method="getUpdates", params=params)


def get_file(reference: str) -> Call:
    return Call(method="getFile", params={"file_id": reference})


def get_photos(user: int) -> Call:
    """The latest picture of a user, a bot too, in its sizes."""
    return Call(method="getUserProfilePhotos", params={"user_id": user, "limit": 1})


def leave_chat(chat: str) -> Call:
    return Call(method="leaveChat", params={"chat_id": _chat(chat)})
